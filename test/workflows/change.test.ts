import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chain, fold, begin } from '../../src/judge/judge.js';
import { judgeSettings } from '../../src/workflows/settings.js';
import { aChange, type Engine, eventually, startEngine } from '../support/engine.js';
import { World } from '../support/world.js';
import { GraywaveError } from '../../src/errors.js';

let engine: Engine;
let world: World;
const submit = (spec: ReturnType<typeof aChange>) => engine.client.submitSpec(spec, 'tests');
const ended = (id: string) => engine.client.wait(id, { everyMs: 50 });

beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

async function withWorld<T>(change: (world: World) => void, body: () => Promise<T>): Promise<T> {
  world = new World();
  change(world);
  engine.use(world);
  return body();
}
const asIs = (): void => undefined;

describe('forward', () => {
  test('a good change completes wave by wave, each promoted because it was proven safe', () =>
    withWorld(asIs, async () => {
      const spec = aChange({
        bake: { min: '1s', max: '20s' },
        waves: [{ to: '25%' }, { to: '50%' }, { to: '100%', bake: { min: '1s', max: '2s' } }],
      });
      await submit(spec);
      const end = await ended(spec.id);
      expect([end.state, end.reason]).toEqual(['completed', expect.stringContaining('Every wave')]);
      expect(end.waves.map(({ how, targets }) => [how, targets.length])).toEqual([
        ['proven', 2],
        ['proven', 2],
        ['proven', 4],
      ]);
      expect(new Set(Object.values(world.versions()))).toEqual(new Set(['v2']));
      expect(world.touches).toHaveLength(8);
      expect(new Set(world.touches.map((touch) => `${touch.key} ${touch.id}`)).size).toBe(8);
      for (const wave of end.waves.slice(0, 2)) {
        expect((wave.endedMs ?? 0) - (wave.observedFromMs ?? 0)).toBeLessThan(wave.bakeMaxSeconds * 1000);
      }
    }));

  test('the stored looks alone give the verdict that the history holds', () =>
    withWorld(asIs, async () => {
      const spec = aChange({}, 'bad');
      await submit(spec);
      const end = await ended(spec.id);
      const looks = chain(await engine.cells.read(spec.id), end.verdict?.seq);
      if (!end.classification) throw new Error('not classified');
      const settings = judgeSettings(end.streams, end.classification.controls);
      const state = looks.reduce((folded, look) => fold(settings, folded, look), begin(settings));
      expect(state.stopped?.reason).toBe(end.verdict?.verdict.reason);
      expect((await engine.cells.head(spec.id)).hash).toBe(end.verdict?.cellsHash);
    }));

  test('a wave takes at most 28 events when nothing fails', () =>
    withWorld(asIs, async () => {
      const spec = aChange({
        waves: [{ to: '25%' }, { to: '50%' }, { to: '75%' }, { to: '100%', bake: { min: '1s', max: '1s' } }],
      });
      const { workflowId } = await submit(spec);
      await ended(spec.id);
      const { events = [] } = await engine.client.temporal.workflow.getHandle(workflowId).fetchHistory();
      const applies = (events ?? []).flatMap((event, i) =>
        event.activityTaskScheduledEventAttributes?.activityType?.name === 'apply' ? [i] : [],
      );
      const lengths = applies.slice(1).map((at, i) => at - (applies[i] ?? 0));
      expect(lengths).toHaveLength(3);
      expect(Math.max(...lengths)).toBeLessThanOrEqual(28);
    }));

  test('without proof a change goes on only where its level lets it, and it says so', () =>
    withWorld(
      (w) => (w.eventsPerLook = 1),
      async () => {
        const spec = aChange({ bake: { min: '1s', max: '1s' }, tier: 3, onInconclusive: 'advance' });
        await submit(spec);
        const end = await ended(spec.id);
        expect(end.waves[0]?.how).toBe('inconclusive');
        expect(end.waves[0]?.verdict?.kind).toBe('inconclusive');
      },
    ));

  test('a change that nobody watches waits its time out and is never called proven', () =>
    withWorld(asIs, async () => {
      const spec = aChange({
        signals: [],
        bake: { min: '1s', max: '1s' },
        waves: [{ to: '25%' }, { to: '50%' }, { to: '100%' }],
      });
      expect(spec.signals).toEqual([]);
      await submit(spec);
      const waiting = await eventually(
        'holds',
        () => engine.client.status(spec.id),
        (s) => s.waitsFor?.what === 'evidence',
      );
      expect(waiting.reason).toContain('no signal is watched');
      await engine.client.promote(spec.id, { by: 'me', all: true });
      const end = await ended(spec.id);
      expect([end.state, ...end.waves.map((wave) => wave.how)]).toEqual(['completed', 'by_hand', 'by_hand', 'by_hand']);
    }));
});

