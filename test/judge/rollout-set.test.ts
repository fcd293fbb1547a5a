import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changerca } from '../../bench/judge/sets/changerca.js';
import type { Opened } from '../../bench/judge/sets/set.js';

const alert = 1_700_000_040;
const seconds = Array.from({ length: 40 }, (_, i) => alert + (i - 20) * 60);

/** A case in the set's layout: `a` and `b` replace one instance of three each; that of `bad` fails its requests. */
function caseOf(name: string, bad: 'a' | 'b'): object {
  const released = alert - 180;
  const change = (id: string) => ({
    id,
    service: id,
    release_ts: released,
    steps: [{ started_ts: released, complete_ts: released + 65, new_pods: [`${id}-new`], removed_pods: [`${id}-3`] }],
  });
  const pods = Object.fromEntries(
    ['a', 'b'].flatMap((service) =>
      ['1', '2', '3', 'new'].map((i) => [`${service}-${i}`, { service, version: i === 'new' ? 'v2' : 'v1' }]),
    ),
  );
  const edge = ([pod, { service }]: [string, { service: string }]) => {
    const t = seconds.filter((at) => !pod.endsWith('new') || at > released + 90);
    const success_pct = t.map(() => (pod === `${bad}-new` ? 20 : 100));
    return [`${pod}|front>${service}`, { t, success_pct, latency_s: t.map(() => 0.01) }];
  };
  const edges = { 'front>a': seconds.map(() => 100), 'front>b': seconds.map(() => 100) };
  return {
    case: name,
    step_s: 60,
    alert_ts: alert,
    changes: [change('a'), change('b')],
    pods,
    topology: [
      ['front', 'a'],
      ['front', 'b'],
    ],
    edge_series: Object.fromEntries(Object.entries(pods).map(edge)),
    pod_series: {},
    edge_success: { success_seen_by_callee: { t: seconds, edges }, success_seen_by_caller: { t: seconds, edges } },
  };
}

const dirs: string[] = [];

async function opened(cases: Record<string, object>, labels?: object): Promise<Opened> {
  const dir = await mkdtemp(join(tmpdir(), 'graywave-changerca-'));
  dirs.push(dir);
  await mkdir(join(dir, 'changerca'));
  const files = labels === undefined ? cases : { ...cases, labels };
  for (const [name, one] of Object.entries(files)) {
    await writeFile(join(dir, 'changerca', `${name}.json`), JSON.stringify(one));
  }
  const set = await changerca.open(dir);
  if (set === null) throw new Error('no set');
  return set;
}

afterAll(() => Promise.all(dirs.map((dir) => rm(dir, { recursive: true }))));

describe('the set changerca', () => {
  const fault = 'exception';
  const labels = { one: { fault, changes: { a: 1, b: 0 } }, two: { fault, changes: { a: 0, b: 1 } } };
  const told = (set: Opened) =>
    set
      .judge('profile', (constant) => constant)
      .map(({ case: name, change, at, verdict }) => [name, change, at, verdict]);
  let set: Opened;
  beforeAll(async () => {
    set = await opened({ one: caseOf('one', 'a'), two: caseOf('two', 'b') }, labels);
  });

  it('has a verdict a change at both moments, and figures of them', async () => {
    expect(told(set)).toContainEqual(['one', 'a', 5, 'fail']);
    expect(told(set)).toContainEqual(['two', 'a', 1, 'pass']);
    expect(told(set)).toHaveLength(8);
    const figures = await set.score(set.judge('default', (constant) => constant));
    expect(figures).toMatchObject({ f1: 1, precision: 1, recall: 1, n: 4, ci95: [1, 1], f1At1Min: 1 });
    expect(figures).toMatchObject({ delayMinutes: 3, leaveOneFaultOut: { f1: 1, f1At1Min: 1 } });
  });

  it('says the same of cases with other names, in another order, without labels', async () => {
    const blind = await opened({ x: caseOf('x', 'b'), y: caseOf('y', 'a') });
    const names = new Map([
      ['x', 'two'],
      ['y', 'one'],
    ]);
    const renamed = told(blind).map(([name, ...rest]) => [names.get(String(name)), ...rest]);
    expect(new Set(renamed.map(String))).toEqual(new Set(told(set).map(String)));
    expect(await blind.score([])).toBeNull();
  });

  it('hands every constant to be varied, and is not there where the folder is not', async () => {
    const seen: number[] = [];
    set.judge('default', (constant) => (seen.push(constant), constant));
    expect(seen.length).toBeGreaterThan(20);
    expect(await changerca.open(tmpdir())).toBeNull();
  });
});
