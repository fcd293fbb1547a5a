import { setTimeout as sleep } from 'node:timers/promises';
import type { Scene } from '../scene.js';
import { ended, restored, unless } from './expect.js';
import type { Story } from './story.js';

const watchedMs = 4_000;

export const operator: Story = {
  name: 'operator',
  title: 'A person pauses a good release by a Temporal signal, resumes it, and then aborts it: undone and restored',
  file: 'operator.yaml',
  usual: false,
  script: async (scene) => {
    const { client } = scene.stage;
    const { id } = scene.spec;
    await scene.untilStatus('its first bake', ({ waves }) => waves[0]?.phase === 'observe');
    await scene.untilLooks(1);
    await scene.signalChange('pause');
    // Proven by now, and held at its wave all the same.
    await scene.untilStatus('it waited to be resumed', ({ waitsFor }) => waitsFor?.what === 'resume');
    await staysPut(scene);
    await scene.signalChange('resume');
    await scene.untilStatus('its second bake', ({ waves }) => waves[1]?.phase === 'observe');
    await scene.untilLooks(1);
    const answer = await client.abort(id, { by: 'the operator', reason: 'the release is not wanted any more' });
    scene.mark('abort by update', `abort, asked as an update that answers: ${answer.text}`);
    scene.expect(answer.done, `the abort was answered: ${answer.text}`);
  },
  problems: (status, findings) => [
    ...ended(status, 'rolled_back'),
    ...unless(status.wave === 2, `it was aborted in wave ${status.wave}, not in the second`),
    ...unless(
      status.acts.map(({ what }) => what).join() === 'pause,resume,abort',
      `the acts on record are ${status.acts.map(({ what }) => what).join(', ')}`,
    ),
    ...restored(findings),
  ],
};

/** For some seconds no process changes its version, and no wave begins. */
async function staysPut(scene: Scene): Promise<void> {
  const { client, versions } = {
    client: scene.stage.client,
    versions: () => scene.stage.versions(scene.spec.services[0] ?? ''),
  };
  const before = JSON.stringify(await versions());
  await sleep(watchedMs, undefined, { signal: scene.signal });
  const { state, wave } = await client.status(scene.spec.id);
  scene.expect(state === 'paused' && wave === 1, `paused at wave 1, it is ${state} at wave ${wave}`);
  scene.expect(JSON.stringify(await versions()) === before, 'a process was changed while it was paused');
}
