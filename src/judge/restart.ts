/**
 * Late faults. An e-process that ran through an hour of health must first win that hour back before it can stop; a
 * mixture over starting times need not. The average of e-processes, each 1 until it starts, is an e-process (idea:
 * e-detectors, Shin, Ramdas & Rinaldo 2022). Prior mass: ½ on the start, ½·1/(k(k+1)) on the k-th restart, k = 1, 2 …;
 * the masses sum to 1, so the number of restarts need not be known, and a fault at restart k costs ln 2k(k+1) nats.
 *
 * Per alternative one number is enough: S ← S + w at a restart, S ← S·L at a cell, and E = mean S + mass not started yet.
 */
import { logAdd, logMean } from './logs.js';

/** ln of the mass that starts at time 0. */
export const logFirstMass = Math.log(0.5);

/** ln of the mass that starts at restart `k` ≥ 1. */
export function logRestartMass(k: number): number {
  return -Math.log(2 * k * (k + 1));
}

/** ln of the mass that has not started after `restarts` restarts: ½·1/(restarts + 1); it counts as e-value 1. */
export function logWaitingMass(restarts: number): number {
  return -Math.log(2 * (restarts + 1));
}

/** The started components (ln S per alternative) after restart `k`. */
export function restart(started: readonly number[], k: number): number[] {
  const mass = logRestartMass(k);
  return started.map((log) => logAdd(log, mass));
}

/** ln E of the mixture. */
export function logMixture(started: readonly number[], restarts: number): number {
  return logAdd(logMean(started), logWaitingMass(restarts));
}
