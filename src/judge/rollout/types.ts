/**
 * Words of judging several changes that roll out at the same time, each from the telemetry of its own instances. Plain
 * JSON. Times are Unix milliseconds, shares are in [0, 1], latencies are seconds, evidence is in nats (natural logs of a
 * likelihood ratio; above 0 speaks for "this change is bad").
 */
export interface RolloutInput {
  /** The moment of deciding: nothing sampled or completed after it is used. */
  atMs: number;
  changes: Rollout[];
  /** Who calls whom: [caller, callee], services. */
  calls: (readonly [caller: string, callee: string])[];
  /** What single instances saw of an edge. */
  edges: EdgeSeries[];
  /** What single instances used. */
  usage: UsageSeries[];
  /** What whole services saw of an edge, all instances together; the callers' view tells what no callee reports. */
  views: EdgeView[];
}

/** One change of one service, replaced in steps. */
export interface Rollout {
  change: string;
  service: string;
  releasedMs: number;
  /** Instances of the version before, those that a step removes included. */
  unchanged: string[];
  /** In order. The first begins at the release; a later one counts once it is complete. */
  steps: RolloutStep[];
}

export interface RolloutStep {
  /** When its instances were reported ready; null when they were not yet. */
  completeMs: number | null;
  started: string[];
  removed: string[];
}

/** Requests of one edge as one of its ends saw them: on the callee's instances `server`, on the caller's `client`. */
export interface EdgeSeries {
  instance: string;
  caller: string;
  callee: string;
  side: 'server' | 'client';
  /** Each sample tells of the step that ends at it. */
  stepMs: number;
  atMs: number[];
  /** Share of requests that succeeded; null: no request. */
  success: (number | null)[];
  latencySeconds: (number | null)[];
}

export interface UsageSeries {
  instance: string;
  atMs: number[];
  /** Memory in any unit that is the same for all instances of a service. */
  memory: (number | null)[];
}

export interface EdgeView {
  caller: string;
  callee: string;
  side: 'server' | 'client';
  /** Each sample tells of the step that ends at it. */
  stepMs: number;
  atMs: number[];
  success: (number | null)[];
}

/** What is learnt from rollouts of the past; empty when nothing was. */
export interface RolloutProfile {
  /** By service: seconds from complete to the first sample of a changed instance, one a rollout that came to serve. */
  firstSeenSeconds: Record<string, number[]>;
}

export type PartName = 'failures' | 'silence' | 'memory' | 'latency' | 'timing' | 'stray';

/** One kind of evidence: how much, and the numbers behind it in words. */
export interface Part {
  name: PartName;
  nats: number;
  words: string;
}

export interface RolloutVerdict {
  change: string;
  service: string;
  /** `inconclusive`: not bad by what is seen, but its changed instances have served nothing yet. */
  kind: 'pass' | 'fail' | 'inconclusive';
  reason: string;
  /** Evidence of its own instances, without what others saw. */
  ownNats: number;
  /** All evidence: the order of suspects. */
  nats: number;
  /** Chance that this change is the cause of what is seen, the other changes and "none of them" weighed beside it. */
  chance: number;
  parts: Part[];
}
