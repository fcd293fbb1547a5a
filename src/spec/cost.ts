import { findsAfter, findsFailing, harmBy, provesAfter, type StreamTraffic } from '../judge/outlook.js';
import { badOdds, budgetSeconds, lateShare } from '../policy/classify.js';
import { bakeOf, type Controls } from '../policy/controls.js';
import { ratioOf, type Watched } from './course.js';

/** What an hour of waiting for a good change is worth, in monthly error budgets: at tier 1 a twentieth of a second of failure. */
const hourOfDelay = 2e-5;

/**
 * What a way through the waves is expected to cost, in monthly error budgets (systems.md §C2):
 * Σ q_k·B(w_k) + c·ΣT_k. q_k is the chance that the change is bad and shows first at wave k: a late fault is as likely in
 * each doubling of what is changed. B(w_k) is the mean of a fault of the size to detect and of one that fails everything.
 * `path`: changed share after each wave, rising to 1.
 */
export function costOf(path: readonly number[], watched: Watched, controls: Controls): number {
  const { streams, spec } = watched;
  const budget = budgetSeconds[spec.tier] * Math.max(...streams.map(({ eventsPerSecond }) => eventsPerSecond));
  const first = path[0] ?? 1;
  let harm = 0;
  for (const [k, share] of path.entries()) {
    const before = path[k - 1] ?? first;
    const late = first < 1 ? (lateShare * Math.log(share / before)) / Math.log(1 / first) : 0;
    const chance = badOdds[spec.type] * (k === 0 ? 1 - lateShare : late);
    harm += (chance * harmAt(share, watched, controls)) / budget;
  }
  const hours = lastsSeconds(path, watched, controls) / 3600;
  return harm + hours * hourOfDelay;
}

/** Without an unchanged side it is found as it was before: by what is still left of it. */
const comparable = (share: number): number => Math.min(share, 0.95);

function harmAt(share: number, { streams, delay, spec }: Watched, controls: Controls): number {
  const { maxSeconds } = bakeOf(spec.bake, controls, false);
  const until = (after: number): number => Math.min(after + delay.seconds, maxSeconds);
  let [wrong, failing] = [0, 0];
  for (const stream of streams) {
    const at = comparable(share);
    const all = stream.eventsPerSecond * share * until(findsFailing(stream, at, controls));
    failing = Math.max(failing, all);
    const ratio = ratioOf(stream);
    if (ratio === null) continue;
    wrong = Math.max(wrong, harmBy(stream, share, ratio, until(findsAfter(stream, at, ratio, controls))));
  }
  return (wrong + failing) / 2;
}

/** Proof is carried from wave to wave, so what a wave has to add is what the waves before have not gathered. */
function lastsSeconds(path: readonly number[], { streams, spec }: Watched, controls: Controls): number {
  const left = new Map<StreamTraffic, number>(
    streams.filter(({ settings }) => settings.prove).map((stream) => [stream, 1]),
  );
  let total = 0;
  for (const [k, share] of path.entries()) {
    const alone = k > 0 && share >= 1;
    const { minSeconds, maxSeconds } = bakeOf(spec.bake, controls, alone);
    if (share >= 1) {
      total += maxSeconds;
      continue;
    }
    const unproven = [...left].filter(([, part]) => part > 0);
    const each = unproven.map(([stream, part]) => [stream, part, provesAfter(stream, share, controls)] as const);
    const needs = Math.max(0, ...each.map(([, part, seconds]) => part * seconds));
    const lasts = Math.min(maxSeconds, Math.max(minSeconds, needs));
    for (const [stream, part, seconds] of each) left.set(stream, Math.max(0, part - lasts / seconds));
    total += lasts;
  }
  return total;
}
