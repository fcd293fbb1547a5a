import { longBake, wavesWith } from '../story.js';
import type { Path } from './path.js';
import { aWhileSeconds, soonThereSeconds } from './waits.js';

const back = (more: object = {}) => ({ rollback: { deadline: '10m', batch: '100%', observe: '0s', ...more } });

/** Aborted when all is changed. `one`: one target after the other, the last changed first; `all`: a part at a time. */
export const aborted = (batch: 'one' | 'all', followed = false): Path => ({
  more: () => ({ waves: wavesWith({ 3: longBake }), ...back({ batch: batch === 'one' ? '14%' : '100%' }) }),
  lead: async (story) => {
    await story.looked(3);
    if (followed) await story.follow();
    await story.ask('abort', { reason: 'enough' });
  },
  ends: 'rolled_back',
});

/** Left half changed by a person who says why. */
export const left: Path = {
  more: () => ({ waves: wavesWith({ 2: longBake }) }),
  lead: async (story) => {
    await story.looked(2);
    await story.ask('abort', { leave: true, reason: 'better so than back' });
  },
  ends: 'not_restored',
};

/** Nothing can be restored, so what is changed is taken out of service. */
const restoringSeconds = 60;
export const drained: Path = {
  rules: { failReverts: true },
  more: () => ({ waves: wavesWith({ 1: longBake }), ...back({ deadline: `${(restoringSeconds * 4) / 3}s` }) }),
  lead: async (story) => {
    await story.looked(1);
    await story.ask('abort', { reason: 'enough' });
  },
  ends: 'not_restored',
  leadSeconds: restoringSeconds + soonThereSeconds,
};

/** Restored, and watched for a while. */
export const afterwards: Path = {
  more: () => ({ waves: wavesWith({ 1: longBake }), ...back({ observe: `${aWhileSeconds}s` }) }),
  lead: async (story) => {
    await story.looked(1);
    await story.ask('abort', { reason: 'enough' });
    await story.until('watched afterwards', ({ reason }) => reason.startsWith('Rolled back and read back; watching'));
  },
  there: async (story) => (await story.status()).reason.startsWith('Rolled back and read back; watching'),
  ends: 'rolled_back',
  leadSeconds: soonThereSeconds,
};
