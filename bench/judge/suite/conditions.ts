import type { Random } from '../random.js';

/** What a minute of an hour is like, for one run: everything random in it is drawn from the run's own seed. */
export interface Weather {
  /** Events a second of both arms together. */
  rps: (t: number) => number;
  /** Changed side's share of traffic. */
  share: (t: number) => number;
  /** Bad share of an arm's events. */
  bad: (arm: 'canary' | 'baseline', t: number) => number;
  /** Bad events that come of one cause. */
  burst: number;
  /** Chance that a look finds no new sample of an arm; what it missed comes with the next one. */
  late: number;
  /** Chance that an arm's counters begin anew in a look: what they counted since the last look is lost. */
  reset: number;
}

export interface Condition {
  name: string;
  weather: (draw: Random) => Weather;
  /** Overdispersion that an A/A run of this service would have shown. */
  dispersion: number;
}

const calm: Weather = {
  rps: () => 200,
  share: () => 0.1,
  bad: () => 0.01,
  burst: 1,
  late: 0,
  reset: 0,
};

const wave = (t: number): number => 1 + 0.5 * Math.sin((2 * Math.PI * t) / 3600);
const surging = (t: number): boolean => t >= 1200 && t < 1800;

/** ln of an arm's share moves as an AR(1) process a minute, with this standard deviation. */
const noiseSd = 0.1;

/** No harm anywhere. */
export const harmless: readonly Condition[] = [
  { name: 'steady', dispersion: 1, weather: () => calm },
  {
    name: 'seasonal ±50%',
    dispersion: 1,
    weather: () => ({ ...calm, rps: (t) => 200 * wave(t), bad: (_, t) => 0.01 * wave(t + 900) }),
  },
  {
    name: 'surge ×3, errors ×5 in both arms',
    dispersion: 1,
    weather: () => ({ ...calm, rps: (t) => (surging(t) ? 600 : 200), bad: (_, t) => (surging(t) ? 0.05 : 0.01) }),
  },
  { name: 'ramp 1 to 50%', dispersion: 1, weather: () => ({ ...calm, share: (t) => 0.01 + (0.49 * t) / 3600 }) },
  { name: 'host effects', dispersion: 1, weather: (draw) => constantArms(draw) },
  { name: 'AR(.5)', dispersion: 1, weather: (draw) => autoregressive(draw, 0.5) },
  { name: 'AR(.9)', dispersion: 1, weather: (draw) => autoregressive(draw, 0.9) },
  { name: 'bursts of 3', dispersion: 3, weather: () => ({ ...calm, burst: 3 }) },
  { name: 'resets', dispersion: 1, weather: () => ({ ...calm, reset: 0.02 }) },
  { name: 'late scrapes', dispersion: 1, weather: () => ({ ...calm, late: 0.2 }) },
];

/** Harm of `ratio` from the first second on; `badShare` is that of the unchanged side. */
export const harmful = (ratio: number, badShare: number): Condition => ({
  name: `ratio ${ratio}, ${badShare * 100}% bad`,
  dispersion: 1,
  weather: () => ({ ...calm, bad: (arm) => Math.min(1, badShare * (arm === 'canary' ? ratio : 1)) }),
});

/** Every arm sits on hosts of its own: its share differs by a factor that stays. */
function constantArms(draw: Random): Weather {
  const factor = { canary: Math.exp(noiseSd * draw.normal()), baseline: Math.exp(noiseSd * draw.normal()) };
  return { ...calm, bad: (arm) => 0.01 * factor[arm] };
}

function autoregressive(draw: Random, rho: number): Weather {
  const path = (): number[] => {
    let at = draw.normal();
    return Array.from({ length: 61 }, () => {
      at = rho * at + Math.sqrt(1 - rho * rho) * draw.normal();
      return Math.exp(noiseSd * at);
    });
  };
  const factors = { canary: path(), baseline: path() };
  return { ...calm, bad: (arm, t) => 0.01 * (factors[arm][Math.floor(t / 60)] ?? 1) };
}
