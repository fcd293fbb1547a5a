import { CancellationScope, condition } from '@temporalio/workflow';
import type { Run } from './run.js';
import { watch } from './watch.js';

/** Steps are short as a rule; only one that takes longer is worth a watcher of its own. */
const shortMs = 15_000;
const longestMs = 24 * 3600 * 1000;

/**
 * Runs a step of a later wave without leaving what is changed already out of sight: when it takes long, the waves before
 * it are watched until it is done. Harm ends the step, and takes the change back.
 */
export async function besideWatching(run: Run, step: () => Promise<void>): Promise<void> {
  const watched = run.status.waves.filter((wave) => wave.observedFromMs !== null).length;
  if (watched === 0 || run.status.streams.length === 0) return step();
  let done = false;
  const scope = new CancellationScope();
  const outcome = scope.run(step).then(
    () => ({ failure: null }),
    (failure: unknown) => ({ failure }),
  );
  const finished = outcome.finally(() => (done = true));
  if (!(await condition(() => done, shortMs, { summary: 'a step that takes longer is watched' }))) {
    const endsAtMs = Date.now() + longestMs;
    try {
      await watch(run, watched, { endsAtMs: () => endsAtMs, passEnds: false, until: () => (done ? 'look' : 'go on') });
    } catch (error) {
      scope.cancel();
      await finished;
      throw error;
    }
  }
  const { failure } = await finished;
  if (failure !== null) throw failure;
}
