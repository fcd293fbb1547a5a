import { GraywaveError } from '../errors.js';
import { bakeOf, type Controls, controlsOf } from '../policy/controls.js';
import type { Watched } from './course.js';
import { stepFault } from './limits.js';
import { autoSizes } from './sizes.js';
import { stepsOf, takeStep, whyOf } from './steps.js';
import { type PartTargets, Taking } from './taking.js';
import type { BakeSpec, ChangeSpec } from './types.js';
import { round } from './units.js';

export type { PartTargets } from './taking.js';

/** One wave as it will be carried out. Plain JSON: it is kept in the workflow's history. */
export interface PlannedWave {
  /** 1 for the first. */
  index: number;
  name: string;
  /** Part → ids added in this wave, in the order in which they are changed. A part that adds nothing is not there. */
  targets: Record<string, string[]>;
  /** Share of the work on changed targets after this wave, in (0, 1]; of the parts that go in waves, the furthest. */
  changedShare: number;
  bake: BakeSpec;
  /** `concurrent`: after this wave an unchanged side is left to compare with. */
  control: 'concurrent' | 'none';
  /** Why a person must approve before this wave; null when nobody has to. */
  gate: string | null;
  /** One line for people: how many, and why so many. */
  why: string;
}

export type WavesSpec = Pick<ChangeSpec, 'waves' | 'bake' | 'gates'>;

/**
 * The waves of a change whose traffic is known: automatic ones sized by it. They fall back to those by the level alone
 * where the traffic's would not do, for example where a gate stands before a wave that they do not have. `waves`: those.
 */
export function resize(
  spec: WavesSpec,
  parts: readonly PartTargets[],
  controls: Controls,
  watched: Watched | null,
  waves: PlannedWave[],
): PlannedWave[] {
  if (spec.waves !== 'auto' || watched === null) return waves;
  try {
    return planWaves(spec, parts, controls, watched);
  } catch (error) {
    if (error instanceof GraywaveError && error.code === 'PLAN_REFUSED') return waves;
    throw error;
  }
}

/**
 * Which targets are changed in which wave. All parts go through the waves together, each by its own targets; every
 * target is changed in exactly one wave; what cannot be taken back and comes after other parts gets a wave after all
 * others. Deterministic. Throws GraywaveError PLAN_REFUSED, naming the wave and the remedy, when a wave adds nothing,
 * targets are left over, or a wave is larger than the level allows.
 */
export function planWaves(
  spec: WavesSpec,
  parts: readonly PartTargets[],
  controls: Controls,
  watched: Watched | null = null,
): PlannedWave[] {
  const takings = takingsOf(parts);
  const waves: PlannedWave[] = [];
  let compared = false;
  for (const [i, step] of stepsOf(spec.waves, takings, controls, watched).entries()) {
    const added = takeStep(step, takings, i === 0);
    const fault = stepFault(step, added, i === 0, controls);
    if (fault !== null) throw refuse(`wave ${i + 1} (${step.name}): ${fault}`);
    for (const { taking, targets } of added) taking.mark(targets);
    const concurrent = takings.some((taking) => taking.isMixed);
    waves.push({
      index: i + 1,
      name: step.name,
      targets: idsByPart(added),
      changedShare: furthest(takings),
      bake: bakeOf(step.bake ?? spec.bake, controls, compared && !concurrent),
      control: concurrent ? 'concurrent' : 'none',
      gate: gateOf(spec, i + 1, controls),
      why: whyOf(step, added),
    });
    compared ||= concurrent;
  }
  refuseLeftovers(takings);
  refuseLostGates(spec, waves.length);
  return waves;
}

/** What `classify` needs before there is a level: what the first wave will touch. */
export interface FirstWave {
  /** Share of the work, the worst part counting. */
  share: number;
  unchangedArm: boolean;
}

/** The first wave before a level is known; an automatic one counts as the largest that any level would plan. */
export function firstWave(spec: WavesSpec, parts: readonly PartTargets[]): FirstWave {
  const takings = takingsOf(parts);
  const wave = spec.waves === 'auto' ? undefined : spec.waves[0];
  let share = 0;
  for (const taking of takings) {
    const targets = wave === undefined ? taking.byCount(largestFirst(taking), true) : taking.byWave(wave, true);
    taking.mark(targets);
    share = Math.max(share, taking.changedShare);
  }
  return { share: round(Math.min(1, share)), unchangedArm: takings.some((taking) => taking.isMixed) };
}

function largestFirst(taking: Taking): number {
  const shares = taking.order.map((target) => taking.shareOf([target]));
  return autoSizes(shares, controlsOf('L0'))[0]?.count ?? 1;
}

function takingsOf(parts: readonly PartTargets[]): Taking[] {
  if (parts.length === 0) throw refuse('no part has been planned');
  for (const { part, targets } of parts) {
    if (targets.length === 0) throw refuse(`part ${part} has no targets: there is nothing to change`);
    if (new Set(targets.map(({ id }) => id)).size < targets.length) throw refuse(`part ${part} names a target twice`);
  }
  return parts.map((part, i) => new Taking(part, i));
}

function idsByPart(added: ReturnType<typeof takeStep>): Record<string, string[]> {
  const some = added.filter(({ targets }) => targets.length > 0);
  return Object.fromEntries(some.map(({ taking, targets }) => [taking.part, targets.map(({ id }) => id)]));
}

/** Parts that go wave by wave say how far the change is; where there is none, the others do. */
function furthest(takings: readonly Taking[]): number {
  const going = takings.filter((taking) => taking.going === 'waves');
  const shares = (going.length > 0 ? going : takings).map((taking) => taking.changedShare);
  return round(Math.min(1, Math.max(...shares)));
}

function gateOf(spec: WavesSpec, index: number, controls: Controls): string | null {
  const reasons = spec.gates.filter((gate) => gate.beforeWave === index).map((gate) => gate.reason);
  if (index === 1 && controls.approval)
    reasons.unshift(`${controls.level}: somebody must approve before anything is touched`);
  return reasons.length === 0 ? null : reasons.join('; ');
}

function refuseLeftovers(takings: readonly Taking[]): void {
  for (const { left, part, order } of takings) {
    if (left.length === 0) continue;
    const names =
      left
        .slice(0, 3)
        .map(({ id }) => id)
        .join(', ') + (left.length > 3 ? ' …' : '');
    const what = `${left.length} of ${order.length} targets of ${part} are unchanged (${names})`;
    throw refuse(`after the last wave ${what}; expected a last wave to 100% of all targets`);
  }
}

function refuseLostGates(spec: WavesSpec, count: number): void {
  const lost = spec.gates.find((gate) => gate.beforeWave > count);
  if (lost === undefined) return;
  throw refuse(`a gate stands before wave ${lost.beforeWave} and there are ${count} waves: nobody would be asked`);
}

const refuse = (message: string): GraywaveError => new GraywaveError('PLAN_REFUSED', message);
