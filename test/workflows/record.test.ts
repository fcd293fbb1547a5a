import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { terminalStates } from '../../src/workflows/messages.js';
import { type Engine, startEngine } from '../support/engine.js';
import { endings, record } from '../support/record-histories.js';

/** Records the histories that `replay.test.ts` replays: `GRAYWAVE_RECORD=1 npx vitest run test/workflows/record.test.ts`. */
describe('histories', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine();
  });
  afterAll(() => engine.stop());

  test.each(Object.keys(endings))('a change that is %s is recorded', async (name) => {
    expect(terminalStates).toContain(await record(engine, name));
  });
});
