import { afterAll, beforeAll, expect, test } from 'vitest';
import { GraywaveError } from '../../src/errors.js';
import { aChange, type Engine, eventually, startEngine } from '../support/engine.js';
import { aStage } from '../support/stage.js';
import type { World } from '../support/world.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

const deadlineSeconds = 12;
const never = (): Promise<never> => new Promise(() => undefined);

/** What a driver does wrong when it should take `app-1` back, and what must then be said of the world. */
const ways: { name: string; spoil: (world: World) => void; state: string; told: RegExp; drained: boolean }[] = [
  {
    name: 'hangs, and does not stop when told',
    spoil: (world) =>
      (world.mischief.beforeAsk = (verb, id) =>
        verb === 'revert' && id === 'app-1' && !world.drains ? never() : ok()),
    state: 'not_restored',
    told: /1 of 2 targets restored.*app-1 is after.*taken out of service: app-1/,
    drained: true,
  },
  {
    name: 'throws every time',
    spoil: (world) =>
      (world.mischief.beforeTouch = async (verb, id) => {
        if (verb === 'revert' && id === 'app-1' && !world.drains)
          throw new GraywaveError('REVERT_FAILED', 'disk is gone');
      }),
    state: 'not_restored',
    told: /1 of 2 targets restored.*app-1 is after.*taken out of service: app-1/,
    drained: true,
  },
  {
    name: 'says that it has reverted what it has not',
    spoil: (world) => (world.mischief.verify = (id, found) => (id === 'app-1' && found === 'before' ? 'after' : found)),
    state: 'not_restored',
    told: /1 of 2 targets restored.*app-1 is after.*taken out of service: app-1/,
    drained: true,
  },
  {
    name: 'fails twice and then works',
    spoil: (world) => {
      let calls = 0;
      world.mischief.beforeTouch = async (verb, id) => {
        if (verb === 'revert' && id === 'app-1' && ++calls <= 2)
          throw new GraywaveError('REVERT_FAILED', 'a moment please');
      };
    },
    state: 'rolled_back',
    told: /all 2 targets were read back in their before-state/,
    drained: false,
  },
  {
    name: 'is slow, but in time',
    spoil: (world) =>
      (world.mischief.beforeTouch = (verb) =>
        verb === 'revert' ? new Promise((resolve) => setTimeout(resolve, 2_000)) : ok()),
    state: 'rolled_back',
    told: /all 2 targets/,
    drained: false,
  },
  {
    name: 'has a system that is down altogether',
    spoil: (world) => {
      const down = (): never => {
        throw new GraywaveError('TARGET_DOWN', 'no answer from the fleet');
      };
      world.mischief.beforeTouch = async (verb) => void (verb === 'revert' && down());
      world.mischief.verify = (_id, found) => (world.rollsBack ? down() : found);
    },
    state: 'not_restored',
    told: /0 of 2 targets restored.*unread \(.*no answer from the fleet.*could not be taken out of service either/,
    drained: false,
  },
];
const ok = (): Promise<void> => Promise.resolve();

test.each(ways)(
  'a driver that $name: terminal within the deadline, and what is said is true',
  { timeout: 60_000 },
  async ({ spoil, state, told, drained }) => {
    const stage = aStage(engine);
    const { world } = stage;
    world.channels = { not_restored: ['pager'], rolled_back: ['log'] };
    const spec = aChange({
      waves: [{ to: '25%' }, { to: '100%' }],
      bake: { min: '30s', max: '50s' },
      rollback: { deadline: `${deadlineSeconds}s`, batch: '100%', observe: '0s' },
    });
    await stage.submit(spec);
    await stage.observed(spec.id);
    spoil(world);
    world.rollsBack = true;
    await engine.client.abort(spec.id);
    const end = await stage.ended(spec.id);
    expect(end.state).toBe(state);
    expect(end.reason.replaceAll('\n', ' ')).toMatch(told);
    const tookMs = (end.endedMs ?? 0) - (end.rollback?.startedMs ?? 0);
    expect(tookMs).toBeLessThan(deadlineSeconds * 1000 + 1_000);
    expect(world.place('app-1').drained).toBe(drained);
    expect(world.place('app-2').version).toBe(
      state === 'not_restored' && end.rollback?.left.length === 2 ? 'v2' : 'v1',
    );
    expect((await engine.journal.entries(spec.id)).at(-1)).toMatchObject({ kind: 'settle', state });
    await eventually(
      'people are told',
      () => world.notices.map(({ channel, notice }) => `${channel} ${notice.event}`),
      (all) => all.includes(state === 'not_restored' ? 'pager not_restored' : 'log rolled_back'),
    );
  },
);
