import type { Client } from '@temporalio/client';
import { inForce } from '../drivers/holds.js';
import type { HoldState } from '../workflows/hold-messages.js';

/** A hold that is in force over a change, for people. */
export type Held = Pick<HoldState, 'scope' | 'reason' | 'owner' | 'untilMs'>;

/** Which of these holds are in force, and what they say of themselves. */
export async function heldBy(client: Client, ids: readonly string[]): Promise<Held[]> {
  const running = await inForce(client, ids);
  return Promise.all(
    running.map(async (id): Promise<Held> => {
      const { memo } = await client.workflow.getHandle(id).describe();
      const { scope, reason, owner, untilMs } = (memo ?? {}) as Partial<HoldState>;
      return {
        scope: scope ?? id.slice('hold/'.length),
        reason: reason ?? 'no reason given',
        owner: owner ?? 'somebody',
        untilMs: untilMs ?? Date.now(),
      };
    }),
  );
}
