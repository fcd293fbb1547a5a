import type { ChangeSpec } from '../../src/spec/types.js';
import type { ChangeStatus } from '../../src/workflows/messages.js';
import { changeWorkflowId } from '../../src/workflows/names.js';
import { type Engine, eventually } from './engine.js';
import { World } from './world.js';

/** A world of its own for one test, and the change's life on it as a test follows it. */
export interface Stage {
  world: World;
  submit(spec: ChangeSpec): Promise<void>;
  status(id: string): Promise<ChangeStatus>;
  until(id: string, what: string, holds: (status: ChangeStatus) => boolean, withinMs?: number): Promise<ChangeStatus>;
  /** Until the current wave is being observed. */
  observed(id: string): Promise<ChangeStatus>;
  waitsFor(id: string, what: string): Promise<ChangeStatus>;
  ended(id: string): Promise<ChangeStatus>;
  workflow(id: string): ReturnType<Engine['client']['temporal']['workflow']['getHandle']>;
}

export function aStage(engine: Engine, prepare: (world: World) => void = () => undefined): Stage {
  const world = new World();
  prepare(world);
  engine.use(world);
  const status = (id: string) => engine.client.status(id);
  const until: Stage['until'] = (id, what, holds, withinMs) => eventually(what, () => status(id), holds, withinMs);
  return {
    world,
    status,
    until,
    submit: async (spec) => void (await engine.client.submitSpec(spec, 'tests')),
    observed: (id) => until(id, 'observes', (s) => s.waves[s.wave - 1]?.phase === 'observe'),
    waitsFor: (id, what) => until(id, `waits for ${what}`, (s) => s.waitsFor?.what === what),
    ended: (id) => engine.client.wait(id, { everyMs: 50 }),
    workflow: (id) => engine.client.temporal.workflow.getHandle(changeWorkflowId(id)),
  };
}

export interface Latch {
  /** True once somebody waits. */
  reached: boolean;
  wait(): Promise<void>;
  open(): void;
}

/** Holds whoever waits until it is opened. */
export function aLatch(): Latch {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const latch: Latch = {
    reached: false,
    wait: () => {
      latch.reached = true;
      return opened;
    },
    open: () => open(),
  };
  return latch;
}
