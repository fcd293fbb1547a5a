import type { Driver } from '../driver.js';
import { apply } from './apply.js';
import type { Fleets } from './part.js';
import { plan } from './plan.js';
import { revert } from './revert.js';
import { verify } from './verify.js';

/**
 * Replaces real OS processes of a fleet, instance by instance, through the fleet's supervisor. The supervisor is the
 * target that keeps the epoch, absorbs a key it has seen, and compares before it sets; so a touch is never doubtful:
 * asked again, it says how it ended. Parts say `with: { fleet, service, version }`; `fleets` comes from the worker's
 * configuration.
 */
export function processDriver(fleets: Fleets): Driver {
  return {
    name: 'process',
    plan: (request, { signal }) => plan(fleets, request, signal),
    apply: (request, kit) => apply(fleets, request, kit),
    verify: (request, { signal }) => verify(fleets, request, signal),
    revert: (request, kit) => revert(fleets, request, kit),
  };
}
