import { changeWorkflowId } from '../../../src/workflows/names.js';
import { ended, onceEach, restored, unless } from './expect.js';
import type { Story } from './story.js';

export const terminated: Story = {
  name: 'terminated',
  title: 'A release whose workflow is terminated by hand in the middle of a wave: found by the warden, and restored',
  file: 'terminated.yaml',
  usual: false,
  script: async (scene) => {
    await scene.untilStatus('its first bake', ({ waves }) => waves[0]?.phase === 'observe');
    await scene.untilLooks(1);
    const workflowId = changeWorkflowId(scene.spec.id);
    await scene.stage.client.temporal.workflow.getHandle(workflowId).terminate('somebody in the Temporal UI');
    scene.mark(
      'terminated',
      `temporal workflow terminate --workflow-id ${workflowId}: nobody runs this change any more`,
    );
    await scene.untilStatus('it was started again', () => true);
    scene.mark('found by the warden', 'the warden has found it in the journal, unsettled, and has started it again');
  },
  problems: (status, findings) => [
    ...ended(status, 'rolled_back'),
    ...unless(/earlier run/.test(status.reason), `its end does not say why: ${status.reason}`),
    ...restored(findings),
    ...onceEach(findings),
  ],
};
