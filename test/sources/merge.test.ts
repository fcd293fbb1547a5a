import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { GraywaveError } from '../../src/errors.js';
import type { RawSeries } from '../../src/sources/prometheus/api.js';
import { Merged } from '../../src/sources/prometheus/merge.js';
import { type Want, wantOf } from '../../src/sources/prometheus/promql.js';
import { errors, slow } from './queries.js';

const want = (service: string, queries = [errors]): Want =>
  wantOf(
    service,
    queries.map((one) => ({ ...one, service })),
  );
const answer = (service: string): RawSeries => ({ labels: { service }, samples: [[1, '1']] });

/** A server that knows every service it is asked for, and may refuse a query. */
function server(refuse: (promql: string) => Promise<GraywaveError | null> = () => Promise.resolve(null)) {
  const asked: string[] = [];
  const servicesIn = (promql: string): string[] => (/service=~?"([^"]*)"/.exec(promql)?.[1] ?? '').split('|');
  return {
    asked,
    services: () => asked.map(servicesIn),
    run: async (promql: string): Promise<RawSeries[]> => {
      asked.push(promql);
      const error = await refuse(promql);
      if (error !== null) throw error;
      return servicesIn(promql).map(answer);
    },
  };
}

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `svc-${i}`);

describe('readers of one source', () => {
  it('that come together are asked for in one query, and each gets its own', async () => {
    const { run, services } = server();
    const merged = new Merged(50, run);
    const got = await Promise.all(names(20).map((service) => merged.read(want(service), 15)));
    expect(services()).toEqual([names(20)]);
    expect(got).toEqual(names(20).map((service) => [answer(service)]));
  });

  it('that come one after the other share a query each time they wait, and a first one does not wait', async () => {
    const { run, services } = server();
    const merged = new Merged(200, run);
    const began = performance.now();
    await merged.read(want('first'), 15);
    expect(performance.now() - began).toBeLessThan(100);
    const later = names(10).map(async (service, i) => {
      await sleep(i * 10);
      return merged.read(want(service), 15);
    });
    await Promise.all(later);
    expect(services()).toEqual([['first'], names(10)]);
    expect(performance.now() - began).toBeLessThan(400);
  });

  it('that want other metrics, other labels or another lookback are asked for apart', async () => {
    const { run, asked } = server();
    const merged = new Merged(20, run);
    const bare = { ...errors, select: {} };
    await Promise.all([
      merged.read(want('a'), 15),
      merged.read(want('b'), 15),
      merged.read(want('c', [errors, slow]), 15),
      merged.read(want('d', [bare]), 15),
      merged.read(want('e'), 25),
    ]);
    expect(asked.map((promql) => /service=~?"([^"]*)"/.exec(promql)?.[1])).toEqual(['a|b', 'c', 'd', 'e']);
  });

  it('with buckets and label values of their own are asked for with all of them', async () => {
    const { run, asked } = server();
    const merged = new Merged(20, run);
    const other = { ...slow, select: { route: '/sell' }, measure: { ...slow.measure, le: 0.5 } } as typeof slow;
    await Promise.all([merged.read(want('a', [slow]), 15), merged.read(want('b', [other]), 15)]);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toContain('route=~"|/buy|/sell"');
    expect(asked[0]).toContain('le=~"|0\\\\.25|2\\\\.5e-01|0\\\\.5|5e-01"');
  });

  it('are no more than fifty to a query', async () => {
    const { run, services } = server();
    const merged = new Merged(20, run);
    await Promise.all(names(120).map((service) => merged.read(want(service), 15)));
    expect(services().map((one) => one.length)).toEqual([50, 50, 20]);
  });

  it('get the error of their own query alone when the server refuses the merged one', async () => {
    const refuse = (promql: string): Promise<GraywaveError | null> =>
      Promise.resolve(promql.includes('svc-3') ? new GraywaveError('SOURCE_ANSWER', 'too many samples') : null);
    const { run, services } = server(refuse);
    const merged = new Merged(20, run);
    const got = await Promise.allSettled(names(5).map((service) => merged.read(want(service), 15)));
    expect(got.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(services()).toEqual([names(5), ...names(5).map((service) => [service])]);
  });

  it('all hear at once, from one query, that the server is down', async () => {
    const { run, services } = server(() => Promise.resolve(new GraywaveError('SOURCE_DOWN', 'refused')));
    const merged = new Merged(20, run);
    const got = await Promise.allSettled(names(5).map((service) => merged.read(want(service), 15)));
    expect(got.every(({ status }) => status === 'rejected')).toBe(true);
    expect(services()).toEqual([names(5)]);
  });

  it('of a query that took too long go alone for a while, so that a heavy one fails alone', async () => {
    const refuse = async (promql: string): Promise<GraywaveError | null> => {
      if (!promql.includes('svc-3')) return null;
      await sleep(1_050);
      return new GraywaveError('SOURCE_DOWN', 'no answer within 1000 ms');
    };
    const { run } = server(refuse);
    const merged = new Merged(20, run);
    const read = () => Promise.allSettled(names(5).map((service) => merged.read(want(service), 15)));
    expect((await read()).filter(({ status }) => status === 'rejected')).toHaveLength(5);
    expect((await read()).map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
  });
});
