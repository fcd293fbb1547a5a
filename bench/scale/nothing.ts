import type { Driver } from '../../src/drivers/driver.js';
import { instancesOf } from './fleet.js';

const touched: number[] = [];

/** When each wave's first touch was made, Unix ms. */
export const touchesMs = (): number[] => touched;

/** Touches nothing but a list, and asks Temporal before each touch as every driver must. */
export const nothing: Driver = {
  name: 'nothing',
  plan: ({ changeId, part }) => {
    const ids = instancesOf(Number(part.with.index));
    return Promise.resolve({
      targets: ids.map((id) => ({ id, labels: {}, share: 1 / ids.length })),
      reversible: true,
      resources: [changeId],
      before: Object.fromEntries(ids.map((id) => [id, null])),
      preview: [],
    });
  },
  apply: async (request, kit) => {
    for (const [i, id] of request.targets.entries()) {
      await kit.touch(id, () => Promise.resolve(i === 0 && touched.push(Date.now())));
    }
    return { targets: request.targets.map((id) => ({ id, outcome: 'touched' })) };
  },
  verify: (request) =>
    Promise.resolve({ targets: request.targets.map((id) => ({ id, found: request.expect, detail: '' })) }),
  revert: (request) => Promise.resolve({ targets: request.targets.map((id) => ({ id, outcome: 'touched' })) }),
};
