/** What the two thresholds give when they are chosen without the fault that they are tried on. */
import { type Decided, decided, type Labels, sharesOf } from './changerca-score.js';
import type { VerdictLine } from './set.js';

/** A choice of thresholds and what it says of every change. */
export interface Candidate {
  failNats: number;
  failChance: number;
  lines: VerdictLine[];
}

/** Thresholds tried; everything else stays as it is. */
export const thresholds = [1, 1.5, 2, 2.5, 3].flatMap((failNats) =>
  [0.35, 0.5, 0.65].map((failChance) => ({ failNats, failChance })),
);

/** F1 over all faults, each judged by the thresholds that are best on the others. */
export function leaveOneFaultOut(candidates: readonly Candidate[], labels: Labels): { f1: number; f1At1Min: number } {
  return { f1: pooled(candidates, 5, labels), f1At1Min: pooled(candidates, 1, labels) };
}

function pooled(candidates: readonly Candidate[], at: 1 | 5, labels: Labels): number {
  const tried = candidates.map((candidate) => decided(candidate.lines, at, labels));
  const faults = [...new Set(Object.values(labels).map(({ fault }) => fault))];
  const out = faults.flatMap((fault) => {
    const chosen = bestOf(tried.map((all) => all.filter((one) => one.fault !== fault)));
    return (tried[chosen] ?? []).filter((one) => one.fault === fault);
  });
  return sharesOf(out).f1;
}

/** Of equally good ones the middle one. */
function bestOf(tried: readonly (readonly Decided[])[]): number {
  const scores = tried.map((all) => sharesOf(all).f1);
  const best = Math.max(...scores);
  const equals = scores.flatMap((score, i) => (score === best ? i : []));
  return equals[Math.floor(equals.length / 2)] ?? 0;
}
