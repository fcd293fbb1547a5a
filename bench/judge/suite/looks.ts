import type { Cell, Count } from '../../../src/judge/types.js';
import type { Random } from '../random.js';
import type { Weather } from './conditions.js';

export const lookSeconds = 10;
export const hour = 3600;

/** One look's counts as a judge gets them, and what really happened to the changed side's users in it. */
export interface Seen {
  /** Seconds since the beginning, at the look. */
  at: number;
  cell: Cell;
  /** Bad events of the changed side, and those it would have had with the unchanged side's share. */
  bad: number;
  wouldBe: number;
}

/** An hour of looks in this weather. Late samples come with the next one; what a restarted counter had counted is lost. */
export function* anHour(weather: Weather, draw: Random): Generator<Seen> {
  const waiting = { canary: nothing(), baseline: nothing() };
  for (let at = 0; at < hour; at += lookSeconds) {
    const events = weather.rps(at) * lookSeconds;
    const canary = arm(draw, weather, 'canary', at, events * weather.share(at));
    const baseline = arm(draw, weather, 'baseline', at, events * (1 - weather.share(at)));
    yield {
      at: at + lookSeconds,
      cell: {
        stream: 'errors',
        canary: reported(draw, weather, waiting.canary, canary),
        baseline: reported(draw, weather, waiting.baseline, baseline),
      },
      bad: canary.bad,
      wouldBe: canary.exposure * weather.bad('baseline', at),
    };
  }
}

const nothing = (): Count => ({ exposure: 0, bad: 0 });

function arm(draw: Random, { bad, burst }: Weather, which: 'canary' | 'baseline', at: number, mean: number): Count {
  const exposure = draw.poisson(mean);
  const causes = draw.binomial(exposure, bad(which, at) / burst);
  return { exposure, bad: Math.min(exposure, burst * causes) };
}

/** What of it a look sees; `waiting` is kept from look to look. */
function reported(draw: Random, { late, reset }: Weather, waiting: Count, now: Count): Count {
  const isLate = late > 0 && draw.uniform() < late;
  const isReset = reset > 0 && draw.uniform() < reset;
  const all = { exposure: waiting.exposure + now.exposure, bad: waiting.bad + now.bad };
  Object.assign(waiting, isLate && !isReset ? all : nothing());
  return isLate || isReset ? nothing() : all;
}
