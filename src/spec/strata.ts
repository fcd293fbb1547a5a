import type { Target } from '../drivers/protocol.js';

/** Labels by which targets differ in a way that a fault can depend on, coarse to fine. */
const labels = ['region', 'zone', 'host'] as const;

/** Which kinds of target a way through the waves has seen. */
export interface Strata {
  /** Place in the list of the first target that brings something unseen, the coarsest first; −1 when nothing is unseen. */
  indexOfUnseen(left: readonly Target[]): number;
  /** Sees these; answers what was new with them, zones and regions only: a host is new nearly always. */
  see(targets: readonly Target[]): string[];
}

/** A label that all targets share, or none has, tells nothing apart. */
export function strataOf(all: readonly Target[]): Strata {
  const telling = labels.filter((label) => new Set(all.map((target) => target.labels[label])).size > 1);
  const of = (target: Target): string[] =>
    telling.flatMap((label) => {
      const value = target.labels[label];
      return value === undefined ? [] : [`${label}=${value}`];
    });
  const unseen = new Set(all.flatMap(of));
  return {
    indexOfUnseen: (left) => {
      const label = telling.find((one) => [...unseen].some((stratum) => stratum.startsWith(`${one}=`)));
      return label === undefined ? -1 : left.findIndex((target) => unseen.has(`${label}=${target.labels[label]}`));
    },
    see: (targets) => {
      const fresh = [...new Set(targets.flatMap(of))].filter((stratum) => unseen.delete(stratum));
      return fresh.filter((stratum) => !stratum.startsWith('host='));
    },
  };
}
