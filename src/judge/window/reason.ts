/** Verdicts of a window in plain words. */
import { shiftInterval } from '../rank/interval.js';
import { ascending, deviation, mean } from '../rank/sorted.js';
import type { VerdictKind } from '../types.js';
import { figure, percent } from '../wording.js';
import type { Arms } from './arms.js';
import { found } from './contrasts.js';
import type { WindowConstants } from './constants.js';
import type { Stretch } from './healed.js';
import type { Finding } from './types.js';

/** Why, and the size of the shift with its interval. */
export function describe(
  kind: VerdictKind,
  arms: Arms,
  findings: readonly Finding[],
  healed: Stretch | null,
  sign: 1 | -1,
  constants: WindowConstants,
): string {
  const size = sizeOf(arms, sign, constants);
  if (kind === 'fail') {
    const words = findings
      .filter(found)
      .map((finding) => wordsOf(finding, arms.ofMissing ? 'failures higher' : sign > 0 ? 'higher' : 'lower'));
    return `${words.join('; ')}; ${size}`;
  }
  if (kind === 'inconclusive')
    return `the unchanged side has none of it and the changed side has, too seldom to tell; ${size}`;
  const over =
    healed === null ? '' : `a bad stretch of ${healed.to - healed.from} samples is over and what followed is clean; `;
  return `${over}no harm found; ${size}`;
}

/** A finding in words; `way`: what the metric is. */
export function wordsOf(finding: Finding, way: string): string {
  const chance = `chance ${finding.chance < 1e-6 ? 'below 0.000001' : figure(finding.chance)} if nothing had changed`;
  const by = Number.isFinite(finding.effect) ? ` by ${percent(finding.effect)}` : ' than none';
  switch (finding.contrast) {
    case 'location':
      return `${way}${by} over the whole window (${chance})`;
    case 'late':
      return `${way}${by} at the end of the window (${chance})`;
    case 'scale':
      return `${Number.isFinite(finding.effect) ? `${figure(finding.effect)} times the spread` : 'unrest against a constant'} (${chance})`;
    case 'tail':
      return `${figure(finding.effect)} spikes that the unchanged side's spread does not explain (${chance})`;
    case 'together':
      return `no metric alone, but together they are ${way}${by} on average (${chance})`;
  }
}

/** Hodges and Lehmann's shift, relative to the control's mean, with its interval. */
function sizeOf(arms: Arms, sign: 1 | -1, constants: WindowConstants): string {
  const [x, y] = [ascending(arms.experiment), ascending(arms.control)];
  const level = Math.abs(mean(y));
  const shift = shiftInterval(
    x,
    y,
    constants.confidence,
    1e-6 * Math.max(deviation(x), deviation(y), Number.MIN_VALUE),
  );
  if (shift === null || level === 0) return 'size of the shift not known';
  const [ratio, a, b] = [shift.estimate, shift.low, shift.high].map((by) => 1 + (sign * by) / level) as [
    number,
    number,
    number,
  ];
  return (
    `level ${figure(ratio)} times the unchanged side's ` +
    `(${percent(constants.confidence)} interval ${figure(Math.min(a, b))} to ${figure(Math.max(a, b))})`
  );
}
