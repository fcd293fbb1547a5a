import { describe, expect, it } from 'vitest';
import { random } from '../../bench/judge/random.js';
import { judgeMeasurements } from '../../src/judge/window/measurements.js';
import { judgeWindow, type WindowMetric } from '../../src/judge/window/window.js';

const n = 31;

/** Noise of 4% about levels that are a function of time in [0, 1). */
function series(seed: number, level: (t: number) => number = () => 1, noise = 0.04): number[] {
  const draw = random(seed);
  return Array.from({ length: n }, (_, i) => 0.2 * (level(i / n) + noise * draw.normal()));
}

function metric(part: Partial<WindowMetric> = {}): WindowMetric {
  const defaults = { name: 'latency', control: series(1), experiment: series(2) };
  return { ...defaults, direction: 'increase', nanStrategy: 'remove', ...part };
}

const judge = (part: Partial<WindowMetric>) => judgeWindow([metric(part)]);
const found = (part: Partial<WindowMetric>) => judge(part).metrics[0]?.findings[0]?.contrast;

describe('one metric', () => {
  it('passes when both sides are alike, in every direction of harm', () => {
    for (const direction of ['increase', 'decrease', 'either'] as const) expect(judge({ direction }).kind).toBe('pass');
  });

  it('fails on a higher level, and says by how much', () => {
    const verdict = judge({ experiment: series(2, () => 1.15) });
    expect(verdict).toMatchObject({ kind: 'fail', culprit: 'latency' });
    expect(verdict.reason).toMatch(/^latency: higher by 1\d% over the whole window .* interval 1\.1\d to 1\.\d\d/);
  });

  it('sees harm only the way harm goes', () => {
    const lower = series(2, () => 0.8);
    expect(judge({ experiment: lower }).kind).toBe('pass');
    expect(judge({ experiment: lower, direction: 'decrease' }).kind).toBe('fail');
    expect(judge({ experiment: lower, direction: 'either' }).reason).toContain('lower by');
  });

  it('does not mind a shift too small to matter, however certain', () => {
    const quiet = { control: series(1, () => 1, 0.001), experiment: series(2, () => 1.01, 0.001) };
    expect(judge(quiet).kind).toBe('pass');
  });

  it('sees where it is going', () => {
    expect(
      found({
        experiment: series(2, (t) => (t > 0.83 ? 1 + 2 * (t - 0.8) : 1), 0.01),
        control: series(1, () => 1, 0.01),
      }),
    ).toBe('late');
  });

  it('does not blame the change for where both sides go', () => {
    const surge = (t: number) => (t > 0.8 ? 1.7 : 1);
    expect(judge({ control: series(1, surge), experiment: series(2, surge) }).kind).toBe('pass');
  });

  it('compares interval by interval what moves together', () => {
    const season = (t: number) => 1 + 0.4 * Math.sin(12 * t);
    expect(judge({ control: series(1, season), experiment: series(2, season) }).kind).toBe('pass');
    expect(judge({ control: series(1, season), experiment: series(2, (t) => 1.15 * season(t)) }).kind).toBe('fail');
  });

  it('measures a share of successes by what is missing from it', () => {
    const share = (seed: number, level: number) => series(seed, () => 5 * level, 0.0005).map((v) => Math.min(1, v));
    const part = { control: share(1, 0.998), direction: 'decrease' } as const;
    expect(judge({ ...part, experiment: share(2, 0.98) }).kind).toBe('fail');
    expect(judge({ ...part, experiment: share(2, 0.98) }).reason).toMatch(
      /^latency: failures higher by .* level 0\.98/,
    );
    expect(judge({ ...part, experiment: share(2, 0.998) }).kind).toBe('pass');
    expect(judge({ ...part, control: Array(n).fill(1) as number[], experiment: share(2, 0.98) }).kind).toBe('fail');
  });

  it('sees unrest, unless both sides have it', () => {
    expect(found({ experiment: series(2, () => 1, 0.3) })).toBe('scale');
    expect(judge({ control: series(1, () => 1, 0.3), experiment: series(2, () => 1, 0.3) }).kind).toBe('pass');
  });

  it('sees spikes that recur, not a single one', () => {
    const spiked = (at: number[]) => series(2).map((value, i) => (at.includes(i) ? value * 3 : value));
    expect(found({ experiment: spiked([4, 13, 22]) })).toBe('tail');
    expect(judge({ experiment: spiked([13]) }).kind).toBe('pass');
  });

  it('judges by where it ended: one bad stretch that is over has healed', () => {
    const verdict = judge({ experiment: series(2, (t) => (t < 0.45 ? 1.7 : 1)) });
    expect(verdict.kind).toBe('pass');
    expect(verdict.metrics[0]?.healed).toEqual({ from: 0, to: 14 });
    expect(verdict.reason).toContain('a bad stretch of 14 samples is over');
    expect(judge({ experiment: series(2, (t) => (t > 0.3 && t < 0.6 ? 1.7 : 1)) }).kind).toBe('pass');
  });

  it('takes what dies away for over', () => {
    expect(judge({ experiment: series(2, (t) => 1 + 0.9 * Math.exp(-8 * t)) }).kind).toBe('pass');
  });

  it('has not healed what comes back, or what is not over', () => {
    expect(judge({ experiment: series(2, (t) => (Math.floor(t / 0.12) % 2 === 0 ? 1.5 : 1)) }).kind).toBe('fail');
    expect(judge({ experiment: series(2, (t) => (t < 0.85 ? 1.7 : 1)) }).kind).toBe('fail');
  });
});

