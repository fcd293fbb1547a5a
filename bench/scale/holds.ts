import { setTimeout as sleep } from 'node:timers/promises';
import { changeOf } from './fleet.js';
import type { Stage } from './stage.js';

/** What stopping the line costs with so many changes under way. */
export interface HoldFigures {
  /** From asking for a hold over everything to its answer. */
  holdSeconds: number;
  /** Waves that began after the answer, by the targets' own list. */
  touchesAfterHold: number;
}

const askedAtOnce = 50;
/** So many waves have begun when the hold is asked for: the line is moving. */
const movingAfter = 20;
const listensMs = 5_000;

/** Sends every change to its next wave, all at once, and holds everything in the middle of it. */
export async function measureHolds(stage: Stage, changes: number, tell: (text: string) => void): Promise<HoldFigures> {
  const before = (await stage.touches()).length;
  let next = 0;
  let stopped = false;
  const promoting = Array.from({ length: askedAtOnce }, async () => {
    while (!stopped && next < changes) await stage.client.promote(changeOf(next++).id).catch(() => undefined);
  });
  while ((await stage.touches()).length < before + movingAfter) await sleep(50);
  const askedMs = performance.now();
  await stage.client.hold('all', { by: 'bench', reason: 'measured' });
  const answeredMs = Date.now();
  const holdSeconds = Number(((performance.now() - askedMs) / 1000).toFixed(3));
  await sleep(listensMs);
  const touches = await stage.touches();
  const touchesAfterHold = touches.filter((atMs) => atMs > answeredMs).length;
  stopped = true;
  await Promise.all(promoting);
  await stage.client.unhold('all', { by: 'bench' });
  tell(
    `hold             answered in ${holdSeconds} s with ${touches.length - before} waves begun and ${next} changes on their way; ` +
      `${touchesAfterHold} began after it`,
  );
  return { holdSeconds, touchesAfterHold };
}
