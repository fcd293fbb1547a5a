import type { Driver, Kit } from '../../src/drivers/driver.js';
import type { ApplyRequest, RevertRequest } from '../../src/drivers/protocol.js';
import { GraywaveError } from '../../src/errors.js';
import { misgrant, misread, mistouch } from './broken.js';
import type { Stops } from './stops.js';

/** A driver whose calls stop where a change is told to: before it asks, when it may touch, when it has touched. */
export function driverWith(driver: Driver, stops: Stops): Driver {
  const brokenOf = (changeId: string) => stops.signs.rules(changeId).broken;
  return {
    name: driver.name,
    plan: async (request, options) => {
      await stops.at(request.changeId, `plan ${request.part.name}`);
      return driver.plan(request, options);
    },
    apply: (request, kit) => {
      const { changeId, part, grant } = request;
      const atStop = stops.signs.stopOf(changeId)?.startsWith(`apply ${part.name}/${grant.key.split('/').at(-2)}:`);
      const asked = misgrant(brokenOf(changeId), request, atStop ?? false);
      return stops.around(changeId, () => driver.apply(asked, kitWith(kit, asked, 'apply', stops)));
    },
    verify: async (request, options) => {
      const { changeId, part, expect, targets } = request;
      await stops.at(changeId, expect === 'after' ? `verify ${part.name}/${targets.length}` : `read back ${part.name}`);
      return misread(brokenOf(changeId), request) ?? driver.verify(request, options);
    },
    revert: (request, kit) => {
      const { changeId, drain, targets } = request;
      if (brokenOf(changeId) === 'liar')
        return Promise.resolve({ targets: targets.map((id) => ({ id, outcome: 'touched' })) });
      if (!drain && stops.signs.rules(changeId).failReverts)
        return Promise.reject(
          new GraywaveError('REVERT_FAILED', `${targets.join(', ')} cannot be restored, on purpose`),
        );
      return stops.around(changeId, () =>
        driver.revert(request, kitWith(kit, request, drain ? 'drain' : 'revert', stops)),
      );
    },
  };
}

function kitWith(kit: Kit, request: ApplyRequest | RevertRequest, verb: string, stops: Stops): Kit {
  const { changeId, targets, grant } = request;
  const [, part, wave, ...rest] = grant.key.split('/');
  // Only the first attempt of the first run stops: `revert-2/…` and `revert@8` are others.
  const known = rest[0]?.split('~')[0] === verb;
  return {
    signal: kit.signal,
    doubtful: kit.doubtful,
    async touch(target, act) {
      const place = targets.indexOf(target);
      const stop = `${verb} ${part}/${wave}${place > 0 ? `#${place + 1}` : ''}`;
      const at = (moment: string): Promise<void> =>
        known ? stops.at(changeId, `${stop}: ${moment}`) : Promise.resolve();
      await at('asking');
      return mistouch(stops.signs.rules(changeId).broken, kit)(target, async () => {
        await at('touching');
        const result = await act();
        await at('touched');
        return result;
      });
    },
  };
}