describe('too little data', () => {
  it('never passes', () => {
    for (const control of [[], [null, null], [1], [1, 2, 3], series(1)]) {
      for (const experiment of [[], [null, NaN], [9], [8, 9, 10]]) {
        for (const nanStrategy of ['remove', 'replace'] as const) {
          if (control.length === n && experiment.length === 3) continue;
          expect(judge({ control, experiment, nanStrategy }).kind).toBe('inconclusive');
        }
      }
    }
    expect(judgeWindow([]).kind).toBe('inconclusive');
  });

  it('of zeros on the unchanged side leaves a few errors undecided', () => {
    const zeros = Array(6).fill(0) as number[];
    expect(judge({ control: zeros, experiment: [0, 1, 2, 1, 0, 0] }).kind).toBe('inconclusive');
    expect(judge({ control: Array(5).fill(0) as number[], experiment: [1, 4, 2, 3, 1] }).kind).toBe('fail');
    expect(judge({ control: zeros, experiment: zeros }).kind).toBe('pass');
  });

  it('at the end of the changed side alone is silence, not health', () => {
    const silent = series(2).map((value, i) => (i > 20 ? null : value));
    expect(judge({ experiment: silent }).reason).toContain('no data in the last part');
    expect(judge({ experiment: series(2).map((value, i) => (i % 4 === 0 ? null : value)) }).kind).toBe('pass');
  });
});

describe('several metrics', () => {
  const slightly = (name: string, seed: number, level: number) =>
    metric({ name, control: series(seed, () => 1, 0.02), experiment: series(seed + 50, () => level, 0.02) });

  it('fail together where none would alone', () => {
    const all = [slightly('a', 11, 1.025), slightly('b', 12, 1.025), slightly('c', 13, 1.025)];
    expect(judgeWindow(all.slice(0, 1)).kind).toBe('pass');
    expect(judgeWindow(all)).toMatchObject({ kind: 'fail', culprit: null });
    const either = all.map((one) => ({ ...one, direction: 'either' as const }));
    expect(judgeWindow(either).reason).toMatch(/^no metric alone, but together they are worse by 2\.\d+% on average/);
  });

  it('name the one to blame, and are undecided when one is', () => {
    const bad = metric({ name: 'errors', experiment: series(2, () => 1.5) });
    expect(judgeWindow([metric(), bad]).culprit).toBe('errors');
    expect(judgeWindow([metric(), metric({ name: 'dead', experiment: [] })]).reason).toContain('dead: no data');
  });
});

describe('what does not matter', () => {
  it('is the unit, and the order of metrics', () => {
    const [control, experiment] = [series(1), series(2, () => 1.12)];
    const times = (by: number) =>
      judge({ control: control.map((v) => v * by), experiment: experiment.map((v) => v * by) });
    for (const by of [1e-9, 1, 1e12]) expect(times(by).kind).toBe('fail');
    const [a, b] = [metric(), metric({ name: 'b', control, experiment })];
    expect(judgeWindow([a, b]).culprit).toBe(judgeWindow([b, a]).culprit);
  });
});

describe('measurements of a provider', () => {
  const judged = (phases: Parameters<typeof judgeMeasurements>[0], failureLimit = 0) =>
    judgeMeasurements(phases, { failureLimit }).kind;

  it('pass by a success, never without', () => {
    expect(judged(['Successful', 'Failed'], 1)).toBe('pass');
    expect(judged(['Successful', 'Failed', 'Failed'], 1)).toBe('fail');
    expect(judged(['Failed'], 1)).toBe('fail');
    expect(judged(['Error', 'Error', 'Failed'], 2)).toBe('fail');
    expect(judged(['Error'], 2)).toBe('error');
    expect(judged(['Terminated'])).toBe('inconclusive');
    expect(judged(['Inconclusive'])).toBe('inconclusive');
    expect(judged([])).toBe('inconclusive');
  });
});

it('refuses values that no arithmetic can hold, with metric and side', () => {
  const control = [1, 2, 1.7e308];
  expect(() => judge({ control })).toThrow(/latency, control: a value of 1.7e\+308 is beyond/);
});