describe('back', () => {
  test('a bad change is stopped in its first wave and every target is read back as before', () =>
    withWorld(asIs, async () => {
      const before = world.versions();
      const spec = aChange({}, 'bad');
      await submit(spec);
      const end = await ended(spec.id);
      expect([end.state, end.wave, end.rollback?.restored]).toEqual(['rolled_back', 1, 2]);
      expect(end.reason).toMatch(/errors: .* ratio .*Rolled back: all 2 targets were read back in their before-state/);
      expect(world.versions()).toEqual(before);
      expect(await engine.journal.unsettled()).toEqual([]);
    }));

  test('harm found during a pause rolls back', () =>
    withWorld(asIs, async () => {
      world.badShare.later = 0.01;
      const spec = aChange({ bake: { min: '19s', max: '20s' } }, 'later');
      await submit(spec);
      await eventually(
        'observes',
        () => engine.client.status(spec.id),
        (s) => s.waves[0]?.phase === 'observe',
      );
      await engine.client.pause(spec.id, { by: 'me' });
      world.badShare.later = 0.3;
      const end = await ended(spec.id);
      expect(end.state).toBe('rolled_back');
    }));

  test('a target that cannot be restored is drained, and the end says what is true', () =>
    withWorld(
      (w) => {
        w.mischief.beforeTouch = async (verb, id) => {
          if (verb === 'revert' && id === 'app-1' && !w.place(id).drained)
            throw new GraywaveError('REVERT_FAILED', 'disk is gone');
        };
        w.mischief.verify = (id, found) => (id === 'app-1' && found === 'before' ? 'other' : found);
      },
      async () => {
        const spec = aChange({ rollback: { deadline: '10s', batch: '100%', observe: '1s' } }, 'bad');
        await submit(spec);
        const end = await ended(spec.id);
        expect(end.state).toBe('not_restored');
        expect(end.reason).toContain('app-1');
        expect(end.rollback?.left.map((left) => left.id)).toEqual(['app-1']);
        expect((end.endedMs ?? 0) - (end.rollback?.startedMs ?? 0)).toBeLessThan(20_000);
      },
    ));

  test('what was applied but is not there when read back is taken back', () =>
    withWorld(
      (w) => (w.mischief.verify = (id, found) => (found === 'after' && id === 'app-1' ? 'missing' : found)),
      async () => {
        const spec = aChange();
        await submit(spec);
        const end = await ended(spec.id);
        expect([end.state, end.reason]).toEqual(['rolled_back', expect.stringContaining('app-1 is missing')]);
      },
    ));

  test('a driver that refuses the plan intercepts the change, and nothing was touched', () =>
    withWorld(
      (w) =>
        (w.mischief.plan = () => {
          throw new GraywaveError('PLAN_REFUSED', 'there is no version v9; did you mean v2?');
        }),
      async () => {
        const spec = aChange();
        await submit(spec);
        const end = await ended(spec.id);
        expect([end.state, end.reason]).toEqual(['intercepted', expect.stringContaining('did you mean v2?')]);
        expect(world.touches).toEqual([]);
      },
    ));

  test('a hand on a target is never overwritten: the change asks, and goes on when it is put back', () =>
    withWorld(asIs, async () => {
      const spec = aChange({
        gates: [{ beforeWave: 2, reason: 'look first' }],
        waves: [{ to: '50%' }, { to: '100%', bake: { min: '1s', max: '1s' } }],
      });
      await submit(spec);
      await eventually(
        'waits',
        () => engine.client.status(spec.id),
        (s) => s.waitsFor?.what === 'approval',
      );
      const place = world.place((await engine.client.status(spec.id)).waves[1]?.targets[0] ?? '');
      place.version = 'by hand';
      await engine.client.approve(spec.id, { by: 'me' });
      const asks = await eventually(
        'asks',
        () => engine.client.status(spec.id),
        (s) => s.waitsFor?.what === 'decision',
      );
      expect(asks.waitsFor?.detail).toContain(`${place.id} is by hand`);
      expect(place.version).toBe('by hand');
      place.version = 'v1';
      await engine.client.resume(spec.id, { by: 'me' });
      expect((await ended(spec.id)).state).toBe('completed');
    }));
});
