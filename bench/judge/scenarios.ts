import type { Scenario } from './simulate.js';

/** 200 rps, 10% changed, 1% bad, looked at every 10 s for an hour: the setting of systems.md §A2. */
export const steady: Scenario = {
  rps: () => 200,
  shares: [0.1],
  waveSeconds: 3600,
  lookSeconds: 10,
  badShare: () => 0.01,
  ratio: () => 1,
};

const wavy = (t: number) => 1 + 0.5 * Math.sin((2 * Math.PI * t) / 3600);
const surging = (t: number) => t >= 1200 && t < 1800;

/** No harm, in traffic that moves. */
export const harmless: [name: string, scenario: Scenario][] = [
  ['steady', steady],
  ['seasonal ±50%', { ...steady, rps: (t) => 200 * wavy(t), badShare: (t) => 0.01 * wavy(t + 900) }],
  [
    'a surge ×3 with errors ×5 on both sides',
    { ...steady, rps: (t) => (surging(t) ? 600 : 200), badShare: (t) => (surging(t) ? 0.05 : 0.01) },
  ],
  ['waves of 1, 10, 50%', { ...steady, shares: [0.01, 0.1, 0.5], waveSeconds: 1200 }],
  ['half of all requests bad', { ...steady, rps: () => 10, badShare: () => 0.5, ratio: () => 1.25 }],
];

/** Harm from the first second: ratio, bad share of the unchanged side, changed share of traffic, tolerance. */
export const harms = [
  { ratio: 3, badShare: 0.01, share: 0.1, tolerance: 0 },
  { ratio: 3, badShare: 0.01, share: 0.1, tolerance: 0.25 },
  { ratio: 10, badShare: 0.001, share: 0.1, tolerance: 0.25 },
  { ratio: 10, badShare: 0.001, share: 0.01, tolerance: 0 },
] as const;
