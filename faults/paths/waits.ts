import { changeQueue, holdWorkflowId } from '../../src/workflows/names.js';
import { longBake, type Story, wavesWith } from '../story.js';
import type { Path } from './path.js';

const waiting = (what: string) => async (story: Story) => (await story.status()).waitsFor?.what === what;

const gateBefore = (wave: number) => [{ beforeWave: wave, reason: 'somebody has to look' }];

export const approval = (wave: number): Path => ({
  more: () => ({ gates: gateBefore(wave) }),
  lead: (story) => story.waitsFor('approval'),
  there: waiting('approval'),
  onward: (story) => story.ask('approve'),
  ends: 'completed',
});

/** How long after its submission a window opens, and a restored world is watched: longer than a round needs to its fault. */
export const aWhileSeconds = 60;
export const soonThereSeconds = 8;

export const window: Path = {
  more: () => ({ window: { notBefore: new Date(Date.now() + aWhileSeconds * 1000).toISOString() } }),
  lead: (story) => story.waitsFor('window'),
  there: waiting('window'),
  ends: 'completed',
  leadSeconds: soonThereSeconds,
};

async function holdIt(story: Story, wave: number): Promise<void> {
  const scope = `service/${story.service}`;
  const now = Date.now();
  const state = { scope, reason: 'a freeze', owner: 'faults', sinceMs: now, untilMs: now + 3_600_000, lifted: null };
  const workflowId = holdWorkflowId(scope);
  await story.lane.client.temporal.workflow.start('hold', {
    workflowId,
    taskQueue: changeQueue,
    args: [state],
    memo: state,
  });
  story.held = { wave, fromMs: now, toMs: Infinity };
}

async function lift(story: Story): Promise<void> {
  if (story.held) story.held.toMs = Date.now();
  await story.lane.client.temporal.workflow.getHandle(holdWorkflowId(`service/${story.service}`)).signal('lift');
}

export const held = (wave: 1 | 2): Path => ({
  ...(wave === 1 ? { before: (story) => holdIt(story, 1) } : { more: () => ({ waves: wavesWith({ 1: longBake }) }) }),
  lead: async (story) => {
    if (wave === 2) {
      await story.looked(1);
      await holdIt(story, 2);
      await story.ask('promote');
    }
    await story.waitsFor('hold');
  },
  there: waiting('hold'),
  onward: lift,
  ends: 'completed',
});

/** It waits in the queue of a resource that another change has. */
export const queued: Path = {
  before: async (story) => {
    const first = await story.submitCompanion('rolled_back', { waves: wavesWith({ 1: longBake }) });
    await story.looked(1, first.id);
  },
  lead: (story) => story.waitsFor('resource'),
  there: waiting('resource'),
  onward: (story) => story.ask('abort', { reason: 'room for the next' }, story.companions[0]?.id),
  ends: 'completed',
};

export const paused: Path = {
  more: () => ({ waves: wavesWith({ 1: longBake }) }),
  lead: async (story) => {
    await story.looked(1);
    await story.ask('pause');
    await story.ask('promote');
    await story.waitsFor('resume');
  },
  there: waiting('resume'),
  onward: (story) => story.ask('resume'),
  ends: 'completed',
};

/** Its bake ends without enough requests to prove anything. */
export const unproven: Path = {
  more: () => ({ onInconclusive: 'hold', quietly: true }),
  lead: (story) => story.waitsFor('evidence'),
  there: waiting('evidence'),
  onward: (story) => story.ask('promote', { all: true }),
  ends: 'completed',
};

/** Its metric source is gone when the bake ends. */
export const unsourced: Path = {
  more: () => ({ waves: wavesWith({ 1: { min: '5s', max: '9s' } }) }),
  lead: async (story) => {
    await story.looked(1);
    story.lane.signs.rule(story.id, { sourceDown: true });
    await story.waitsFor('source');
  },
  there: waiting('source'),
  onward: async (story) => story.lane.signs.rule(story.id, { sourceDown: false }),
  ends: 'completed',
};

/** The gate, or the settling, is asked beside the workflow task: for all of a round at once, for it takes a second at most. */
export const beside = (what: 1 | 2 | 3 | 'settle'): Path =>
  what === 'settle'
    ? {
        more: () => ({ waves: wavesWith({ 3: longBake }) }),
        lead: async (story) => {
          await story.looked(3);
          await story.ask('pause');
          await story.ask('promote');
          await story.waitsFor('resume');
        },
        go: (story) => story.ask('resume'),
        ends: 'completed',
      }
    : {
        // A first wave is planned again after the wait: without signals that takes no time.
        more: () => ({ gates: gateBefore(what), ...(what === 1 ? { signals: [] } : {}) }),
        lead: (story) => story.waitsFor('approval'),
        go: (story) => story.ask('approve'),
        ends: 'completed',
      };
