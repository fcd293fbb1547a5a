/** Numbers as an SRE reads them. No Intl: the sandbox's locale data must not change a stored sentence. */
import type { Count, StreamEvidence } from './types.js';

/** 1204 → `1,204`. */
export function whole(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** About three significant digits: 0.0123, 2.35, 23, 412, 12,345. */
export function figure(value: number): string {
  if (Math.abs(value) >= 99.5) return whole(value);
  const text = value.toPrecision(Math.abs(value) >= 10 ? 2 : 3);
  return text.includes('e') ? text : text.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');
}

/** e^log; powers of ten where digits would say nothing. */
export function evidence(log: number): string {
  if (log > Math.log(1e6)) return `10^${Math.floor(log / Math.LN10)}`;
  if (log < Math.log(1e-3)) return 'below 0.001';
  return figure(Math.exp(log));
}

/** A share in percent: 2.6%, 0.011%. */
export function percent(share: number): string {
  return `${figure(share * 100)}%`;
}

/** A small chance as it is written after α= and β=: .01. */
export function chance(value: number): string {
  return String(value).replace(/^0\./, '.');
}

export function plural(n: number, word: string): string {
  return `${whole(n)} ${word}${n === 1 ? '' : 's'}`;
}

/** At most five names. */
export function names(all: readonly string[]): string {
  const shown = all.slice(0, 5).join(', ');
  return all.length > 5 ? `${shown} and ${all.length - 5} more` : shown;
}

/** `31 of 1,204 changed requests were bad against 4 of 3,610 unchanged: ratio 23`. */
export function comparison(one: Pick<StreamEvidence, 'canary' | 'baseline' | 'ratio'>): string {
  const changed = `${of(one.canary)} changed requests were bad`;
  if (one.baseline.exposure === 0) return `${changed}, nothing unchanged to compare with`;
  const ratio = one.ratio === null ? '' : `: ratio ${figure(one.ratio)}`;
  return `${changed} against ${of(one.baseline)} unchanged${ratio}`;
}

export function of(count: Count): string {
  return `${whole(count.bad)} of ${whole(count.exposure)}`;
}
