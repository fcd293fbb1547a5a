/** Noise of a metric about a level of 1, for windows of our own making: not the noise of any data set. */
import type { Random } from '../random.js';

export interface Noise {
  name: string;
  /** Typical size of the noise of one sample, relative to the level. */
  size: number;
  /** n samples at `levels` (1 = normal), with `unrest` times the noise. ≥ 0. */
  draw: (draw: Random, levels: readonly number[], unrest: number) => number[];
}

const positive = (value: number) => Math.max(0, value);

/** Gaussian noise with lag-1 correlation rho. */
function gaussian(name: string, size: number, rho: number, base: number): Noise {
  return {
    name,
    size,
    draw: (draw, levels, unrest) => {
      let state = draw.normal();
      return levels.map((level) => {
        const value = positive(base * level * (1 + size * unrest * state));
        state = rho * state + Math.sqrt(1 - rho * rho) * draw.normal();
        return value;
      });
    },
  };
}

/** Whole-number counts with mean `mean`. Their noise is their own: `unrest` mixes means. */
function counts(mean: number): Noise {
  return {
    name: `counts of ${mean}`,
    size: 1 / Math.sqrt(mean),
    draw: (draw, levels, unrest) =>
      levels.map((level) => {
        const mixed = unrest === 1 ? 1 : Math.exp((draw.normal() * unrest) / 6 - (unrest / 6) ** 2 / 2);
        return draw.poisson(mean * level * mixed);
      }),
  };
}

/** Student's t with 3 degrees of freedom, size its scale. */
function heavy(size: number, base: number): Noise {
  return {
    name: 'heavy tails',
    size: size * 1.3,
    draw: (draw, levels, unrest) =>
      levels.map((level) => {
        const chi = draw.normal() ** 2 + draw.normal() ** 2 + draw.normal() ** 2;
        return positive(base * level * (1 + (size * unrest * draw.normal()) / Math.sqrt(chi / 3)));
      }),
  };
}

/** Log-normal, skewed upwards. */
function skewed(size: number, base: number): Noise {
  return {
    name: 'skewed',
    size,
    draw: (draw, levels, unrest) =>
      levels.map((level) => base * level * Math.exp(size * unrest * draw.normal() - (size * unrest) ** 2 / 2)),
  };
}

/** Mostly zero; otherwise about exponential. */
function sparse(share: number): Noise {
  return {
    name: 'mostly zero',
    size: 1.5,
    draw: (draw, levels, unrest) =>
      levels.map((level) => (draw.uniform() < Math.min(1, share * level) ? -unrest * Math.log(1 - draw.uniform()) : 0)),
  };
}

/** Share of bad requests among 400 a minute. */
function rate(share: number): Noise {
  return {
    name: 'error rate',
    size: Math.sqrt((1 - share) / (400 * share)),
    draw: (draw, levels, unrest) =>
      levels.map((level) => {
        const mixed = unrest === 1 ? 1 : Math.exp((draw.normal() * unrest) / 8);
        return draw.binomial(400, Math.min(1, share * level * mixed)) / 400;
      }),
  };
}

export const noises: readonly Noise[] = [
  gaussian('quiet', 0.01, 0, 3e8),
  gaussian('plain', 0.05, 0, 42),
  gaussian('loud', 0.15, 0, 0.003),
  gaussian('rho .5', 0.05, 0.5, 120),
  gaussian('rho .9', 0.05, 0.9, 120),
  heavy(0.05, 0.25),
  skewed(0.3, 1),
  counts(100),
  counts(8),
  sparse(0.3),
  rate(0.05),
];
