import { leastShare } from '../judge/enough.js';
import { findsAfter, meaningOf, type StreamTraffic } from '../judge/outlook.js';
import { budgetSeconds } from '../policy/classify.js';
import { type Controls, controlsOf } from '../policy/controls.js';
import type { Delay } from './delay.js';
import type { ChangeSpec } from './types.js';
import { durationText, percentText } from './units.js';

/** What is known before the first wave of the traffic that will judge it. */
export interface Watched {
  /** At least one. */
  streams: StreamTraffic[];
  delay: Delay;
  spec: Pick<ChangeSpec, 'type' | 'tier' | 'bake'>;
}

export interface First {
  /** In (0, 1]; one target is always changed. */
  share: number;
  why: string;
}

/**
 * Share of the first wave: min(w*, cap), and what the level allows (systems.md §C1). At w* harm is found in as long as it
 * takes to undo it: a smaller wave would only be slower, a larger one only more harmful. The cap is for a change that fails
 * every request until it is undone: cap = B/(R·D), with B a part of the month's budget of R·(seconds of full failure).
 */
export function firstOf(watched: Watched, controls: Controls): First {
  const { delay, spec } = watched;
  const { level, maxFirstShare, worstFirstBudget } = controls;
  // The level was chosen by the largest first wave that the mildest level would begin with.
  const allowed = Math.min(maxFirstShare, controlsOf('L0').autoFirstShare);
  const undone = durationText(Math.round(delay.seconds));
  const cap = (worstFirstBudget * budgetSeconds[spec.tier]) / delay.seconds;
  const best = bestShare(watched, controls);
  const choices: First[] = [
    { share: allowed, why: `${level} begins with at most ${percentText(allowed)}` },
    {
      share: cap,
      why: `${percentText(cap)} failing for the ${undone} of undoing costs ${roughly(worstFirstBudget)} of a month's error budget, the most at ${level}`,
    },
    ...(best === null
      ? []
      : [
          {
            share: best.share,
            why: `at ${percentText(best.share)} ${best.what} is found within the ${undone} of undoing it`,
          },
        ]),
  ];
  return choices.reduce((least, choice) => (choice.share < least.share ? choice : least));
}

/** w* of the stream that needs the largest: a fault of any kind is to be found. Null when some never is. */
function bestShare({ streams, delay }: Watched, controls: Controls): { share: number; what: string } | null {
  let largest = { share: 0, what: '' };
  for (const stream of streams) {
    const ratio = ratioOf(stream);
    if (ratio === null) continue;
    const share = leastShare((at) => findsAfter(stream, at, ratio, controls), 1e-6, delay.seconds);
    if (share === null) return null;
    if (share > largest.share) largest = { share, what: `${Number(ratio.toPrecision(2))}x ${stream.settings.name}` };
  }
  return largest.share === 0 ? null : largest;
}

/** What is planned for: the ratio that safety must exclude, or with a floor what is clearly above it; null: none can be. */
export function ratioOf(stream: StreamTraffic): number | null {
  const { settings, badShare } = stream;
  const ratio = Math.max(settings.detectRatio, (2 * settings.floor) / badShare);
  return meaningOf(stream, ratio) === 'harm' ? ratio : null;
}

const roughly = (share: number): string => `${Number((share * 100).toPrecision(2))}%`;
