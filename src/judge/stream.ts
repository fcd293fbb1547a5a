/** One stream's part of a fold: what a cell, a restart and a new wave do to its evidence. Nothing is changed in place. */
import { aboveFactors, absoluteEvidence, belowFactors } from './absolute.js';
import { harmEvidence, relativeEvidence, safeRatios } from './relative.js';
import { restart } from './restart.js';
import type { StreamState } from './state.js';
import type { Cell, Count, StreamSettings } from './types.js';

/**
 * Proof beyond 40 times the bound is given up at every restart, so that a fault which begins later takes the proof away
 * after a few bad events instead of first using up an hour of health. Cutting an e-process down keeps it one. 40 leaves
 * room for the averages over alternatives (at most 6) and a margin.
 */
const logHoard = Math.log(40);

/** Adds one cell. Relative evidence needs exposure on both sides; absolute evidence only the changed one. */
export function foldCell(settings: StreamSettings, state: StreamState, cell: Cell): StreamState {
  const { canary, baseline } = cell;
  if (canary.exposure === 0 && baseline.exposure === 0) return state;
  const scale = 1 / settings.dispersion;
  const both = canary.exposure > 0 && baseline.exposure > 0 && canary.bad + baseline.bad > 0;
  const harm = both ? harmEvidence(canary, baseline, settings.tolerance, scale) : none;
  const from = settings.detectRatio;
  // Written out rather than spread: this is the inner loop of every simulation and of every refold.
  return {
    stream: state.stream,
    canary: sum(state.canary, canary),
    baseline: sum(state.baseline, baseline),
    inWave: {
      canary: state.inWave.canary + canary.exposure,
      baseline: state.inWave.baseline + baseline.exposure,
    },
    harm: add(state.harm, harm),
    plain: add(state.plain, harm),
    above: absolute(state.above, canary, settings.floor, aboveFactors, scale),
    guard: absolute(state.guard, canary, settings.limit, aboveFactors, scale),
    safe: both ? relative(state.safe, canary, baseline, from, scale) : state.safe,
    under: absolute(state.under, canary, settings.floor, belowFactors, scale),
    before: state.before,
  };
}

/** The `k`-th restart: late components of the harm side start, hoarded proof of safety is given up. */
export function restartStream(state: StreamState, k: number, beta: number): StreamState {
  const cap = logHoard - Math.log(beta);
  return {
    ...state,
    harm: restart(state.harm, k),
    above: restart(state.above, k),
    guard: restart(state.guard, k),
    safe: state.safe.map((log) => Math.min(log, cap)),
    under: state.under.map((log) => Math.min(log, cap)),
  };
}

/** A new wave: evidence is carried, what was seen in the wave starts at nothing. */
export function startWave(state: StreamState): StreamState {
  return { ...state, inWave: { canary: 0, baseline: 0 }, before: { safe: state.safe, under: state.under } };
}

const none: readonly number[] = [];

function relative(logs: number[], canary: Count, baseline: Count, from: number, scale: number): number[] {
  const next = logs.slice();
  for (let i = 0; i < next.length; i++) {
    next[i] = (next[i] ?? 0) + scale * relativeEvidence(canary, baseline, from, safeRatios[i] ?? 1);
  }
  return next;
}

function absolute(logs: number[], canary: Count, share: number, factors: readonly number[], scale: number): number[] {
  if (logs.length === 0 || canary.exposure === 0) return logs;
  const next = logs.slice();
  for (let i = 0; i < next.length; i++) {
    next[i] = (next[i] ?? 0) + scale * absoluteEvidence(canary, share, factors[i] ?? 1);
  }
  return next;
}

function add(logs: number[], increments: readonly number[]): number[] {
  if (increments.length === 0) return logs;
  const next = logs.slice();
  for (let i = 0; i < next.length; i++) next[i] = (next[i] ?? 0) + (increments[i] ?? 0);
  return next;
}

function sum(a: Count, b: Count): Count {
  return { exposure: a.exposure + b.exposure, bad: a.bad + b.bad };
}
