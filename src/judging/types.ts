/** A judge file as the command knows it: read, checked, every default filled in. Plain JSON. */
import type { Direction } from '../judge/rank/classify.js';

export interface JudgeFile {
  apiVersion: 'graywave/v1';
  kind: 'Judge';
  title: string;
  /** `windows`: our own judge of two finished windows; `ranks`: Mann-Whitney and a score, as Kayenta has it. */
  method: 'windows' | 'ranks';
  /** Chance of a false `fail`, and chance that harm of the size to detect is called safe. Of counts. */
  alpha: number;
  beta: number;
  /** Of `ranks`: at least `pass` passes, below `marginal` fails, between them is inconclusive. 0 to 100. */
  score: { pass: number; marginal: number };
  /** Of `ranks`: weight of each group in percent; a group without one shares what is left of 100. */
  groups: Record<string, number>;
  metrics: MetricSettings[];
}

export interface MetricSettings {
  name: string;
  /** Which way is bad. */
  direction: Direction;
  /** Groups it counts in; never empty. */
  groups: string[];
  /** Weight among the streams of counts; > 0. */
  weight: number;
  /** This metric alone fails the canary. */
  critical: boolean;
  /** No data is `error` for this metric, and so for the whole, instead of leaving it out. */
  mustHaveData: boolean;
  /** Holes in a series: taken out, or taken as 0. */
  nan: 'remove' | 'replace';
  /** False: judged and told, and decides nothing. */
  decides: boolean;
  /** null: the method's own. */
  effect: Effect | null;
  /** Absolute bounds on the canary's own values; null: it is compared with the baseline. */
  bounds: Bounds | null;
  counts: CountSettings;
  query: Query | null;
}

/** Effects between `decrease` and `increase` are none; beyond the critical ones a critical metric is critical. */
export interface Effect {
  /** Ratio of the means, or share of pairs in which the canary is higher (common-language effect size). */
  measure: 'meanRatio' | 'cles';
  increase: number;
  decrease: number;
  criticalIncrease: number;
  criticalDecrease: number;
}

/** All that are given must hold; `above` and `below` exclude their number. */
export interface Range {
  min?: number | undefined;
  max?: number | undefined;
  above?: number | undefined;
  below?: number | undefined;
}

export type Measured = 'good' | 'bad' | 'inconclusive' | 'error';

export interface Bounds {
  /** A value in one of these is good; null: one that is not rejected. */
  accept: Range[] | null;
  /** A value in one of these is bad; null: one that is not accepted. In neither: inconclusive. */
  reject: Range[] | null;
  /** What a hole in the series counts as. */
  noData: Measured;
  /** More than so many are too many; null: any number is let through. */
  allow: { bad: number | null; inconclusive: number | null; errorsInRow: number | null };
}

/** What `StreamSettings` of the judge of counts needs. */
export interface CountSettings {
  detectRatio: number;
  tolerance: number;
  floor: number;
  limit: number;
  prove: boolean;
  dispersion: number;
}

export interface Query {
  /** URL of a Prometheus server, or `env:NAME` of the variable that holds it. */
  source: string;
  /** null: only the canary is asked for. */
  baseline: string | null;
  canary: string;
  stepSeconds: number;
  timeoutSeconds: number;
  /** Header → `env:NAME`. */
  headers: Record<string, string>;
  /** So much of the window's beginning is left out. */
  delaySeconds: number;
}

/** Values of one metric on a common grid; null is a hole. `baseline` null: there is none to compare with. */
export interface Series {
  metric: string;
  baseline: (number | null)[] | null;
  canary: (number | null)[];
}
