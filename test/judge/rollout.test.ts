import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkRollouts } from '../../src/judge/rollout/check.js';
import { rolloutConstants } from '../../src/judge/rollout/constants.js';
import { judgeRollouts } from '../../src/judge/rollout/judge.js';
import { joinProfiles, learnRollouts } from '../../src/judge/rollout/learn.js';
import type { RolloutInput, RolloutVerdict } from '../../src/judge/rollout/types.js';
import { at, rollouts, type World } from './rollout-case.js';

const cart = { service: 'cart', released: -6 };
const failing = (share: number) => (instance: string) => (instance === 'cart-new' ? share : 1);
const silent = (instance: string) => (instance === 'cart-new' ? 'missing' : 1);
const verdictOf = (world: World, change = 'cart'): RolloutVerdict | undefined =>
  judgeRollouts(rollouts(world)).find((one) => one.change === change);
const kindOf = (world: World, change?: string) => verdictOf(world, change)?.kind;

describe('a change whose own instances show it', () => {
  it('fails when they fail more requests than the unchanged ones, in numbers', () => {
    const found = verdictOf({ changes: [cart], served: failing(0.3) });
    expect(found?.kind).toBe('fail');
    expect(found?.reason).toBe('70% of the requests from front failed on the changed instances, 0% on the unchanged');
  });

  it('passes when all fail alike: the version is not the cause', () => {
    const served = (_: string, __: string, minutes: number) => (minutes > -4 ? 0.3 : 1);
    expect(kindOf({ changes: [cart], served })).toBe('pass');
  });

  it('passes on a single failed minute of one instance', () => {
    const served = (instance: string, _: string, minutes: number) =>
      instance === 'cart-new' ? (minutes === 0 ? 0 : 'missing') : 1;
    expect(kindOf({ changes: [cart], served })).toBe('pass');
  });

  it('fails when they use several times the memory', () => {
    const memory = (instance: string) => (instance === 'cart-new' ? 300 : 100);
    const found = verdictOf({ changes: [cart], memory });
    expect([found?.kind, found?.reason]).toEqual([
      'fail',
      'memory of the changed instances is 3.00 times that of the largest unchanged',
    ]);
  });

  it('is judged by what it asks of others where nobody calls it', () => {
    const front = rollouts({ changes: [{ service: 'front', released: -6 }] });
    const asking = (instance: string, success: number) => {
      const atMs = [-4, -3, -2, -1, 0].map(at);
      const column = (value: number) => atMs.map(() => value);
      const ends = { instance, caller: 'front', callee: 'cart', side: 'client', stepMs: 60_000 } as const;
      return { ...ends, atMs, success: column(success), latencySeconds: column(0.01) };
    };
    const judged = (share: number) =>
      judgeRollouts({ ...front, edges: [asking('front-new', share), asking('front-1', 1), asking('front-2', 1)] })[0];
    expect(judged(0.3)?.reason).toBe(
      '70% of the requests to cart failed on the changed instances, 0% on the unchanged',
    );
    expect([judged(0.3)?.kind, judged(1)?.kind]).toEqual(['fail', 'pass']);
  });

  it('passes when it serves as the others do', () => {
    expect(verdictOf({ changes: [cart] })?.reason).toBe('nothing speaks against it');
  });
});

