import { afterAll, beforeAll, expect, test } from 'vitest';
import { SpecError } from '../../src/spec/error.js';
import { aChange, type Engine, eventually, startEngine } from '../support/engine.js';
import { aStage } from '../support/stage.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

const written = {
  apiVersion: 'graywave/v1',
  kind: 'Change',
  id: 'written-1',
  owner: 'team-a',
  tier: 2,
  services: ['app', 'cart'],
  parts: [{ name: 'image', driver: 'memory', with: { version: 'v2' } }],
  waves: [{ to: '50%' }, { to: '100%', bake: { min: '1s', max: '1s' } }],
  bake: { min: '1s', max: '50s' },
  signals: [{ name: 'errors', source: 'memory', kind: 'errors', detect: '3x' }],
  rollback: { deadline: '30s', observe: '0s' },
};
const long = { bake: { min: '50s', max: '55s' } };

test('the same change as an object and as YAML text is one change', async () => {
  const stage = aStage(engine);
  const first = await engine.client.submit(written, { by: 'ana' });
  expect(first).toEqual({ id: 'written-1', workflowId: 'change/written-1', joined: false, ended: null });
  const { apiVersion, kind, ...rest } = written;
  const yaml = [`apiVersion: ${apiVersion}`, `kind: ${kind}`];
  for (const [key, value] of Object.entries(rest)) yaml.push(`${key}: ${JSON.stringify(value)}`);
  expect(await engine.client.submit(yaml.join('\n'))).toMatchObject({ joined: true });
  const end = await stage.ended('written-1');
  expect([end.state, end.submittedBy]).toEqual(['completed', 'ana']);
});

test('a change that is no change is refused with every place that is wrong, and nothing is started', async () => {
  const { waves: _waves, ...rest } = written;
  const wrong = engine.client.submit({ ...rest, id: 'wrong-1', wavs: 'auto', bake: { min: '1 parsec', max: '1m' } });
  await expect(wrong).rejects.toBeInstanceOf(SpecError);
  await expect(engine.client.status('wrong-1')).rejects.toMatchObject({ code: 'CHANGE_UNKNOWN' });
});

test('what nobody submitted is CHANGE_UNKNOWN, whatever is asked of it', async () => {
  for (const ask of [
    () => engine.client.status('no-such'),
    () => engine.client.wait('no-such'),
    () => engine.client.live('no-such'),
    () => engine.client.pause('no-such'),
  ]) {
    await expect(ask()).rejects.toMatchObject({
      code: 'CHANGE_UNKNOWN',
      message: 'There is no change no-such.',
      hint: expect.stringContaining('graywave list'),
    });
  }
});

test('list shows the newest first with state, level and owner, and filters by them', async () => {
  const stage = aStage(engine);
  const spec = aChange({ ...long, owner: 'team-list', services: ['app', 'search'] });
  await stage.submit(spec);
  await stage.observed(spec.id);
  const query = "ChangeOwner = 'team-list' AND ChangeServices = 'search'";
  const [mine] = await eventually(
    'is listed with its state',
    () => engine.client.list({ query }),
    (all) => all[0]?.state === 'rolling_out' && all[0].level !== null,
  );
  expect(mine).toMatchObject({ id: spec.id, owner: 'team-list', services: ['app', 'search'], endedMs: null });
  expect(await engine.client.list({ query: "ChangeOwner = 'nobody'" })).toEqual([]);
  expect((await engine.client.list({ limit: 1 })).map((listed) => listed.id)).toEqual([spec.id]);
  await engine.client.abort(spec.id);
  await stage.ended(spec.id);
  await eventually(
    'is listed as rolled back',
    () => engine.client.list({ query: `${query} AND ChangeState = 'rolled_back'` }),
    (all) => all.length === 1 && all[0]?.endedMs !== null,
  );
});

test('while no worker runs nothing is answered and nothing lost: waiting outlives it', {
  timeout: 90_000,
}, async () => {
  const stage = aStage(engine);
  const spec = aChange({ ...long, gates: [{ beforeWave: 1, reason: 'look first' }] });
  await stage.submit(spec);
  await stage.waitsFor(spec.id, 'approval');
  await engine.stopWorker();
  const troubles: string[] = [];
  const waiting = engine.client.wait(spec.id, { everyMs: 100, onTrouble: (error) => troubles.push(error.code) });
  const unanswered = await Promise.allSettled([
    engine.client.status(spec.id),
    engine.client.pause(spec.id, { by: 'ana' }),
  ]);
  for (const outcome of unanswered) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'NOT_ANSWERED' } });
  }
  await eventually(
    'the waiting was told',
    () => troubles,
    (all) => all.includes('NOT_ANSWERED'),
  );
  await engine.startWorker();
  await engine.client.abort(spec.id, { by: 'ben' });
  expect((await waiting).state).toBe('cancelled');
});
