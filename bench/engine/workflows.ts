import { proxyActivities } from '@temporalio/workflow';

export { change } from '../../src/workflows/index.js';

interface BareActivities {
  gate(wave: number): Promise<void>;
  apply(wave: number): Promise<void>;
  verify(wave: number): Promise<void>;
  observe(wave: number): Promise<void>;
}

const startToCloseTimeout = '1 minute';

/** What one would write by hand: the four steps of a wave as activities, on queues by role as ours, and nothing else. */
export async function bare(waves: number): Promise<void> {
  const { gate } = proxyActivities<BareActivities>({ taskQueue: 'bare', startToCloseTimeout });
  const { apply, verify } = proxyActivities<BareActivities>({ taskQueue: 'bare.driver', startToCloseTimeout });
  const { observe } = proxyActivities<BareActivities>({ taskQueue: 'bare.observe', startToCloseTimeout });
  for (let wave = 1; wave <= waves; wave++) {
    await gate(wave);
    await apply(wave);
    await verify(wave);
    await observe(wave);
  }
}
