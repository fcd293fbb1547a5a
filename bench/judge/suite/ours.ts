import { begin, fold } from '../../../src/judge/judge.js';
import { look, settings, stream } from '../simulate.js';
import { lookSeconds } from './looks.js';
import type { Rule } from './rules.js';

/** What a change's errors are judged by when its spec says nothing: tolerance 25%, no floor, no limit. */
export const tolerance = 0.25;

/** The judge as it is shipped, at one α. */
export const ours = (alpha: number, dispersion: number): Rule => ({
  name: 'Graywave',
  begin: () => {
    const judging = settings({ alpha, streams: [stream({ tolerance, detectRatio: 3, dispersion })] });
    let state = begin(judging);
    let seq = 0;
    return (cell, at) => {
      seq += 1;
      const fromMs = (at - lookSeconds) * 1000;
      state = fold(judging, state, look({ seq, fromMs, toMs: at * 1000, cells: [cell] }));
      return state.stopped !== null;
    };
  },
});
