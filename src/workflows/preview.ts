import type { ChangeSpec } from '../spec/types.js';
import { engineOf } from './engine.js';
import { type ChangePlan, planChange, Refused } from './planning.js';

export type Preview = { ok: true; plan: ChangePlan } | { ok: false; reason: string };

/** A dry run: what a change would do, by the same code that a change runs first. Touches nothing, keeps nothing. */
export async function preview(spec: ChangeSpec): Promise<Preview> {
  try {
    return { ok: true, plan: await planChange(spec, engineOf(spec)) };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, reason: error.message };
    throw error;
  }
}