describe('a changed instance that nobody saw', () => {
  const view = (edge: string, minutes: number) => (edge === 'front>cart' && minutes > -5 ? 0.7 : 1);

  it('is bad when callers fail and it should have been ready', () => {
    const found = verdictOf({ changes: [cart], served: silent, view });
    expect(found?.kind).toBe('fail');
    expect(found?.reason).toContain('no request seen on the changed instances 300 s after they were complete');
  });

  it('is no evidence before it is complete, nor right after', () => {
    expect(kindOf({ changes: [{ service: 'cart', released: -1, complete: null }], served: silent, view })).toBe(
      'inconclusive',
    );
    const now = { service: 'cart', released: -1, complete: 0 };
    const early = (edge: string, minutes: number) => (edge === 'front>cart' && minutes === 0 ? 0.7 : 1);
    expect(verdictOf({ changes: [now], served: silent, view: early })?.parts[1]?.nats).toBe(0);
  });

  it('is not bad when nobody fails, or when the unchanged ones are silent as well', () => {
    expect(kindOf({ changes: [cart], served: silent })).toBe('inconclusive');
    const all = (_: string, __: string, minutes: number) => (minutes > -6 ? ('missing' as const) : 1);
    expect(kindOf({ changes: [cart], served: all })).toBe('inconclusive');
  });

  it('is judged by how long rollouts of the service have taken', () => {
    const late = { service: 'cart', released: -3, complete: -2 };
    const input = rollouts({
      changes: [late],
      served: silent,
      view: (edge, m) => (edge === 'front>cart' && m > -2 ? 0.7 : 1),
    });
    const slow = { firstSeenSeconds: { cart: [200, 240, 260, 300, 310] } };
    const quick = { firstSeenSeconds: { cart: [10, 20, 20, 30, 40] } };
    const nats = (profile: typeof slow) => judgeRollouts(input, profile)[0]?.parts[1]?.nats ?? 0;
    expect(nats(quick)).toBeGreaterThan(2);
    expect(nats(slow)).toBeLessThan(0.5);
  });
});

describe('a change that only its callers suffer from', () => {
  const rates = { service: 'rates', released: -5, complete: -4 };
  const older = { service: 'cart', released: -15, complete: -14 };
  const view = (edge: string, minutes: number) => (edge === 'front>till' && minutes >= -3 ? 0.5 : 1);

  it('is called the most likely cause when what fails began with it, and the earlier one is not', () => {
    const found = verdictOf({ changes: [older, rates], view }, 'rates');
    expect([found?.kind, found?.ownNats]).toEqual(['fail', 0]);
    expect(found?.reason).toContain('most likely cause of what fails');
    expect(kindOf({ changes: [older, rates], view })).toBe('pass');
  });

  it('is not when another change shows it on its own instances', () => {
    const both = { changes: [{ service: 'cart', released: -5, complete: -4 }, rates], served: failing(0.2), view };
    expect([kindOf(both), kindOf(both, 'rates')]).toEqual(['fail', 'pass']);
  });

  it('is not when the failing was there before it', () => {
    const before = (edge: string, minutes: number) => (edge === 'front>till' && minutes >= -9 ? 0.5 : 1);
    expect(kindOf({ changes: [older, rates], view: before }, 'rates')).toBe('pass');
  });

  it('is still told apart when a blip came before', () => {
    const blip = (edge: string, minutes: number) =>
      edge === 'front>till' && minutes === -12 ? 0.6 : view(edge, minutes);
    expect(kindOf({ changes: [older, rates], view: blip }, 'rates')).toBe('fail');
    expect(kindOf({ changes: [older, rates], view: blip })).toBe('pass');
  });

  it('is not when two are as likely', () => {
    const twins = [{ service: 'cart', released: -5, complete: -4 }, rates];
    expect([kindOf({ changes: twins, view }), kindOf({ changes: twins, view }, 'rates')]).toEqual(['pass', 'pass']);
  });

  it('is not when the failing caller has asked none of its changed instances', () => {
    const served = (instance: string) => (instance === 'rates-new' ? null : 1);
    expect(kindOf({ changes: [older, rates], served, view }, 'rates')).toBe('inconclusive');
  });
});

