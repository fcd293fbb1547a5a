/**
 * A change as the engine knows it: read, checked, every default filled in, units in the names. Plain JSON; workflows
 * import this file and never the schema, so no zod gets into their bundle.
 */
export type Level = 'L0' | 'L1' | 'L2' | 'L3' | 'L4';
export const levels: readonly Level[] = ['L0', 'L1', 'L2', 'L3', 'L4'];

export type ChangeKind = 'deploy' | 'config' | 'flag' | 'schema' | 'infra' | 'traffic' | 'experiment';

/** JSON that a driver alone understands. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export interface PartSpec {
  name: string;
  /** Name of a driver; its activities are served on `graywave.driver.<driver>`. */
  driver: string;
  with: { [key: string]: Json };
}

/** Targets changed when this wave is done, counted over the whole change: a share in (0, 1] or a number. */
export interface WaveSpec {
  name: string;
  to: { share: number } | { count: number };
  /** Only targets with all of these labels are taken in this wave; `to` then counts within them. */
  where: Record<string, string>;
  bake: BakeSpec | null;
}

export interface BakeSpec {
  minSeconds: number;
  maxSeconds: number;
}

interface SignalBase {
  name: string;
  /** Name of a source that the worker's configuration knows. */
  source: string;
  /** Service whose instances expose the series (the caller's name for a view from the caller). */
  service: string;
  /** Label that carries the target's id; `instance` for the instance's own view. */
  by: string;
  /** Labels a series must have. */
  select: Record<string, string>;
  /** Weight among all signals in the stop rule; > 0. */
  weight: number;
  /** False: watched for harm, but a wave may be promoted early without its proof of safety. */
  prove: boolean;
}

/** Bad events among all events of a counter, for example 5xx among requests. */
export interface RatioSignal extends SignalBase {
  kind: 'ratio';
  counter: string;
  /** Label → regular expression (anchored) that makes an event bad. */
  bad: Record<string, string>;
  /** Safety means: the ratio of bad shares, changed to unchanged, is below this. > 1. */
  detectRatio: number;
  /** Ratios up to 1 + tolerance are no harm. */
  tolerance: number;
  /** A share of bad events below this is harmless whatever the ratio; 0 = none. */
  floor: number;
  /** Absolute guard: a share of bad events on the changed side above this is harm whatever the ratio; 1 = none. */
  limit: number;
}

/** Requests slower than buckets of the unchanged side's own histogram, frozen when the change starts. */
export interface LatencySignal extends SignalBase {
  kind: 'latency';
  histogram: string;
  /** Quantiles in (0, 1) whose buckets are watched, one stream each. */
  quantiles: number[];
  /** Safety means: the changed side is slower by less than this; .2 = +20%. */
  detectShift: number;
  tolerance: number;
}

/** What targets show at an instant: CPU, heap, the length of a queue. */
export interface GaugeSignal extends SignalBase {
  kind: 'gauge';
  metric: string;
  /** Which way is harm. */
  direction: 'up' | 'down' | 'either';
  /** `log`: shifts are ratios; `linear`: shares of the unchanged side's level when the change starts. */
  scale: 'log' | 'linear';
  /** Safety means: shifted by less than this against the unchanged side; .3 = +30%. */
  detectShift: number;
  tolerance: number;
  /** Name of a noise profile; `default` is what is assumed of any service. */
  noise: string;
}

export type SignalSpec = RatioSignal | LatencySignal | GaugeSignal;

/** A shift the change declares: inside it there is no alarm. `shift` .1 = +10% of the latency or of the bad share. */
export interface ExpectSpec {
  signal: string;
  shift: number;
}

export interface GateSpec {
  /** 1-based wave before which a person must approve. */
  beforeWave: number;
  reason: string;
}

export interface RollbackSpec {
  /** By then the change has ended, whatever the world does. */
  deadlineSeconds: number;
  /** Share of the changed targets reverted together, in (0, 1]. */
  batchShare: number;
  /** How long the restored world is watched before the change ends. */
  observeSeconds: number;
}

export type OnInconclusive = 'advance' | 'hold' | 'rollback';
export type OnError = 'hold' | 'rollback';
/** When another change is on the same resource: wait in its queue, or be refused at once. */
export type OnBusy = 'wait' | 'refuse';

export interface ChangeSpec {
  apiVersion: 'graywave/v1';
  kind: 'Change';
  id: string;
  title: string;
  owner: string;
  type: ChangeKind;
  /** 0 = most critical … 3. */
  tier: 0 | 1 | 2 | 3;
  services: string[];
  labels: Record<string, string>;
  parts: PartSpec[];
  waves: 'auto' | WaveSpec[];
  signals: SignalSpec[];
  expect: ExpectSpec[];
  /** null: what the level says. */
  bake: BakeSpec | null;
  /** null: what the level says. */
  onInconclusive: OnInconclusive | null;
  /** null: what the level says. What happens when the source stays broken to the end of the bake. */
  onError: OnError | null;
  onBusy: OnBusy;
  gates: GateSpec[];
  /** RFC 3339 instants; no wave is touched before `notBefore`. */
  window: { notBefore: string | null };
  rollback: RollbackSpec;
}
