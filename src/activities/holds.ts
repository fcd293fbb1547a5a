import type { Client } from '@temporalio/client';
import { heldAmong } from '../drivers/holds.js';
import type { HoldState } from '../workflows/hold-messages.js';

/** A hold that is in force over a change, for people. */
export type Held = Pick<HoldState, 'scope' | 'reason' | 'owner' | 'untilMs'>;

/** The gate's question spares a touch that would be refused; the one that counts is the kit's. */
const sharedMs = 200;

/** Which of these holds are in force, and what they say of themselves. */
export async function heldBy(client: Client, ids: readonly string[]): Promise<Held[]> {
  const { held: running } = await heldAmong(client, ids, sharedMs);
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
