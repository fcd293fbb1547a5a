/**
 * Shapes of harm and of harmlessness other than those of the public set, to see whether the judge has principles or nine
 * detectors. A shape says the levels of both sides, sized so that it can be seen at all in its noise.
 */
import type { WindowMetric } from '../../../src/judge/window/window.js';
import { random, type Random } from '../random.js';
import { noises, type Noise } from './noises.js';

interface Levels {
  control: number[];
  experiment: number[];
  unrest?: { control: number; experiment: number };
  /** Share of samples that are missing on either side. */
  missing?: number;
}

export interface Shape {
  name: string;
  bad: boolean;
  /** n samples; `up`: a factor that is clearly seen in the noise if it holds for the window. */
  levels: (draw: Random, n: number, up: number) => Levels;
}

export interface ShapedCase {
  shape: string;
  noise: string;
  bad: boolean;
  metric: WindowMetric;
}

const flat = (n: number) => Array.from({ length: n }, () => 1);
const between = (draw: Random, low: number, high: number) => low + (high - low) * draw.uniform();

/** Control flat; experiment a function of the time in [0, 1). */
function one(name: string, bad: boolean, level: (draw: Random, up: number) => (t: number) => number): Shape {
  return {
    name,
    bad,
    levels: (draw, n, up) => {
      const at = level(draw, up);
      return { control: flat(n), experiment: flat(n).map((_, i) => at(i / n)) };
    },
  };
}

/** Both sides follow one function of time; the experiment times `factor`. */
function both(name: string, bad: boolean, level: (draw: Random) => (t: number) => number): Shape {
  return {
    name,
    bad,
    levels: (draw, n, up) => {
      const at = level(draw);
      const control = flat(n).map((_, i) => at(i / n));
      return { control, experiment: control.map((value) => value * (bad ? up : 1)) };
    },
  };
}

function spiked(draw: Random, levels: number[], count: number, up: number): number[] {
  const out = levels.slice();
  for (let k = 0; k < count; k++) out[Math.floor(draw.uniform() * out.length)] = 1 + 3 * up * between(draw, 0.8, 1.5);
  return out;
}

