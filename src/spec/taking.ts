import type { Target } from '../drivers/protocol.js';
import { spread } from './spread.js';
import type { WaveSpec } from './types.js';

/** What a driver's plan says of one part, in the order of the spec. */
export interface PartTargets {
  part: string;
  targets: readonly Target[];
  reversible: boolean;
}

/**
 * How a part goes through the waves. `whole`: it has one target, which the first wave changes. `last`: it cannot be
 * taken back and other parts come before it, which must be proven first: it gets a wave of its own after all others.
 */
export type Going = 'waves' | 'whole' | 'last';

/** One part on its way through the waves: what is changed so far, and what comes next. */
export class Taking {
  readonly part: string;
  readonly going: Going;
  readonly order: readonly Target[];
  private readonly changed = new Set<string>();
  private readonly weights: ReadonlyMap<string, number>;

  constructor({ part, targets, reversible }: PartTargets, index: number) {
    this.part = part;
    this.order = spread(targets);
    this.going = !reversible && index > 0 ? 'last' : targets.length === 1 ? 'whole' : 'waves';
    this.weights = weightsOf(targets);
  }

  get left(): Target[] {
    return this.order.filter((target) => !this.changed.has(target.id));
  }

  /** Share of the part's work on these targets. */
  shareOf(targets: readonly Target[]): number {
    return targets.reduce((sum, target) => sum + (this.weights.get(target.id) ?? 0), 0);
  }

  get changedShare(): number {
    return this.shareOf(this.order.filter((target) => this.changed.has(target.id)));
  }

  get isMixed(): boolean {
    return this.changed.size > 0 && this.changed.size < this.order.length;
  }

  /** Targets that fit `where`. */
  fitting(where: Record<string, string>): Target[] {
    const wanted = Object.entries(where);
    return this.order.filter((target) => wanted.every(([label, value]) => target.labels[label] === value));
  }

  /** What an explicit wave adds: as many as `to` says, rounded up, less those that earlier waves changed. */
  byWave(wave: WaveSpec, first: boolean): Target[] {
    const fixed = this.byGoing(first);
    if (fixed !== null) return fixed;
    const fitting = this.fitting(wave.where);
    const goal = 'share' in wave.to ? Math.ceil(wave.to.share * fitting.length - 1e-9) : wave.to.count;
    const done = fitting.filter((target) => this.changed.has(target.id)).length;
    return fitting.filter((target) => !this.changed.has(target.id)).slice(0, Math.max(0, goal - done));
  }

  /** What an automatic wave adds: the next ones. */
  byCount(count: number, first: boolean): Target[] {
    return this.byGoing(first) ?? this.left.slice(0, count);
  }

  /** What an automatic wave adds that was planned target by target. */
  byIds(ids: readonly string[], first: boolean): Target[] {
    const wanted = new Set(ids);
    return this.byGoing(first) ?? this.left.filter((target) => wanted.has(target.id));
  }

  private byGoing(first: boolean): Target[] | null {
    if (this.going === 'whole') return first ? [...this.order] : [];
    return this.going === 'last' ? [] : null;
  }

  mark(targets: readonly Target[]): void {
    for (const target of targets) this.changed.add(target.id);
  }
}

/** An idle target counts as so much of an average one: no wave adds nothing, and none is free. */
const idle = 1e-3;

/** Share of each target, summing to 1; equal where the driver knows none. */
function weightsOf(targets: readonly Target[]): Map<string, number> {
  const known = targets.map(({ share }) => (share > 0 && Number.isFinite(share) ? share : 0));
  const total = known.reduce((sum, share) => sum + share, 0);
  const least = idle / targets.length;
  const raised = known.map((share) => (total > 0 ? Math.max(share / total, least) : 1));
  const sum = raised.reduce((all, share) => all + share, 0);
  return new Map(targets.map(({ id }, i) => [id, (raised[i] ?? 0) / sum]));
}
