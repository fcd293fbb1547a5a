import type { BakeSpec, ChangeSpec, Level, OnError, OnInconclusive } from '../spec/types.js';

/**
 * What a change must pass at each level. A spec may ask for more care than its level, never for less: what it asks
 * goes through `onInconclusiveOf` and `bakeOf`.
 */
export interface Controls {
  level: Level;
  /** Chance of a false stop over the whole change. */
  alpha: number;
  /** Chance that harm of the size to detect is called safe. */
  beta: number;
  /** Bake of a wave when the spec says none. */
  bake: BakeSpec;
  /**
   * The longest default bake of a wave that leaves no unchanged side, after waves that had one: such a bake can only
   * find, never prove, and always lasts its whole length.
   */
  aloneMaxSeconds: number;
  /** No bake is shorter than this, whatever the spec says. */
  leastBakeSeconds: number;
  /** Largest share of a part in the first wave. One target is always allowed: nothing smaller can be changed. */
  maxFirstShare: number;
  /** Largest share of a part added by one later wave; one target is always allowed. */
  maxStepShare: number;
  /** First wave of `waves: auto`, and how many times larger each next one is. */
  autoFirstShare: number;
  autoGrowth: number;
  /**
   * The same where the traffic is known: part of a month's error budget that the first wave may cost when all of it fails,
   * how many times larger a wave may be, and how many waves there should be at most.
   */
  worstFirstBudget: number;
  mostGrowth: number;
  mostWaves: number;
  /** A person must approve before anything is touched. */
  approval: boolean;
  onInconclusive: OnInconclusive;
  /** The least strict answer to `inconclusive` that a spec may ask for. */
  mildestOnInconclusive: OnInconclusive;
  onError: OnError;
  /** So long may nobody look at changed targets; then they are drained. Nobody looking is known within 25 s. */
  unwatchedLimitSeconds: number;
  /** A change that holds without proof, or on a broken source, is rolled back after this. */
  inconclusiveHoldLimitSeconds: number;
  errorHoldLimitSeconds: number;
  /** A gate or a pause that nobody ends becomes an abort after this, so that every change has an end. */
  waitLimitSeconds: number;
}

const minute = 60;
const hour = 60 * minute;

const usual = {
  alpha: 0.01,
  beta: 0.05,
  leastBakeSeconds: 0,
  approval: false,
  onError: 'hold',
  waitLimitSeconds: 24 * hour,
} as const;

const table: Record<Level, Controls> = {
  L0: {
    ...usual,
    level: 'L0',
    bake: { minSeconds: 30, maxSeconds: 10 * minute },
    aloneMaxSeconds: 2 * minute,
    maxFirstShare: 1,
    maxStepShare: 1,
    autoFirstShare: 0.25,
    autoGrowth: 4,
    worstFirstBudget: 0.002,
    mostGrowth: 10,
    mostWaves: 5,
    onInconclusive: 'advance',
    mildestOnInconclusive: 'advance',
    unwatchedLimitSeconds: 10 * minute,
    inconclusiveHoldLimitSeconds: 24 * hour,
    errorHoldLimitSeconds: hour,
  },
  L1: {
    ...usual,
    level: 'L1',
    bake: { minSeconds: minute, maxSeconds: 20 * minute },
    aloneMaxSeconds: 5 * minute,
    maxFirstShare: 0.5,
    maxStepShare: 0.75,
    autoFirstShare: 0.1,
    autoGrowth: 4,
    worstFirstBudget: 0.001,
    mostGrowth: 10,
    mostWaves: 6,
    onInconclusive: 'advance',
    mildestOnInconclusive: 'advance',
    unwatchedLimitSeconds: 5 * minute,
    inconclusiveHoldLimitSeconds: 12 * hour,
    errorHoldLimitSeconds: hour,
  },
  L2: {
    ...usual,
    level: 'L2',
    bake: { minSeconds: 2 * minute, maxSeconds: 30 * minute },
    aloneMaxSeconds: 10 * minute,
    maxFirstShare: 0.25,
    maxStepShare: 0.5,
    autoFirstShare: 0.05,
    autoGrowth: 3,
    worstFirstBudget: 0.0005,
    mostGrowth: 6,
    mostWaves: 7,
    onInconclusive: 'hold',
    mildestOnInconclusive: 'advance',
    unwatchedLimitSeconds: 3 * minute,
    inconclusiveHoldLimitSeconds: 4 * hour,
    errorHoldLimitSeconds: 30 * minute,
  },
  L3: {
    ...usual,
    level: 'L3',
    alpha: 0.005,
    bake: { minSeconds: 5 * minute, maxSeconds: hour },
    aloneMaxSeconds: 30 * minute,
    leastBakeSeconds: minute,
    maxFirstShare: 0.1,
    maxStepShare: 0.34,
    autoFirstShare: 0.02,
    autoGrowth: 2,
    worstFirstBudget: 0.00025,
    mostGrowth: 4,
    mostWaves: 8,
    approval: true,
    onInconclusive: 'hold',
    mildestOnInconclusive: 'hold',
    unwatchedLimitSeconds: 2 * minute,
    inconclusiveHoldLimitSeconds: 2 * hour,
    errorHoldLimitSeconds: 15 * minute,
  },
  L4: {
    ...usual,
    level: 'L4',
    alpha: 0.001,
    beta: 0.01,
    bake: { minSeconds: 10 * minute, maxSeconds: 2 * hour },
    aloneMaxSeconds: hour,
    leastBakeSeconds: 5 * minute,
    maxFirstShare: 0.05,
    maxStepShare: 0.25,
    autoFirstShare: 0.01,
    autoGrowth: 2,
    worstFirstBudget: 0.0001,
    mostGrowth: 3,
    mostWaves: 10,
    approval: true,
    onInconclusive: 'rollback',
    mildestOnInconclusive: 'rollback',
    unwatchedLimitSeconds: minute,
    inconclusiveHoldLimitSeconds: 30 * minute,
    errorHoldLimitSeconds: 10 * minute,
  },
};

export const controlsOf = (level: Level): Controls => table[level];

const strictness: Record<OnInconclusive, number> = { advance: 0, hold: 1, rollback: 2 };

/** What happens without proof: what the spec asks, as far as the level allows it. */
export function onInconclusiveOf(spec: Pick<ChangeSpec, 'onInconclusive'>, controls: Controls): OnInconclusive {
  const asked = spec.onInconclusive ?? controls.onInconclusive;
  return strictness[asked] < strictness[controls.mildestOnInconclusive] ? controls.mildestOnInconclusive : asked;
}

export function onErrorOf(spec: Pick<ChangeSpec, 'onError'>, controls: Controls): OnError {
  return spec.onError ?? controls.onError;
}

/** The bake of one wave: its own, else the change's, else the level's; never shorter than the level's least. */
export function bakeOf(asked: BakeSpec | null, controls: Controls, alone: boolean): BakeSpec {
  const { bake, aloneMaxSeconds, leastBakeSeconds } = controls;
  const usualMax = alone ? Math.min(bake.maxSeconds, aloneMaxSeconds) : bake.maxSeconds;
  const wanted = asked ?? { minSeconds: Math.min(bake.minSeconds, usualMax), maxSeconds: usualMax };
  const minSeconds = Math.max(wanted.minSeconds, leastBakeSeconds);
  return { minSeconds, maxSeconds: Math.max(wanted.maxSeconds, minSeconds) };
}
