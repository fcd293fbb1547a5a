import { leastRatio } from '../judge/enough.js';
import {
  excludes,
  findsAfter,
  findsFailing,
  harmBy,
  meaningOf,
  provesAfter,
  type StreamTraffic,
  trafficOf,
} from '../judge/outlook.js';
import type { LevelSettings } from '../judge/types.js';
import { type Delay, delayOf } from '../spec/delay.js';
import type { ChangeSpec } from '../spec/types.js';
import type { PlannedWave } from '../spec/waves.js';
import type { ChangePlan } from '../workflows/planning.js';
import type { FrozenStream } from '../sources/frozen.js';
import { type Suggestion, suggestionsFor } from './suggest.js';

/** What comes of so many times the bad events on the changed side. */
export interface Outlook {
  ratio: number;
  /** `harmless`: within the tolerance or below the floor; `impossible`: more bad events than events. */
  meaning: 'harm' | 'harmless' | 'impossible';
  /** Mean seconds to the stop; null when that is not within the bake. */
  findsAfterSeconds: number | null;
  /** Bad events beyond the normal until it is undone; where it is not found, until the bake's end. Null when no harm. */
  excessBad: number | null;
}

/** What one wave can and cannot see of one stream, at the traffic measured when the plan was made. */
export interface Forecast {
  wave: number;
  stream: string;
  /** Events a second of both arms; null when there was no traffic to measure. */
  eventsPerSecond: number | null;
  /** Share of bad events without harm that the forms use; null when it is not known. */
  badShare: number | null;
  /** Least ratio of bad shares that is found within the longest bake; null when none up to 1000 is. */
  leastDetectable: number | null;
  /** Seconds to find harm of the size the spec asks for, and to exclude it; null when the bake cannot. */
  findsAfterSeconds: number | null;
  provesAfterSeconds: number | null;
  /** The same, however long the bake is, by this wave's events alone; null: never. */
  provesInSeconds: number | null;
  /** Least ratio excluded at the end of the bake, if nothing is wrong. */
  excludesAtEnd: number | null;
  /** At 2, 3 and 10 times the bad events; empty where nothing can be said. */
  outlooks: Outlook[];
  /** When every event of the wave is bad: mean seconds to the stop, and the events that fail until it is undone. */
  failing: { findsAfterSeconds: number | null; failed: number } | null;
  /** Each alone would be enough for what this wave cannot see. */
  suggestions: Suggestion[];
  /** What this means, in words. */
  note: string;
}

const ratios = [2, 3, 10] as const;

export const planDelay = (spec: Pick<ChangeSpec, 'rollback'>, plan: ChangePlan): Delay =>
  delayOf(spec.rollback, plan.lookSeconds);

/** Every wave and stream; `spec` for what a rollback takes. */
export function forecast(spec: Pick<ChangeSpec, 'rollback'>, plan: ChangePlan): Forecast[] {
  const delay = planDelay(spec, plan);
  return plan.waves.flatMap((wave) => plan.streams.map((stream) => forecastOne(plan, wave, stream, delay)));
}

function forecastOne(plan: ChangePlan, wave: PlannedWave, frozen: FrozenStream, delay: Delay): Forecast {
  const stream = trafficOf(frozen);
  const nothing: Forecast = {
    wave: wave.index,
    stream: frozen.settings.name,
    eventsPerSecond: frozen.eventsPerSecond,
    badShare: stream?.badShare ?? frozen.baselineShare,
    leastDetectable: null,
    findsAfterSeconds: null,
    provesAfterSeconds: null,
    provesInSeconds: null,
    excludesAtEnd: null,
    outlooks: [],
    failing: null,
    suggestions: [],
    note: '',
  };
  if (frozen.problem) return { ...nothing, note: frozen.problem };
  if (frozen.level) return { ...nothing, note: noteOfLevel(frozen.level, wave) };
  if (!frozen.eventsPerSecond || stream === null) return { ...nothing, note: silenceOf(frozen) };
  const { controls } = plan.classification;
  const seen = { ...nothing, outlooks: outlooksOf(stream, wave, controls, delay) };
  const failing = failingOf(stream, wave, controls, delay);
  if (wave.control === 'none') {
    const note = 'no unchanged side is left: absolute bounds only, proof is carried';
    return { ...seen, failing, note };
  }
  const seconds = wave.bake.maxSeconds;
  const share = shareOf(wave);
  const proves = provesAfter(stream, share, controls);
  return {
    ...seen,
    failing,
    leastDetectable: leastRatio((ratio) => findsAfter(stream, share, ratio, controls), mostOf(stream), seconds),
    findsAfterSeconds: within(findsAfter(stream, share, stream.settings.detectRatio, controls), seconds),
    provesAfterSeconds: within(proves, seconds),
    provesInSeconds: Number.isFinite(proves) ? Math.ceil(proves) : null,
    excludesAtEnd: excludes(stream, share, seconds, controls),
    suggestions: suggestionsFor(plan, wave, frozen, stream),
    note: noteOf(proves, seconds, stream),
  };
}

