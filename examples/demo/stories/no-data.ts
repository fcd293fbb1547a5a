import { setTimeout as sleep } from 'node:timers/promises';
import { carriedOut, ended, unless } from './expect.js';
import type { Story } from './story.js';

/** Longer than looks that find nothing need to be called a broken source, and than the bake. */
const staysAwayMs = 5_000;

export const noData: Story = {
  name: 'no-data',
  title:
    'A good release whose metric source goes away in the middle of a bake: it waits, and goes on when the source returns',
  file: 'no-data.yaml',
  usual: false,
  script: async (scene) => {
    const { metrics, client } = scene.stage;
    const { id } = scene.spec;
    await scene.untilStatus('its first bake', ({ waves }) => waves[0]?.phase === 'observe');
    await scene.untilLooks(1);
    await metrics.refuse();
    scene.mark('metric source gone', 'the metric source goes away: its port is closed');
    await scene.untilStatus('it waited for the source', ({ waitsFor }) => waitsFor?.what === 'source');
    await sleep(staysAwayMs, undefined, { signal: scene.signal });
    const { waves, rollback, wave, waitsFor } = await client.status(id);
    scene.expect(wave === 1 && waves[0]?.how === null, `without data it went on to wave ${wave}`);
    scene.expect(rollback === null, 'it was rolled back for nothing but a source that was away');
    scene.expect(waitsFor?.what === 'source', `it waited for ${waitsFor?.what ?? 'nothing'}, not for the source`);
    await metrics.forward();
    scene.mark('metric source back', 'the metric source is back');
  },
  problems: (status, findings) => [
    ...ended(status, 'completed'),
    ...unless(findings.marks.length === 2, 'the source did not go away and come back'),
    ...status.waves.flatMap((wave) => unless(wave.how === 'proven', `wave ${wave.index} was ${wave.how}, not proven`)),
    ...carriedOut(findings),
  ],
};
