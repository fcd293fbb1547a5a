import { setTimeout as sleep } from 'node:timers/promises';
import { changeWorkflowId } from '../../../src/workflows/names.js';
import type { Call, Held, Reply } from '../proxy.js';
import type { Scene } from '../scene.js';
import { ended, onceEach, restored, unless } from './expect.js';
import type { Story } from './story.js';

export const zombie: Story = {
  name: 'zombie',
  title:
    'Messages that come too late: an apply that its successor has overtaken, and one that wakes after the rollback',
  file: 'zombie.yaml',
  usual: false,
  script: async (scene) => {
    await overtaken(scene);
    await wokenTooLate(scene);
  },
  problems: (status, findings) => [
    ...ended(status, 'rolled_back'),
    ...unless(findings.marks.length === 4, `only this happened: ${findings.marks.join(', ')}`),
    ...restored(findings),
    ...onceEach(findings),
  ],
};

/** The second apply is on its way for at least so long. */
const stallMs = 30_000;

/** The apply of one wave, on its way from a worker to the fleet's supervisor. */
function holdApply(scene: Scene, wave: number): Held {
  const key = `${scene.spec.id}/image/${wave}/apply`;
  return scene.stage.supervisor.hold(
    ({ method, body }: Call) => method === 'PUT' && body.toString().includes(`"${key}"`),
  );
}

/**
 * The first worker stands still with its apply under way. Its heartbeats stop, another worker takes over and finishes;
 * then the first message arrives.
 */
async function overtaken(scene: Scene): Promise<void> {
  const { stage } = scene;
  const late = holdApply(scene, 1);
  await late.arrived;
  const [first] = stage.workers;
  if (first === undefined) throw new Error('there is no worker to stop');
  first.freeze();
  const second = stage.startWorker();
  scene.mark(
    'worker stands still',
    `kill -STOP ${first.pid} with an apply on its way; ${second.pid} is started beside it`,
  );
  await scene.untilStatus('the other worker had finished', ({ waves }) => waves[0]?.phase === 'observe');
  const answer = await late.release();
  scene.expect(!/"touched"/.test(answer.body.toString()), `the late apply had an effect: ${answer.body.toString()}`);
  scene.mark('late apply', `the first apply arrives after its successor has finished: ${told(answer)}`);
  first.thaw();
}

/** The change is terminated and restored while its apply is on its way; then the apply arrives. */
async function wokenTooLate(scene: Scene): Promise<void> {
  const late = holdApply(scene, 2);
  await late.arrived;
  const sinceMs = Date.now();
  const workflowId = changeWorkflowId(scene.spec.id);
  await scene.stage.client.temporal.workflow.getHandle(workflowId).terminate('somebody in the Temporal UI');
  scene.mark('terminated', `temporal workflow terminate --workflow-id ${workflowId}, with an apply on its way`);
  await changeEnded(scene);
  await sleep(Math.max(0, sinceMs + stallMs - Date.now()));
  const answer = await late.release();
  const seconds = Math.round((Date.now() - sinceMs) / 1000);
  scene.expect(answer.status >= 400, `the apply that woke was answered ${told(answer)}`);
  scene.mark('zombie', `the apply wakes after ${seconds} s, when all is restored: ${told(answer)}`);
}

const changeEnded = ({ signal }: Scene): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

function told({ status, body }: Reply): string {
  const said = JSON.parse(body.toString()) as { outcome?: string; error?: { message: string } };
  return said.error ? `refused (${said.error.message})` : `${said.outcome ?? status}`;
}