export const shapes: readonly Shape[] = [
  one('same', false, () => () => 1),
  one('trifle', false, (draw) => {
    const level = between(draw, 0.985, 1.015);
    return () => level;
  }),
  one('better', false, (draw) => {
    const level = between(draw, 0.6, 0.9);
    return () => level;
  }),
  one('bad start, healed', false, (draw, up) => {
    const end = between(draw, 0.25, 0.6);
    return (t) => (t < end ? up * 1.3 : 1);
  }),
  one('bad middle, healed', false, (draw, up) => {
    const start = between(draw, 0.15, 0.35);
    return (t) => (t > start && t < start + 0.3 ? up * 1.3 : 1);
  }),
  one('dip, healed', false, (draw) => {
    const start = between(draw, 0.15, 0.45);
    return (t) => (t > start && t < start + 0.3 ? 0.6 : 1);
  }),
  one('cold caches', false, (_, up) => (t) => 1 + 2 * (up - 1) * Math.exp(-t / 0.08)),
  both('ramp on both sides', false, () => (t) => 1 + 0.8 * t),
  both('surge at the end on both sides', false, () => (t) => (t > 0.8 ? 1.6 : 1)),
  both('season on both sides', false, (draw) => {
    const phase = draw.uniform();
    return (t) => 1 + 0.3 * Math.sin(2 * Math.PI * (2 * t + phase));
  }),
  {
    name: 'one huge spike',
    bad: false,
    levels: (draw, n, up) => ({ control: flat(n), experiment: spiked(draw, flat(n), 1, 2 * up) }),
  },
  {
    name: 'spikes on both sides',
    bad: false,
    levels: (draw, n, up) => ({ control: spiked(draw, flat(n), 4, up), experiment: spiked(draw, flat(n), 4, up) }),
  },
  {
    name: 'unrest on both sides',
    bad: false,
    levels: (_, n) => ({ control: flat(n), experiment: flat(n), unrest: { control: 4, experiment: 4 } }),
  },
  {
    name: 'two kinds of requests on both sides',
    bad: false,
    levels: (draw, n, up) => {
      const mixed = () => flat(n).map(() => (draw.uniform() < 0.4 ? 1 + 2.5 * (up - 1) : 1));
      return { control: mixed(), experiment: mixed() };
    },
  },
  {
    name: 'calmer',
    bad: false,
    levels: (_, n) => ({ control: flat(n), experiment: flat(n), unrest: { control: 5, experiment: 1 } }),
  },
  {
    name: 'holes on both sides',
    bad: false,
    levels: (_, n) => ({ control: flat(n), experiment: flat(n), missing: 0.25 }),
  },
  {
    name: 'longer control',
    bad: false,
    levels: (_, n) => ({ control: flat(2 * n), experiment: flat(n) }),
  },
  one('higher', true, (_, up) => () => up),
  one('delayed step', true, (draw, up) => {
    const start = between(draw, 0.5, 0.75);
    return (t) => (t > start ? 1 + 1.6 * (up - 1) : 1);
  }),
  one('slow ramp', true, (_, up) => (t) => 1 + 2.2 * (up - 1) * t),
  one('growth at the end', true, (_, up) => (t) => 1 + 5 * (up - 1) * Math.max(0, (t - 0.75) / 0.25)),
  one('flapping', true, (draw, up) => {
    const period = between(draw, 0.08, 0.24);
    return (t) => (Math.floor(t / period) % 2 === 0 ? 1 : 1 + 2.2 * (up - 1));
  }),
  one('relapse', true, (_, up) => (t) => (t < 0.3 || t > 0.65 ? 1 + 1.6 * (up - 1) : 1)),
  one('two kinds of requests', true, (draw, up) => () => (draw.uniform() < 0.45 ? 1 + 2.5 * (up - 1) : 1)),
  {
    name: 'spikes',
    bad: true,
    levels: (draw, n, up) => ({ control: flat(n), experiment: spiked(draw, flat(n), 6, up) }),
  },
  {
    name: 'unrest',
    bad: true,
    levels: (_, n) => ({ control: flat(n), experiment: flat(n), unrest: { control: 1, experiment: 7 } }),
  },
  {
    name: 'unrest about a lower level',
    bad: true,
    levels: (_, n) => ({
      control: flat(n),
      experiment: flat(n).map(() => 0.95),
      unrest: { control: 1, experiment: 8 },
    }),
  },
  both('season on both sides, higher', true, (draw) => {
    const phase = draw.uniform();
    return (t) => 1 + 0.3 * Math.sin(2 * Math.PI * (2 * t + phase));
  }),
  {
    name: 'spikes on both sides, higher',
    bad: true,
    levels: (draw, n, up) => ({
      control: spiked(draw, flat(n), 3, up),
      experiment: spiked(
        draw,
        flat(n).map(() => up),
        3,
        up,
      ),
    }),
  },
  {
    name: 'holes, higher',
    bad: true,
    levels: (_, n, up) => ({ control: flat(n), experiment: flat(n).map(() => up), missing: 0.25 }),
  },
  {
    name: 'longer control, higher',
    bad: true,
    levels: (_, n, up) => ({ control: flat(2 * n), experiment: flat(n).map(() => up) }),
  },
];

/** One case of every shape in every noise, `rounds` times. The same seed gives the same cases. */
export function* shapedCases(rounds: number, seed: number): Generator<ShapedCase> {
  const draw = random(seed);
  for (let round = 0; round < rounds; round++) {
    for (const noise of noises) for (const shape of shapes) yield shapedCase(draw, shape, noise);
  }
}

function shapedCase(draw: Random, shape: Shape, noise: Noise): ShapedCase {
  const n = 24 + Math.floor(draw.uniform() * 40);
  const up = 1 + Math.max(0.08, 1.6 * noise.size) * between(draw, 1, 1.5);
  const { control, experiment, unrest, missing } = shape.levels(draw, n, up);
  const side = (levels: number[], times: number) =>
    noise.draw(draw, levels, times).map((value) => (draw.uniform() < (missing ?? 0) ? null : value));
  return {
    shape: shape.name,
    noise: noise.name,
    bad: shape.bad,
    metric: {
      name: 'metric',
      control: side(control, unrest?.control ?? 1),
      experiment: side(experiment, unrest?.experiment ?? 1),
      direction: 'increase',
      nanStrategy: 'remove',
    },
  };
}
