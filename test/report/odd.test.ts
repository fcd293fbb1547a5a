import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { StoryRecord } from '../../src/report/record.js';
import { renderReport } from '../../src/report/render.js';
import { looks, startMs, status, story, stream, verdict, wave } from './stories.js';

/** Numbers that a broken recorder could write. */
const odd = fc.oneof(
  fc.constantFrom(NaN, Infinity, -Infinity, 0, -1, 1e300, -1e300, startMs, startMs + 20_000),
  fc.integer({ min: startMs - 60_000, max: startMs + 120_000 }),
);
const text = fc.string({ maxLength: 12 }).filter((one) => !/NaN|undefined|Infinity/.test(one));
const known = fc.constantFrom('v1', 'v2', '', 'v3');
const maybe = fc.option(odd, { nil: null });

const requests = fc.array(
  fc.record({ atMs: odd, latencyMs: odd, status: fc.constantFrom(200, 500, 0, NaN), version: known, instance: text }),
  { maxLength: 30 },
);
const waves = fc.array(
  fc.tuple(
    fc.record({ startedMs: maybe, observedFromMs: maybe, endedMs: maybe, changedShare: odd, name: text }),
    fc.boolean(),
  ),
  { maxLength: 4 },
);
const evidence = fc.record({ logHarm: odd, logSafe: odd, harmBound: odd, safeBound: odd });
const byVersion = fc.dictionary(known, fc.record({ n: odd, failed: odd, slow: odd }), { maxKeys: 4 });

const stories: fc.Arbitrary<StoryRecord> = fc
  .record({
    times: fc.tuple(odd, odd),
    requests,
    waves,
    evidence,
    byVersion,
    harmed: odd,
    rate: odd,
    name: text,
    marks: fc.array(fc.record({ atMs: odd, text }), { maxLength: 12 }),
    bad: fc.array(fc.constantFrom(0, 3, 50, NaN, 101), { maxLength: 12 }),
    detectRatio: fc.constantFrom(2, 0, NaN),
    weight: fc.constantFrom(1, 0.5, NaN),
    applied: fc.array(
      fc.record({ atMs: odd, instance: text, from: text, to: text, key: text, epoch: odd, verb: text }),
      { maxLength: 5 },
    ),
    rollback: fc.option(fc.record({ startedMs: odd, restored: odd, of: odd }), { nil: null }),
  })
  .map((one) =>
    story({
      name: one.name,
      startedMs: one.times[0],
      endedMs: one.times[1],
      requests: one.requests,
      byVersion: one.byVersion,
      harmed: one.harmed,
      marks: one.marks,
      looks: looks(one.bad),
      applied: one.applied,
      requestsPerSecond: one.rate,
      status: status({
        streams: [stream('errors', { detectRatio: one.detectRatio, weight: one.weight })],
        waves: one.waves.map(([part, judged], i) =>
          wave(i + 1, { ...part, verdict: judged ? verdict(one.evidence) : null }),
        ),
        rollback: one.rollback && { ...one.rollback, reason: '', deadlineMs: 0, attempts: 1, left: [] },
      }),
    }),
  );

it('whatever a record holds, the page is whole and says no NaN', () => {
  fc.assert(
    fc.property(fc.array(stories, { maxLength: 2 }), odd, (all, generatedAtMs) => {
      const page = renderReport({ title: 'odd', generatedAtMs, stories: all, environment: {} });
      expect(page).not.toMatch(/NaN|undefined|Infinity|\[object|>null</);
      expect(page).not.toMatch(/ (x|y|cx|cy|width|height|d)=""/);
      expect(page.trimEnd().endsWith('</html>')).toBe(true);
    }),
    { numRuns: 150 },
  );
});
