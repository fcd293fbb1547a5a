import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { random } from '../../bench/judge/random.js';
import { looks, settings, stream } from '../../bench/judge/simulate.js';
import { FileCellStore } from '../../src/cells/file.js';
import { begin, fold, verdict } from '../../src/judge/judge.js';
import type { Look, Verdict } from '../../src/judge/types.js';
import { type Evidence, recompute, type Said } from '../../src/judging/evidence.js';
import { judgeInputs, readInputs } from '../../src/judging/inputs.js';

const directory = mkdtempSync(join(tmpdir(), 'graywave-evidence-'));
const store = new FileCellStore(directory);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const judging = settings({ streams: [stream({ detectRatio: 3, floor: 0.001, limit: 0.2 })] });
const waveSeconds = 300;

/** Two waves of a change, watched and kept as a worker does, with what was said `lateMs` after each look. */
async function change(id: string, ratio: number, { lateMs = 3, minSeconds = 60 } = {}): Promise<Evidence> {
  const scenario = {
    rps: () => 50,
    shares: [0.2, 0.5],
    waveSeconds,
    lookSeconds: 10,
    badShare: () => 0.01,
    ratio: () => ratio,
  };
  const said: Said[] = [];
  const kept: Look[] = [];
  let state = begin(judging);
  const waves = [0, 1].map((i) => ({
    index: i + 1,
    name: `wave-${i + 1}`,
    observedFromMs: i * waveSeconds * 1000,
    endsAtMs: (i + 1) * waveSeconds * 1000,
    endedMs: null,
    minSeconds,
    maxSeconds: waveSeconds,
    control: 'concurrent' as const,
  }));
  for (const made of looks(judging, scenario, random(11))) {
    const look: Look = { ...made, canary: { targets: 2, silent: [] }, baseline: { targets: 4, silent: [] } };
    kept.push(await store.append(id, look));
    state = fold(judging, state, look);
    const wave = waves[look.wave - 1];
    if (wave === undefined) throw new Error('no such wave');
    const when = {
      waveStartedMs: wave.observedFromMs,
      minSeconds,
      maxSeconds: waveSeconds,
      control: 'concurrent' as const,
    };
    const told = verdict(judging, state, { ...when, nowMs: look.toMs + lateMs });
    const { seq, hash } = await store.head(id);
    said.push({ wave: look.wave, seq: seq % 2 === 0 ? null : seq, cellsHash: hash, verdict: told });
    if (told.kind === 'fail') break;
  }
  const evidence: Evidence = {
    apiVersion: 'graywave/v1',
    kind: 'Evidence',
    id,
    state: 'completed',
    reason: '',
    settings: judging,
    waves,
    looks: kept,
    said,
  };
  // As it comes out of a history and a file.
  return JSON.parse(JSON.stringify(evidence)) as Evidence;
}

test.each([
  ['harmless', 1],
  ['harmful', 4],
  ['a little worse', 1.6],
])('every verdict that was said of a %s change is recomputed bit for bit', async (name, ratio) => {
  const evidence = await change(name.replaceAll(' ', '-'), ratio);
  const kinds = new Set(evidence.said.map(({ verdict: { kind } }) => kind));
  expect(kinds.has(ratio === 4 ? 'fail' : 'inconclusive')).toBe(true);
  const again = recompute(evidence);
  expect(again.filter(({ same }) => !same)).toEqual([]);
  expect(again.length).toBe(evidence.said.length);
});

test('a look that was edited, taken out or added is found out', async () => {
  const evidence = await change('edited', 1);
  const problems = (looks: Look[]) => recompute({ ...evidence, looks }).filter(({ same }) => !same).length;
  expect(problems(evidence.looks)).toBe(0);
  const edited = structuredClone(evidence.looks);
  const cell = edited[3]?.cells[0];
  if (cell) cell.canary.bad += 1;
  expect(problems(edited)).toBe(evidence.said.length - 3);
  expect(problems(evidence.looks.toSpliced(3, 1))).toBeGreaterThan(0);
});

test('a verdict that was edited is not the same, and the difference is named', async () => {
  const evidence = await change('verdict', 1);
  const last = evidence.said.at(-1);
  const other = (part: Partial<Verdict>) => {
    const said = last === undefined ? [] : [{ ...last, verdict: { ...last.verdict, ...part } }];
    return recompute({ ...evidence, said })[0];
  };
  expect(other({})).toMatchObject({ same: true, problem: null });
  expect(other({ kind: 'fail' })).toMatchObject({
    same: false,
    problem: expect.stringContaining('kind was "fail", is "'),
  });
  expect(other({ logHarm: 1e-300 })).toMatchObject({
    same: false,
    problem: expect.stringContaining('logHarm was 1e-300'),
  });
});

test('evidence is a file of `graywave judge`; without a verdict there is nothing to be had from it', async () => {
  const evidence = await change('file', 1);
  const judged = (value: object) =>
    judgeInputs(readInputs([{ file: 'evidence.json', text: JSON.stringify(value) }]))[0];
  expect(judged(evidence)).toMatchObject({ what: 'evidence', kind: 'pass', id: 'file' });
  expect(judged({ ...evidence, said: [] })).toMatchObject({ kind: 'error' });
  expect(judged({ ...evidence, settings: null })).toMatchObject({ kind: 'fail' });
  expect(() => judged({ kind: 'Evidence' })).toThrowError(expect.objectContaining({ code: 'DATA_INVALID' }));
});
