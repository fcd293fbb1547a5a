/**
 * The judge: counts of the changed and the unchanged side in, a verdict out. Pure: no clock, no chance, no I/O, so it runs
 * inside a workflow as well as in an activity, and the same looks give the same verdict on any machine, later.
 *
 * ```ts
 * let state = begin(settings);
 * for (const look of chain(looks)) state = fold(settings, state, look);
 * const { kind, reason } = verdict(settings, state, { nowMs, waveStartedMs, minSeconds, maxSeconds, control });
 * ```
 *
 * One e-process runs through all waves of a change, so looking at every scrape costs nothing: the chance of a false stop
 * is at most α over the whole change (Ville). Two exits: harm proven (`fail`), safety proven (`pass`).
 */
export { chain } from './chain.js';
export { explain } from './explain.js';
export { fold } from './fold.js';
export { begin, type JudgeState, type Stop, type StreamState } from './state.js';
export { verdict } from './verdict.js';
export type { When } from './when.js';
