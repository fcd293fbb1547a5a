import { setTimeout as sleep } from 'node:timers/promises';
import type { Scene } from '../scene.js';
import { carriedOut, ended, onceEach, unless } from './expect.js';
import type { Story } from './story.js';

const scope = 'service/checkout';
const heldMs = 6_000;

export const held: Story = {
  name: 'held',
  title: 'A hold over the service during a release: the next wave waits, and goes on when the hold ends',
  file: 'held.yaml',
  usual: false,
  script: async (scene) => {
    const { client } = scene.stage;
    await scene.untilStatus('its first bake', ({ waves }) => waves[0]?.phase === 'observe');
    const askedMs = Date.now();
    await client.hold(scope, { by: 'the operator', reason: 'an incident next door' });
    scene.mark('hold', `graywave hold ${scope}: true after ${Date.now() - askedMs} ms; no wave begins any more`);
    await scene.untilStatus('it waited for the hold', ({ waitsFor }) => waitsFor?.what === 'hold');
    const before = touched(scene);
    await sleep(heldMs, undefined, { signal: scene.signal });
    scene.expect(touched(scene) === before, 'something was touched under the hold');
    await client.unhold(scope, { by: 'the operator' });
    scene.mark('hold lifted', `graywave unhold ${scope}`);
  },
  problems: (status, findings) => [
    ...ended(status, 'completed'),
    ...unless(findings.marks.length === 2, 'the hold did not begin and end'),
    ...carriedOut(findings),
    ...onceEach(findings),
  ],
};

const touched = (scene: Scene): number => scene.applied().length;
