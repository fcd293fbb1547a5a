/** Words of judging two finished windows. Plain JSON; samples are in time order, one an interval, null = no data. */
import type { Direction, NanStrategy } from '../rank/classify.js';
import type { VerdictKind } from '../types.js';

export interface WindowMetric {
  name: string;
  /** Unchanged side. */
  control: readonly (number | null)[];
  /** Changed side, over the same intervals where the lengths agree. */
  experiment: readonly (number | null)[];
  /** Which way harm goes. */
  direction: Direction;
  nanStrategy: NanStrategy;
}

/** `location`: the whole window; `late`: its last part; `scale`: unrest; `tail`: recurring spikes; `together`: all metrics. */
export type Contrast = 'location' | 'late' | 'scale' | 'tail' | 'together';

/** One contrast of one metric, in the direction of harm. */
export interface Finding {
  contrast: Contrast;
  /** Chance of as much or more when both sides are alike, in [0, 1]. */
  chance: number;
  /** What `chance` is held against: its share of the error budget. */
  budget: number;
  /** Size relative to the control's mean (location, late, together), ratio of spreads (scale), or spikes (tail). */
  effect: number;
  /** Whether the effect is large enough to matter. */
  matters: boolean;
}

export interface MetricVerdict {
  metric: string;
  kind: VerdictKind;
  reason: string;
  /** Those that were found come first; empty when there was nothing to compare. */
  findings: Finding[];
  /** A bad stretch that was over before the window ended and was left out: indices [from, to) of the samples with data. */
  healed: { from: number; to: number } | null;
}

export interface WindowVerdict {
  kind: VerdictKind;
  /** One sentence for people. */
  reason: string;
  /** Metric to blame; null when none or several together. */
  culprit: string | null;
  metrics: MetricVerdict[];
}
