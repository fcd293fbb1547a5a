import { excludedRatio, price, tFloor, tSafe, ttd } from '../judge/plan.js';
import type { LevelSettings } from '../judge/types.js';
import type { ChangePlan } from '../workflows/planning.js';
import type { FrozenStream } from '../sources/frozen.js';
import type { PlannedWave } from '../spec/waves.js';

/** What one wave can and cannot see of one stream, at the traffic measured when the plan was made. */
export interface Forecast {
  wave: number;
  stream: string;
  /** Events a second of both arms; null when there was no traffic to measure. */
  eventsPerSecond: number | null;
  /** Least ratio of bad shares that is found within the longest bake; null when none up to 1000 is. */
  leastDetectable: number | null;
  /** Seconds to find harm of the size the spec asks for, and to exclude it; null when the bake cannot. */
  findsAfterSeconds: number | null;
  provesAfterSeconds: number | null;
  /** Least ratio excluded at the end of the bake, if nothing is wrong. */
  excludesAtEnd: number | null;
  /** What this means, in words. */
  note: string;
}

export function forecast(plan: ChangePlan): Forecast[] {
  return plan.waves.flatMap((wave) => plan.streams.map((stream) => forecastOne(plan, wave, stream)));
}

function forecastOne(plan: ChangePlan, wave: PlannedWave, stream: FrozenStream): Forecast {
  const { alpha, beta } = plan.classification.controls;
  const { settings, baselineShare, eventsPerSecond } = stream;
  const head = { wave: wave.index, stream: settings.name, eventsPerSecond };
  const nothing = { leastDetectable: null, findsAfterSeconds: null, provesAfterSeconds: null, excludesAtEnd: null };
  if (stream.problem) return { ...head, ...nothing, note: stream.problem };
  if (stream.level) return { ...head, ...nothing, note: noteOfLevel(stream.level, wave) };
  if (!eventsPerSecond)
    return { ...head, ...nothing, note: 'no traffic was seen: nothing can be proven, and no data is never success' };
  if (wave.control === 'none') {
    return {
      ...head,
      ...nothing,
      note: 'no unchanged side is left: only absolute bounds are watched, proof is carried from the waves before',
    };
  }
  const seconds = wave.bake.maxSeconds;
  const share = Math.min(wave.changedShare, 0.999);
  const badShare = Math.max(baselineShare ?? 0, 1 / (eventsPerSecond * 3600));
  const traffic = { rps: eventsPerSecond, badShare, share };
  const priceNats = price({ weight: settings.weight, guarded: settings.limit < 1 });
  const finds = (ratio: number): number => ttd({ ...traffic, ratio, alpha, tolerance: settings.tolerance, priceNats });
  const byRatio = tSafe({ ...traffic, mde: settings.detectRatio - 1, beta });
  const byFloor = settings.floor > badShare ? tFloor({ ...traffic, floor: settings.floor, beta }) : Infinity;
  const proves = Math.min(byRatio, byFloor);
  const possible = badShare * settings.detectRatio <= 1;
  const least = leastBy(finds, seconds, Math.min(1000, 1 / badShare));
  const within = (value: number): number | null => (value <= seconds ? Math.ceil(value) : null);
  return {
    ...head,
    leastDetectable: least,
    findsAfterSeconds: possible ? within(finds(settings.detectRatio)) : null,
    provesAfterSeconds: within(proves),
    excludesAtEnd: excludedRatio({ ...traffic, seconds: Math.max(seconds, 0.001), beta }),
    note: noteOf(proves, seconds),
  };
}

/** What a gauge's hosts differ by is not measured before the start, so that nothing is foretold but when it is judged. */
function noteOfLevel({ intervalSeconds, noise }: LevelSettings, { bake, control }: PlannedWave): string {
  if (control === 'none') return 'no unchanged side is left: proof is carried from the waves before';
  const intervals = Math.floor(bake.maxSeconds / intervalSeconds);
  const judged = `judged every ${intervalSeconds} s by noise profile ${noise.profile}`;
  if (intervals < 2) return `${judged}: the bake is too short to prove anything; take one of several intervals`;
  return `${judged}, ${intervals} times in this bake`;
}

/** Least ratio with `finds(ratio) ≤ seconds`, to three digits; `finds` falls as the ratio grows. */
function leastBy(finds: (ratio: number) => number, seconds: number, most: number): number | null {
  if (finds(most) > seconds) return null;
  let [low, high] = [1, most];
  while (high / low > 1.001) {
    const middle = Math.sqrt(low * high);
    if (finds(middle) <= seconds) high = middle;
    else low = middle;
  }
  return Number(high.toPrecision(3));
}

function noteOf(proves: number, seconds: number): string {
  if (proves <= seconds) return 'is promoted early when proven';
  const needs = Number.isFinite(proves)
    ? `needs about ${Math.ceil(proves)} s at this traffic`
    : 'cannot be proven at this traffic';
  return `the bake ends inconclusive: proof ${needs}; take a larger wave, a longer bake or a denser signal`;
}
