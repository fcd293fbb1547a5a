import { afterAll, beforeAll, expect, test } from 'vitest';
import { GraywaveError } from '../../src/errors.js';
import type { ChangeStatus } from '../../src/workflows/messages.js';
import { aChange, type Engine, startEngine } from '../support/engine.js';
import { aStage } from '../support/stage.js';

const bakes = 50;
const goneMs = 120_000;

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

test('a source that is gone for two minutes over 50 bakes: none passes, none rolls back for it, all go on', {
  timeout: 300_000,
}, async () => {
  const stage = aStage(engine);
  engine.useOneEach();
  // Half of the bakes would be over before the source is back.
  const specs = Array.from({ length: bakes }, (_, i) =>
    aChange({
      waves: [{ to: '50%' }, { to: '100%', bake: { min: '1s', max: '1s' } }],
      bake: i % 2 === 0 ? { min: '20s', max: '200s' } : { min: '20s', max: '60s' },
    }),
  );
  await Promise.all(specs.map((spec) => stage.submit(spec)));
  await Promise.all(
    specs.map((spec) => stage.until(spec.id, 'observes', (s) => s.waves[0]?.phase === 'observe', 120_000)),
  );
  stage.world.sourceDown = new GraywaveError('SOURCE_DOWN', 'connection refused');
  const goneSinceMs = Date.now();
  const seen: ChangeStatus[] = [];
  while (Date.now() - goneSinceMs < goneMs) {
    const all = await Promise.all(specs.map((spec) => stage.status(spec.id)));
    seen.push(...all.filter((status) => status.wave !== 1 || !['rolling_out', 'waiting'].includes(status.state)));
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }
  expect(seen.map(({ id, state, wave, reason }) => ({ id, state, wave, reason }))).toEqual([]);
  stage.world.sourceDown = null;
  const ends = await Promise.all(specs.map((spec) => stage.ended(spec.id)));
  expect(ends.map((end) => end.state)).toEqual(specs.map(() => 'completed'));
  expect(ends.filter((end) => end.waves[0]?.how !== 'proven')).toEqual([]);
});
