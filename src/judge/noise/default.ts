import type { NoiseProfile } from './profile.js';

/**
 * What is assumed of a service nobody has learnt the noise of, at one look a minute: arms that differ by 4 to 5 % in mean
 * latency and by a third in errors, from minute to minute, for some minutes, or for most of an hour. The bounds are those
 * that learning sets for it at 300 requests a minute and one bad in a thousand (test: noise.test.ts). What both arms do
 * together is not used: nobody knows what it says here.
 */
export const defaultNoise: NoiseProfile = {
  version: 1,
  name: 'default',
  from: 'assumed: nothing was learnt',
  runs: 0,
  level: {
    kinds: [
      { rho: 0, tau: 0.045, weight: 0.1, common: null },
      { rho: 0.6, tau: 0.045, weight: 0.2, common: null },
      { rho: 0.92, tau: 0.045, weight: 0.7, common: null },
    ],
    bound: 3.5,
    slope: 5,
    horizon: 60,
    alpha: 0.0025,
  },
  counts: {
    drift: [{ tau: 0.36, weight: 1 }],
    harmBound: 6.5,
    safeBound: 3,
  },
};
