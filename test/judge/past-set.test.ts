import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { random } from '../../bench/judge/random.js';
import { kontrast } from '../../bench/judge/sets/kontrast.js';
import { crossValidated, type Outcome, scored } from '../../bench/judge/sets/kontrast-score.js';
import type { Opened } from '../../bench/judge/sets/set.js';

const same = (constant: number): number => constant;

/** Eight pairs of made KPIs, two and a half days of minutes each; the bad one of a pair shifts four minutes after. */
const cases = Array.from({ length: 16 }, (_, index) => {
  const draw = random(index);
  const bad = index % 2 === 1;
  const values = Array.from({ length: 3_720 }, (__, minute) => {
    const shift = bad && minute >= 3_604 ? 8 : 0;
    return Math.round(100 * (50 * (index >> 1) + 5 * Math.sin(minute / 229) + draw.normal() + shift)) / 100;
  });
  return {
    bad,
    line: { case: `c${index}`, t0: 1_000_000, step_s: 60, change_ts: 1_000_000 + 3_600 * 60 - 30, values },
  };
});

describe('the bench set of one KPI before and after', () => {
  let dir: string;
  const folder = async (name: string, lines: object[], labels?: object): Promise<string> => {
    const at = path.join(dir, name);
    await mkdir(path.join(at, 'kontrast'), { recursive: true });
    await writeFile(
      path.join(at, 'kontrast', 'cases.jsonl'),
      lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
    );
    if (labels !== undefined) await writeFile(path.join(at, 'kontrast', 'labels.json'), JSON.stringify(labels));
    return at;
  };
  const open = async (at: string): Promise<Opened> => {
    const opened = await kontrast.open(at);
    if (opened === null) throw new Error('not opened');
    return opened;
  };
  beforeAll(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'kontrast-'));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it('is left out where it is not', async () => {
    expect(await kontrast.open(dir)).toBeNull();
  });

  it('scores lines against labels, minutes counted from the change', async () => {
    const labels = cases.map(({ bad, line }, index) => [line.case, { bad: bad ? 1 : 0, pair: `p${index >> 1}` }]);
    const set = await open(
      await folder(
        'labelled',
        cases.map(({ line }) => line),
        Object.fromEntries(labels),
      ),
    );
    const lines = set.judge('profile', same);
    expect(set.cases).toBe(16);
    const figures = await set.score(lines);
    expect(figures).toMatchObject({ n: 16, recall: 1, cv: { pair: { groups: 8 } }, onsetPriorOff: { n: 16 } });
    expect(Object.keys(figures ?? {})[0]).toBe('f1');
    expect(figures?.f1).toBeGreaterThan(0.85);
    // The first value comes half a minute after the change, the shift with the fifth.
    expect(figures?.delayMinutes).toBeGreaterThanOrEqual(5.5);
    expect(figures?.delayMinutes).toBeLessThanOrEqual(8.5);
    const varied = await set.score(set.judge('default', (constant) => constant * 1.1));
    expect(Object.keys(varied ?? {})).toEqual(['f1', 'precision', 'recall', 'n', 'ci95', 'delayMinutes']);
  });

  it('says the same of a case whatever it is called, wherever it stands, whoever else is there, labels or not', async () => {
    const plain = await open(
      await folder(
        'plain',
        cases.map(({ line }) => line),
      ),
    );
    const renamed = cases.map(({ line }, index) => ({ ...line, case: `x${index * 7}` })).toReversed();
    const other = await open(await folder('renamed', renamed.slice(0, 11)));
    const lines = plain.judge('profile', same);
    expect(await plain.score(lines)).toBeNull();
    const expected = lines.map((line, index) => ({ ...line, case: `x${index * 7}` })).toReversed();
    expect(other.judge('profile', same)).toEqual(expected.slice(0, 11));
  });
});

describe('its figures', () => {
  const outcome = (index: number, part: Partial<Outcome> = {}): Outcome => {
    const bad = index % 2 === 0;
    return { bad, failed: bad, minute: bad ? index : null, ratio: bad ? 3 : 1, pair: `p${index >> 1}`, ...part };
  };

  it('count hits, false alarms and misses, with an interval that draws whole pairs', () => {
    const outcomes = Array.from({ length: 20 }, (_, index) => outcome(index));
    expect(scored(outcomes)).toEqual({ f1: 1, precision: 1, recall: 1, n: 20, ci95: [1, 1], delayMinutes: 10 });
    outcomes[0] = outcome(0, { failed: false });
    outcomes[1] = outcome(1, { failed: true, minute: 1 });
    // 9 hits, 1 false alarm, 1 miss.
    expect(scored(outcomes)).toMatchObject({ f1: 0.9, precision: 0.9, recall: 0.9, delayMinutes: 10 });
  });

  it('of the tested fold come from a bound chosen on the others', () => {
    // One KPI's ratios are on another scale: whoever saw it would choose a bound that suits it.
    const outcomes = Array.from({ length: 40 }, (_, index) => {
      const alone = index < 4 ? 0.1 : 1;
      return outcome(index, { ratio: (index % 2 === 0 ? 3 : 1) * alone });
    });
    const groups = outcomes.map((_, index) => (index < 4 ? 'odd' : `k${index >> 1}`));
    expect(crossValidated(outcomes, groups)).toEqual({ f1: 0.9474, precision: 1, recall: 0.9, groups: 19 });
  });
});