describe('laws', () => {
  const view = (edge: string, minutes: number) => (edge === 'front>till' && minutes >= -3 ? 0.5 : 1);
  const changes = [cart, { service: 'rates', released: -5, complete: -4 }, { service: 'till', released: 2 }];
  const world: World = { changes, view, served: failing(0.6) };

  it('nothing that happens later changes a verdict', () => {
    const now = judgeRollouts(rollouts(world));
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean(), (share, gone) => {
        const later = (value: number) => (_: string, m: number) => (m > 0 ? share : value);
        const served = (instance: string, edge: string, m: number) =>
          m > 0 ? (gone ? 'missing' : share) : (failing(0.6)(instance) ?? later(1)(edge, m));
        const after = { ...world, until: 10, served, view: (e: string, m: number) => (m > 0 ? share : view(e, m)) };
        expect(judgeRollouts(rollouts(after))).toEqual(now);
      }),
    );
  });

  it('neither the order of the changes nor that of the series matters', () => {
    const input = rollouts(world);
    const turned: RolloutInput = {
      ...input,
      changes: input.changes.toReversed(),
      edges: input.edges.toReversed(),
      usage: input.usage.toReversed(),
      views: input.views.toReversed(),
    };
    const rounded = (all: RolloutVerdict[]) => all.map(({ change, kind, nats }) => [change, kind, nats.toFixed(9)]);
    expect(rounded(judgeRollouts(turned)).toReversed()).toEqual(rounded(judgeRollouts(input)));
  });

  it('chances and "none" make one, and a change not released is not judged', () => {
    const found = judgeRollouts(rollouts(world));
    expect(found.reduce((sum, { chance }) => sum + chance, 0)).toBeLessThan(1);
    expect(found[2]).toMatchObject({ kind: 'inconclusive', reason: 'not released yet' });
    expect(judgeRollouts({ ...rollouts(world), changes: [] })).toEqual([]);
  });

  it('nothing seen is never a pass', () => {
    const empty = { ...rollouts({ changes: [cart] }), edges: [], usage: [], views: [] };
    const [found] = judgeRollouts(empty, undefined, rolloutConstants);
    expect([found?.kind, found?.reason]).toEqual(['inconclusive', 'its changed instances have served no request yet']);
  });
});

describe('what the past teaches', () => {
  it('is the time from complete to the first sample, of rollouts that came to serve', () => {
    const seen = rollouts({ changes: [cart] });
    const never = rollouts({
      changes: [{ service: 'rates', released: -5 }],
      served: (i) => (i === 'rates-new' ? 'missing' : 1),
    });
    expect(learnRollouts([seen, never]).firstSeenSeconds).toEqual({ cart: [60] });
    const joined = joinProfiles([learnRollouts([seen]), learnRollouts([seen])]);
    expect(joined.firstSeenSeconds).toEqual({ cart: [60, 60] });
  });
});

describe('an input that cannot be meant', () => {
  const good = rollouts({ changes: [cart] });
  const [change] = good.changes;
  const [edge] = good.edges;
  const refused: [string, Partial<RolloutInput>][] = [
    ['a moment that is no time', { atMs: NaN }],
    ['a change named twice', { changes: [...good.changes, ...good.changes] }],
    ['a change without a step', { changes: change ? [{ ...change, steps: [] }] : [] }],
    ['an instance of both arms', { changes: change ? [{ ...change, unchanged: ['cart-new'] }] : [] }],
    ['a share above 1', { edges: edge ? [{ ...edge, success: edge.success.map(() => 100) }] : [] }],
    ['a negative latency', { edges: edge ? [{ ...edge, latencySeconds: edge.atMs.map(() => -1) }] : [] }],
    ['times that go back', { edges: edge ? [{ ...edge, atMs: edge.atMs.map(() => at(0)) }] : [] }],
    ['columns of another length', { edges: edge ? [{ ...edge, success: [1] }] : [] }],
  ];

  it.each(refused)('%s is refused by name', (_, wrong) => {
    expect(() => checkRollouts({ ...good, ...wrong })).toThrow(expect.objectContaining({ code: 'SPEC_INVALID' }));
  });

  it('gaps are not', () => {
    expect(() => checkRollouts({ ...good, edges: [], usage: [], views: [] })).not.toThrow();
  });
});