/** After the last wave nothing is left to compare with; before it an idle target may carry next to nothing. */
const shareOf = (wave: PlannedWave): number =>
  wave.control === 'none' ? 1 : Math.min(0.999, Math.max(1e-6, wave.changedShare));

const mostOf = ({ badShare }: StreamTraffic): number => Math.min(1000, 1 / badShare);

const within = (value: number, seconds: number): number | null => (value <= seconds ? Math.ceil(value) : null);

function outlooksOf(
  stream: StreamTraffic,
  wave: PlannedWave,
  chances: { alpha: number; beta: number },
  delay: Delay,
): Outlook[] {
  const { maxSeconds } = wave.bake;
  const share = shareOf(wave);
  return ratios.map((ratio) => {
    const meaning = meaningOf(stream, ratio);
    if (meaning !== 'harm') return { ratio, meaning, findsAfterSeconds: null, excessBad: null };
    const after = findsAfter(stream, share, ratio, chances);
    const lasts = after <= maxSeconds ? after + delay.seconds : maxSeconds;
    return {
      ratio,
      meaning,
      findsAfterSeconds: within(after, maxSeconds),
      excessBad: harmBy(stream, share, ratio, lasts),
    };
  });
}

function failingOf(
  stream: StreamTraffic,
  wave: PlannedWave,
  chances: { alpha: number; beta: number },
  delay: Delay,
): Forecast['failing'] {
  const { maxSeconds } = wave.bake;
  const share = shareOf(wave);
  const after = findsFailing(stream, share, chances);
  const lasts = after <= maxSeconds ? after + delay.seconds : maxSeconds;
  return { findsAfterSeconds: within(after, maxSeconds), failed: stream.eventsPerSecond * share * lasts };
}

/** What a gauge's hosts differ by is not measured before the start, so that nothing is foretold but when it is judged. */
function noteOfLevel({ intervalSeconds, noise }: LevelSettings, { bake, control }: PlannedWave): string {
  if (control === 'none') return 'no unchanged side is left: proof is carried from the waves before';
  const intervals = Math.floor(bake.maxSeconds / intervalSeconds);
  const judged = `judged every ${intervalSeconds} s by noise profile ${noise.profile}`;
  if (intervals < 2) return `${judged}: the bake is too short to prove anything; take one of several intervals`;
  return `${judged}, ${intervals} times in this bake`;
}

function silenceOf({ eventsPerSecond, baselineShare }: FrozenStream): string {
  if (!eventsPerSecond) return 'no traffic was seen: nothing can be proven, and no data is never success';
  if (baselineShare !== null) return 'every event is bad already: nothing can be found or proven';
  return 'the share of bad events without harm is not known yet: how long a proof takes cannot be said';
}

function noteOf(proves: number, seconds: number, { settings }: StreamTraffic): string {
  if (proves <= seconds)
    return settings.prove ? 'is promoted early when proven' : 'watched for harm, need not be proven';
  const needs = Number.isFinite(proves) ? `needs about ${Math.ceil(proves)} s at this traffic` : 'cannot be had';
  return `the bake ends inconclusive: proof ${needs}`;
}
