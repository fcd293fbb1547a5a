import { classify, kayentaDefaults } from '../../../src/judge/rank/classify.js';
import type { Cell, Count } from '../../../src/judge/types.js';

/** A judge of a whole change, look by look. */
export interface Rule {
  name: string;
  /** A fresh one for each run; answers whether it stops the change at this look. `at` in seconds. */
  begin: () => (cell: Cell, at: number) => boolean;
}

const add = (a: Count, b: Count): Count => ({ exposure: a.exposure + b.exposure, bad: a.bad + b.bad });
const nothing: Count = { exposure: 0, bad: 0 };
const shareOf = ({ exposure, bad }: Count): number => (exposure === 0 ? 0 : bad / exposure);

/** The test of two shares that is right for one look, made at every look: z > 2.326, one-sided 1%. */
const zPeeked: Rule = {
  name: 'z-test, peeked at',
  begin: () => {
    let [canary, baseline] = [nothing, nothing];
    return (cell) => {
      canary = add(canary, cell.canary);
      baseline = add(baseline, cell.baseline);
      const pooled = shareOf(add(canary, baseline));
      const spread = Math.sqrt(pooled * (1 - pooled) * (1 / canary.exposure + 1 / baseline.exposure));
      return spread > 0 && (shareOf(canary) - shareOf(baseline)) / spread > 2.326;
    };
  },
};

/** The dashboard alert: over the last five minutes twice the unchanged side's share, and at least five bad events. */
const twice: Rule = {
  name: '2× over 5 min',
  begin: () => {
    const kept: Cell[] = [];
    return (cell) => {
      kept.push(cell);
      if (kept.length > 30) kept.shift();
      const canary = kept.map((one) => one.canary).reduce(add, nothing);
      const baseline = kept.map((one) => one.baseline).reduce(add, nothing);
      return canary.bad >= 5 && shareOf(canary) > 2 * shareOf(baseline);
    };
  },
};

/** Checks of the changed side alone, one a minute; stops at the failed check number `stopAt`. */
const checks = (name: string, leastSuccess: number, stopAt: number): Rule => ({
  name,
  begin: () => {
    let minute = nothing;
    let failed = 0;
    return (cell, at) => {
      minute = add(minute, cell.canary);
      if (at % 60 !== 0) return false;
      if (minute.exposure > 0 && 1 - shareOf(minute) < leastSuccess) failed += 1;
      minute = nothing;
      return failed >= stopAt;
    };
  },
});

/** Kayenta's rank test at its defaults, on the bad shares of each minute, asked every five minutes from the tenth on. */
const ranks: Rule = {
  name: 'rank judge, every 5 min',
  begin: () => {
    let [canary, baseline] = [nothing, nothing];
    const shares = { canary: [] as number[], baseline: [] as number[] };
    return (cell, at) => {
      canary = add(canary, cell.canary);
      baseline = add(baseline, cell.baseline);
      if (at % 60 !== 0) return false;
      shares.canary.push(shareOf(canary));
      shares.baseline.push(shareOf(baseline));
      [canary, baseline] = [nothing, nothing];
      const isAsked = at >= 600 && at % 300 === 0;
      return isAsked && classify(kayenta, shares.baseline, shares.canary).label === 'High';
    };
  },
};
const kayenta = { ...kayentaDefaults, direction: 'increase' } as const;

/** Argo Rollouts: failureLimit 3 stops at the fourth failed measurement. Flagger: threshold 5 at the fifth. */
export const rules: readonly Rule[] = [
  zPeeked,
  twice,
  ranks,
  checks('Argo-like: success ≥ 95%', 0.95, 4),
  checks('Argo-like: errors ≤ 2%', 0.98, 4),
  checks('Flagger-like: success ≥ 99%', 0.99, 5),
];
