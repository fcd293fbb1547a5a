import { callJson } from '../../src/drivers/process/call.js';
import { changeWorkflowId } from '../../src/workflows/names.js';
import { readSettings } from '../lane/reader.js';
import { hasStopped } from '../round/prove.js';
import { longBake, type Story, wavesWith } from '../story.js';
import type { Path } from './path.js';

/** Three waves, each let through by itself. */
export const through: Path = { ends: 'completed' };

/** The same, and another change waits for its resource. */
export const followed: Path = {
  more: () => ({ waves: wavesWith({ 1: longBake }) }),
  lead: async (story) => {
    await story.looked(1);
    await story.follow();
    await story.ask('promote');
  },
  ends: 'completed',
};

/** A wave is observed for as long as anybody wants. */
export const observed = (wave: number): Path => ({
  more: () => ({ waves: wavesWith({ [wave]: longBake }) }),
  lead: (story) => story.looked(wave),
  there: async (story) => (await story.status()).waves[wave - 1]?.phase === 'observe',
  onward: async (story) => {
    await story.lookedAgain();
    await story.ask('promote');
  },
  ends: 'completed',
});

/** A hand changes a setting that the middle wave was to change. */
async function meddle(story: Story): Promise<void> {
  await story.looked(1);
  const id = await middleSetting(story);
  await byHand(story, id, handsValue(story), []);
  await story.ask('promote');
}

/** Another one in every round, or what was adopted in one would be nothing new in the next. */
const handsValue = ({ id }: Story): string => `by-hand-${id}`;

const middleSetting = async (story: Story): Promise<string> =>
  (await story.status()).waves[1]?.targets.find((id) => id.includes('.')) ?? '';

async function byHand(story: Story, id: string, value: string, expect: string[]): Promise<void> {
  const now = (await readSettings(story.lane)).find((setting) => setting.id === id);
  const body = {
    value,
    key: `hand/${story.id}/${value}`,
    epoch: now?.epoch ?? 0,
    ...(expect.length > 0 && { expect }),
  };
  await callJson(`${story.lane.settingsUrl}/${id}`, { method: 'PUT', body, timeoutMs: 5_000 });
  if (expect.length === 0) story.byHand.set(id, now?.value ?? '');
}

export const decision: Path = {
  more: () => ({ waves: wavesWith({ 1: longBake }) }),
  lead: async (story) => {
    await meddle(story);
    await story.waitsFor('decision');
  },
  there: async (story) => (await story.status()).waitsFor?.what === 'decision',
  onward: async (story) => {
    for (const [id, value] of story.byHand) await byHand(story, id, value, [handsValue(story)]);
    story.byHand.clear();
    await story.ask('resume');
  },
  ends: 'completed',
};

/** The same, and a person takes the world as the hand has put it. */
export const adopted: Path = {
  more: () => ({ waves: wavesWith({ 1: longBake }) }),
  lead: async (story) => {
    await meddle(story);
    await story.waitsFor('decision');
    for (const id of story.byHand.keys()) story.byHand.set(id, handsValue(story));
    await story.ask('adopt', { reason: 'the hand was right' });
  },
  ends: 'completed',
};

/** Signals at once, and the most it takes until Temporal asks for a new run. */
const floodWidth = 8;
const floodLimit = 8_000;

/** Its history grows long while it is observed, so it goes on as a new run. */
export const continued: Path = {
  more: () => ({ waves: wavesWith({ 1: longBake }) }),
  lead: async (story) => {
    await story.looked(1);
    const { lane, id } = story;
    const handle = lane.client.temporal.workflow.getHandle(changeWorkflowId(id));
    let sent = 0;
    const flood = async (): Promise<void> => {
      while (!hasStopped(story) && sent++ < floodLimit) await handle.signal('wake').catch(() => undefined);
    };
    await Promise.all(Array.from({ length: floodWidth }, flood));
  },
  onward: async (story) => {
    await story.lookedAgain();
    await story.ask('promote');
  },
  ends: 'completed',
};
