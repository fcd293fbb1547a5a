import type { Swept } from '../activities/sweep.js';
import { own } from './proxies.js';

/**
 * The warden, started by its Schedule every 30 s and limited to 60 s: sweeps the journal for unsettled changes that
 * nobody runs, and has them restored. What it did is its result, readable in the Temporal UI.
 */
export function warden(): Promise<Swept> {
  return own.sweep.executeWithOptions(
    { summary: 'which unsettled changes does nobody run?', startToCloseTimeout: '55s' },
    [],
  );
}
