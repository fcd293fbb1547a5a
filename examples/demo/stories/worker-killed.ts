import type { Scene } from '../scene.js';
import { caught, onceEach, restored, unless } from './expect.js';
import type { Story } from './story.js';

export const workerKilled: Story = {
  name: 'worker-killed',
  title: 'A bad release while the worker is killed (kill -9) in the middle of a wave and of the rollback',
  file: 'worker-killed.yaml',
  usual: true,
  script: async (scene) => {
    await killDuring(scene, 'apply');
    await killDuring(scene, 'revert');
  },
  problems: (status, findings) => [
    ...caught(status, 'errors'),
    ...restored(findings),
    ...unless(findings.marks.length === 2, `the worker was killed ${findings.marks.length} times, not twice`),
    ...onceEach(findings),
  ],
};

/** Kills the worker the moment the targets' log shows the first touch of that kind, and starts another. */
async function killDuring(scene: Scene, verb: 'apply' | 'revert'): Promise<void> {
  const key = `${scene.spec.id}/image/1/${verb}`;
  await scene.until(
    () => scene.applied().some((entry) => entry.key === key),
    (seen) => seen,
  );
  const [victim] = scene.stage.workers;
  if (victim === undefined) throw new Error('there is no worker to kill');
  await victim.kill('SIGKILL');
  const next = scene.stage.startWorker();
  scene.mark(
    `worker killed during ${verb}`,
    `kill -9 ${victim.pid}: the worker died in the middle of the ${verb}; another one starts as ${next.pid}`,
  );
}
