import type { Look } from '../../src/judge/types.js';

export function someLook(seq: number, more: Partial<Look> = {}): Look {
  return {
    seq,
    after: seq - 1,
    wave: 1,
    fromMs: (seq - 1) * 10_000,
    toMs: seq * 10_000,
    cells: [{ stream: 'errors', canary: { exposure: seq, bad: 0 }, baseline: { exposure: 10 * seq, bad: 1 } }],
    canary: { targets: 1, silent: [] },
    baseline: { targets: 7, silent: [] },
    error: null,
    ...more,
  };
}
