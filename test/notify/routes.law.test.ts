import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Route } from '../../src/notify/config.js';
import { noticeEvents } from '../../src/notify/notice.js';
import { type Routed, routed } from '../../src/notify/routes.js';
import { levels } from '../../src/spec/types.js';

const name = fc.constantFrom('a', 'b', 'c');
const level = fc.constantFrom(null, ...levels);
const route: fc.Arbitrary<Route> = fc.record({
  events: fc.array(fc.constantFrom('*' as const, ...noticeEvents), { minLength: 1, maxLength: 3 }),
  owner: fc.constantFrom('*', 'a', 'b'),
  level,
  services: fc.array(fc.constantFrom('*', 'a', 'b', 'c'), { minLength: 1, maxLength: 2 }),
  channels: fc.array(fc.constantFrom('one', 'two', 'three', 'four'), { minLength: 1, maxLength: 3 }),
});
const routes = fc.array(route, { maxLength: 6 });
const notice: fc.Arbitrary<Routed> = fc.record({
  event: fc.constantFrom(...noticeEvents),
  owner: fc.option(name),
  level,
  services: fc.array(name, { maxLength: 3 }),
});

const law = (title: string, holds: (routes: Route[], notice: Routed) => void): void => {
  test(title, () => fc.assert(fc.property(routes, notice, holds), { numRuns: 1_000 }));
};

law('only channels that a route names are told, and each of them once', (some, one) => {
  const told = routed(some, one);
  expect(new Set(told).size).toBe(told.length);
  expect(some.flatMap(({ channels }) => channels)).toEqual(expect.arrayContaining(told));
});

law('the channels are the union of what each route says by itself', (some, one) => {
  const each = some.flatMap((single) => routed([single], one));
  expect(routed(some, one)).toEqual([...new Set(each)]);
});

test('a further route takes nobody away, and leaves the order as it is', () => {
  fc.assert(
    fc.property(routes, routes, notice, (some, more, one) => {
      const before = routed(some, one);
      expect(routed([...some, ...more], one).slice(0, before.length)).toEqual(before);
    }),
  );
});

law('a higher level, and a level that is not known, never reach fewer channels', (some, one) => {
  for (const [at, lower] of levels.entries()) {
    const few = routed(some, { ...one, level: lower });
    const many = routed(some, { ...one, level: levels[at + 1] ?? null });
    expect(many).toEqual(expect.arrayContaining(few));
  }
});

law('a further service never reaches fewer channels', (some, one) => {
  const many = routed(some, { ...one, services: [...one.services, 'c'] });
  expect(many).toEqual(expect.arrayContaining(routed(some, one)));
});

law('a route without conditions is told everything', (some, one) => {
  const all: Route = { events: ['*'], owner: '*', level: null, services: ['*'], channels: ['all'] };
  expect(routed([...some, all], one)).toContain('all');
});

law('nobody’s notice reaches no route of an owner, and one without services no route of a service', (some, one) => {
  const owned = some.map((single) => ({ ...single, owner: 'a' }));
  expect(routed(owned, { ...one, owner: null })).toEqual([]);
  const served = some.map((single) => ({ ...single, services: ['a'] }));
  expect(routed(served, { ...one, services: [] })).toEqual([]);
});

test('an owner and a service are matched exactly, not as a pattern or a beginning', () => {
  const one: Route = { events: ['*'], owner: 'team-a', level: null, services: ['cart'], channels: ['x'] };
  const given: Routed = { event: 'waits', owner: 'team-a', level: 'L1', services: ['cart'] };
  expect(routed([one], given)).toEqual(['x']);
  expect(routed([one], { ...given, owner: 'team-ab' })).toEqual([]);
  expect(routed([one], { ...given, services: ['carts', 'art'] })).toEqual([]);
  expect(routed([{ ...one, owner: 'team-.' }], given)).toEqual([]);
});

test('the example of the documentation routes as it says', () => {
  const some: Route[] = [
    { events: ['not_restored', 'unwatched'], owner: '*', level: null, services: ['*'], channels: ['pager'] },
    { events: ['*'], owner: 'team-checkout', level: 'L3', services: ['*'], channels: ['team-slack', 'pager'] },
  ];
  const given: Routed = { event: 'unwatched', owner: 'team-checkout', level: 'L4', services: [] };
  expect(routed(some, given)).toEqual(['pager', 'team-slack']);
  expect(routed(some, { ...given, event: 'completed', level: 'L2' })).toEqual([]);
  expect(routed(some, { ...given, owner: 'team-cart' })).toEqual(['pager']);
});
