import type { Look, StreamSettings, Verdict } from '../../src/judge/types.js';
import { controlsOf } from '../../src/policy/controls.js';
import type { RequestRecord, StoryRecord } from '../../src/report/record.js';
import type { FrozenStream } from '../../src/sources/frozen.js';
import type { ChangeStatus, WaveStatus } from '../../src/workflows/messages.js';

/** When every story here begins. */
export const startMs = Date.UTC(2026, 0, 1);

export function stream(name: string, part: Partial<StreamSettings> = {}): FrozenStream {
  const settings = {
    name,
    tolerance: 0,
    detectRatio: 2,
    floor: 0,
    limit: 1,
    weight: 1,
    prove: true,
    dispersion: 1,
    ...part,
  };
  const measure = { kind: 'ratio', counter: 'requests_total', bad: { code: '5..' } } as const;
  const query = { stream: name, service: 'checkout', by: 'instance', select: {}, measure };
  return { query, source: 'fleet', settings, baselineShare: 0.01, eventsPerSecond: 100 };
}

export function wave(index: number, part: Partial<WaveStatus> = {}): WaveStatus {
  const at = { startedMs: startMs + 2000, observedFromMs: startMs + 4000, endsAtMs: null, endedMs: startMs + 34_000 };
  const bake = { bakeMinSeconds: 5, bakeMaxSeconds: 60 };
  const targets = [`checkout-${index}`];
  return {
    index,
    name: `w${index}`,
    phase: 'done',
    targets,
    changedShare: index / 4,
    ...bake,
    ...at,
    how: 'proven',
    verdict: null,
    ...part,
  };
}

export function verdict(part: Partial<Verdict> = {}): Verdict {
  const canary = { exposure: 1000, bad: 40 };
  const baseline = { exposure: 3000, bad: 30 };
  const streams = [{ stream: 'errors', canary, baseline, ratio: 4, logHarm: 5, logSafe: -3, logGuard: 0 }];
  const bounds = { logHarm: 5, harmBound: Math.log(100), logSafe: -3, safeBound: Math.log(20) };
  return {
    kind: 'fail',
    reason: 'errors: too many',
    culprit: 'errors',
    ...bounds,
    silent: [],
    control: 'concurrent',
    streams,
    looks: 9,
    asOf: { nowMs: 60_000, waveStartedMs: 0, minSeconds: 15, maxSeconds: 60, control: 'concurrent' },
    judge: 1,
    ...part,
  };
}

export function status(part: Partial<ChangeStatus> = {}): ChangeStatus {
  const classification = {
    version: 1,
    level: 'L1',
    score: 0,
    contributions: [],
    floors: [],
    controls: controlsOf('L1'),
  } as const;
  return {
    id: 'checkout-v2',
    title: 'Checkout v2',
    owner: 'team',
    services: ['checkout'],
    specHash: 'x',
    submittedBy: 'test',
    state: 'completed',
    reason: 'done',
    startedMs: startMs,
    endedMs: startMs + 40_000,
    wave: 1,
    review: null,
    classification: { ...classification, contributions: [], floors: [] },
    waves: [wave(1), wave(2)],
    streams: [stream('errors')],
    waitsFor: null,
    paused: false,
    adopted: [],
    rollback: null,
    verdict: null,
    acts: [],
    ...part,
  };
}

/** Looks a second apart: bad among 100 changed and 3 among 300 unchanged requests each. */
export function looks(bad: readonly number[], name = 'errors'): Look[] {
  return bad.map((x, i) => ({
    seq: i + 1,
    after: i,
    wave: 1,
    fromMs: startMs + 4000 + i * 1000,
    toMs: startMs + 5000 + i * 1000,
    cells: [{ stream: name, canary: { exposure: 100, bad: x }, baseline: { exposure: 300, bad: 3 } }],
    canary: { targets: 1, silent: [] },
    baseline: { targets: 3, silent: [] },
    error: null,
  }));
}

/** 20 requests a second for 40 s: one in four on the new version, of which every tenth fails. */
export function requests(): RequestRecord[] {
  return Array.from({ length: 800 }, (_, i) => {
    const young = i >= 80 && i % 4 === 0;
    const at = { atMs: startMs + i * 50, latencyMs: 30 + (i % 17), instance: 'checkout-1' };
    return { ...at, status: young && i % 40 === 0 ? 500 : 200, version: young ? 'v2' : 'v1' };
  });
}

export function story(part: Partial<StoryRecord> = {}): StoryRecord {
  return {
    name: 'good',
    title: 'v2 is proven safe',
    ok: true,
    problems: [],
    oldVersion: 'v1',
    newVersion: 'v2',
    startedMs: startMs,
    endedMs: startMs + 40_000,
    status: status(),
    looks: looks([1, 1, 1, 1]),
    requests: requests(),
    harmed: 0,
    byVersion: { v1: { n: 620, failed: 2, slow: 20 }, v2: { n: 180, failed: 18, slow: 5 } },
    applied: [
      {
        atMs: startMs + 2500,
        instance: 'checkout-1',
        from: 'v1',
        to: 'v2',
        key: 'checkout-v2/image/1/apply',
        epoch: 2,
        verb: 'put',
      },
    ],
    marks: [],
    requestsPerSecond: 20,
    ...part,
  };
}

/** A story that failed before anything began. */
export function unbegun(): StoryRecord {
  const none = {
    classification: null,
    waves: [],
    streams: [],
    endedMs: null,
    wave: 0,
    reason: '',
    state: 'planning',
  } as const;
  return story({
    status: status({ ...none, waves: [], streams: [] }),
    looks: [],
    requests: [],
    byVersion: {},
    applied: [],
    startedMs: 0,
    endedMs: 0,
    ok: false,
    problems: ['the fleet did not start'],
  });
}
