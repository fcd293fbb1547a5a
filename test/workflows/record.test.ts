import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { terminalStates } from '../../src/workflows/messages.js';
import { type Engine, startEngine } from '../support/engine.js';
import { acts, continuing, endings, record } from '../support/record-histories.js';
import { others, recordOther } from '../support/record-others.js';

/** Records the histories that `replay.test.ts` replays: `GRAYWAVE_RECORD=1 npx vitest run test/workflows/record.test.ts`. */
describe('histories', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine();
  });
  afterAll(() => engine.stop());

  test.each(Object.keys({ ...endings, ...acts }))('a change that is %s is recorded', async (name) => {
    expect(terminalStates).toContain(await record(engine, name));
  });

  test.each(Object.keys(others))('%s is recorded', (name) => recordOther(engine, name));
});

describe('histories of changes that go on as a new run', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine([], ['--dynamic-config-value', 'limit.historyCount.suggestContinueAsNew=60']);
  });
  afterAll(() => engine.stop());

  test.each(Object.keys(continuing))('a change that is %s is recorded', async (name) => {
    expect(terminalStates).toContain(await record(engine, name));
  });
});
