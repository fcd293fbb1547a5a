import { describe, expect, it } from 'vitest';
import { makeLook } from '../../src/cells/look.js';

const frame = { seq: 3, after: 2, wave: 1, fromMs: 10, toMs: 20, arms: { canary: ['c'], baseline: ['a', 'b'] } };
const state = { v: 1 as const, originMs: 0, streams: [], targets: {} };

describe('a look', () => {
  it('has the cells and who was silent', () => {
    const cells = [{ stream: 'errors', canary: { exposure: 1, bad: 0 }, baseline: { exposure: 2, bad: 0 } }];
    expect(makeLook(frame, { state, cells, canarySilent: ['c'], baselineSilent: [], still: null })).toEqual({
      seq: 3,
      after: 2,
      wave: 1,
      fromMs: 10,
      toMs: 20,
      cells,
      canary: { targets: 1, silent: ['c'] },
      baseline: { targets: 2, silent: [] },
      error: null,
    });
  });

  it('of a broken source has its error and calls nobody silent', () => {
    const look = makeLook(frame, { error: 'connection refused' });
    expect(look).toMatchObject({
      error: 'connection refused',
      cells: [],
      canary: { silent: [] },
      baseline: { silent: [] },
    });
  });

  it('in which nobody reports is an error: the source, or everything, is gone', () => {
    const look = makeLook(frame, { state, cells: [], canarySilent: ['c'], baselineSilent: ['a', 'b'], still: null });
    expect(look.error).toBe('none of 3 targets reported a sample that continues its last');
  });

  it('in which one of many still reports is no error', () => {
    expect(
      makeLook(frame, { state, cells: [], canarySilent: ['c'], baselineSilent: ['a'], still: null }).error,
    ).toBeNull();
  });

  it('says what stood still, and nothing when nothing did', () => {
    const still = { arm: 'both', looks: 2, ms: 20_000, freshMs: 0, perSecond: 12 } as const;
    const seen = { state, cells: [], canarySilent: [], baselineSilent: [] };
    expect(makeLook(frame, { ...seen, still })).toMatchObject({ still, error: null });
    expect(makeLook(frame, { ...seen, still: null })).not.toHaveProperty('still');
  });
});
