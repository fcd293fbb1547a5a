import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unaskedKit } from '../../src/offline/kit.js';
import { type Undone, undoOffline, type UndoPlan } from '../../src/offline/undo.js';
import { FileJournal } from '../../src/journal/file.js';
import type { TouchRecord } from '../../src/journal/port.js';
import type { Driver } from '../../src/drivers/driver.js';
import type { ChangeSpec } from '../../src/spec/types.js';
import { aChange } from '../support/engine.js';
import { World } from '../support/world.js';

/** A journal and a world as a change has left them, without any Temporal. */
export interface Scene {
  world: World;
  journal: FileJournal;
  spec: ChangeSpec;
  drivers: Map<string, Driver>;
  /** What was told, and what was asked. */
  lines: string[];
  plans: UndoPlan[];
  interrupt: AbortController;
  /** Writes the record of a wave and makes its touches; answers the epoch. `made`: how many of them. */
  wave(part: string, index: number, targets: string[], made?: number): Promise<number>;
  undo(agree?: boolean): Promise<Undone>;
}

const journals: FileJournal[] = [];

export async function closeJournals(): Promise<void> {
  await Promise.all(journals.splice(0).map((journal) => journal.close()));
}

export async function aScene(more: Record<string, unknown> = {}): Promise<Scene> {
  const world = new World();
  const dir = await mkdtemp(join(tmpdir(), 'offline-'));
  const journal = new FileJournal(join(dir, 'journal.ndjson'));
  journals.push(journal);
  const spec = aChange({ rollback: { deadline: '10s', batch: '100%', observe: '0s' }, ...more });
  const drivers = new Map([['memory', world.driver()]]);
  let epoch = 0;
  const scene: Scene = {
    world,
    journal,
    spec,
    drivers,
    lines: [],
    plans: [],
    interrupt: new AbortController(),
    async wave(part, index, targets, made = targets.length) {
      const key = `${spec.id}/${part}/${index}/apply`;
      const before = Object.fromEntries(targets.map((id) => [id, { version: world.place(id).version }]));
      const { driver, with: settings } = spec.parts.find(({ name }) => name === part) ?? { driver: '', with: {} };
      const plain: TouchRecord = {
        kind: 'touch',
        changeId: spec.id,
        key,
        resources: [`memory:${world.name}`],
        part,
        driver,
        targets,
        before,
        specHash: 'hash',
      };
      const record = epoch === 0 ? { ...plain, submitted: { engine: 1, spec, submittedBy: 'tests' } } : plain;
      const answer = await journal.append(record, epoch, 'run-1');
      if (answer.outcome !== 'taken') throw new Error(answer.outcome);
      epoch = answer.epoch;
      const grant = { changeId: spec.id, key, specHash: 'hash', epoch, holds: [] };
      const request = { changeId: spec.id, part: { name: part, driver, with: settings }, before, grant };
      const touched = targets.slice(0, made);
      await world.driver().apply({ ...request, targets: touched } as never, unaskedKit(new AbortController().signal));
      return epoch;
    },
    undo: (agree = true) =>
      undoOffline(
        {
          journal,
          drivers,
          confirm: (plan) => {
            scene.plans.push(plan);
            return Promise.resolve(agree);
          },
          tell: (line) => void scene.lines.push(line),
        },
        { changeId: spec.id, by: 'ana', reason: 'Temporal is down', signal: scene.interrupt.signal },
      ),
  };
  return scene;
}
