import type { Label } from './sequential-read.js';
import type { VerdictLine } from './set.js';

type Minute = number | null;

interface Scored {
  effect: string;
  rho: string;
  stop: Minute;
  safe: Minute;
}

/** Errors that the proof of safety (below 3×) must not let through: their ratio is 5. */
const ratioFive = 'err_0p1_to_0p5';

export interface SequentialFigures {
  [name: string]: number | number[] | object | null;
  /** Mean of: one minus the worst false-stop share, and the share caught of each effect. */
  accuracy: number;
  falseStop: Record<string, number>;
  caught: Record<string, { share: number; medianMinute: Minute; byRho: Record<string, number> }>;
  provenSafe: { share: number; falseOnRR5: number; medianMinute: Minute };
}

/** Figures of the verdicts; the medians count runs not caught as never, which is null. */
export function figuresOf(lines: readonly VerdictLine[], labels: ReadonlyMap<string, Label>): SequentialFigures {
  const scored = scoredOf(lines, labels);
  const same = scored.filter(({ effect }) => effect === 'none');
  const effects = [...new Set(scored.map(({ effect }) => effect))].filter((effect) => effect !== 'none').toSorted();
  const caught = Object.fromEntries(effects.map((effect) => [effect, caughtOf(ofEffect(scored, effect))]));
  const falseStop = stoppedByRho(same);
  const parts = [1 - Math.max(0, ...Object.values(falseStop)), ...Object.values(caught).map(({ share }) => share)];
  return {
    accuracy: mean(parts),
    falseStop,
    caught,
    provenSafe: {
      share: share(same.map(({ safe }) => safe)),
      falseOnRR5: share(ofEffect(scored, ratioFive).map(({ safe }) => safe)),
      medianMinute: median(same.map(({ safe }) => safe)),
    },
  };
}

/** 95 % intervals of the shares (Wilson 1927). */
export function intervalsOf(lines: readonly VerdictLine[], labels: ReadonlyMap<string, Label>): object {
  const scored = scoredOf(lines, labels);
  const same = scored.filter(({ effect }) => effect === 'none');
  const stops = (of: readonly Scored[]) => wilson(of.map(({ stop }) => stop));
  const grouped = (of: readonly Scored[], key: (one: Scored) => string) =>
    Object.fromEntries(
      [...new Set(of.map(key))].toSorted().map((name) => [name, stops(of.filter((one) => key(one) === name))]),
    );
  return {
    falseStop: grouped(same, ({ rho }) => rho),
    caught: grouped(
      scored.filter(({ effect }) => effect !== 'none'),
      ({ effect }) => effect,
    ),
    provenSafe: wilson(same.map(({ safe }) => safe)),
    falseOnRR5: wilson(ofEffect(scored, ratioFive).map(({ safe }) => safe)),
  };
}

function scoredOf(lines: readonly VerdictLine[], labels: ReadonlyMap<string, Label>): Scored[] {
  return lines.flatMap((line) => {
    const label = labels.get(line.case);
    return label === undefined ? [] : [{ ...label, stop: line.stopMinute ?? null, safe: line.safeMinute ?? null }];
  });
}

function ofEffect(scored: readonly Scored[], effect: string): Scored[] {
  return scored.filter((one) => one.effect === effect);
}

function caughtOf(scored: readonly Scored[]): SequentialFigures['caught'][string] {
  const stops = scored.map(({ stop }) => stop);
  return { share: share(stops), medianMinute: median(stops), byRho: stoppedByRho(scored) };
}

function stoppedByRho(scored: readonly Scored[]): Record<string, number> {
  const rhos = [...new Set(scored.map(({ rho }) => rho))].toSorted((a, b) => Number(a) - Number(b));
  return Object.fromEntries(
    rhos.map((rho) => [rho, share(scored.filter((one) => one.rho === rho).map(({ stop }) => stop))]),
  );
}

function share(minutes: readonly Minute[]): number {
  return minutes.filter((minute) => minute !== null).length / minutes.length;
}

function median(minutes: readonly Minute[]): Minute {
  const sorted = minutes.map((minute) => minute ?? Infinity).toSorted((a, b) => a - b);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)] ?? Infinity;
  return middle === Infinity ? null : middle;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function wilson(minutes: readonly Minute[]): [number, number] {
  const n = minutes.length;
  const p = share(minutes);
  const z2 = 1.96 ** 2;
  const centre = (p + z2 / (2 * n)) / (1 + z2 / n);
  const half = (Math.sqrt(z2) / (1 + z2 / n)) * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}
