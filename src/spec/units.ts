/** The units of a spec, as text. One number, one unit, nothing between them: what is read is what was written. */
const secondsPer: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };

export const durationPattern = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)$/;
export const percentPattern = /^(\d{1,5}(?:\.\d{1,6})?)%$/;
export const timesPattern = /^(\d{1,5}(?:\.\d{1,6})?)x$/;
export const shiftPattern = /^([+-]\d{1,5}(?:\.\d{1,6})?)%$/;
export const quantilePattern = /^p(\d{1,2}(?:\.\d{1,3})?)$/;

/** Drops what binary fractions leave behind: 14.4 × .1 is 1.44, not 1.4400000000000002. */
export const round = (value: number): number => Number(value.toPrecision(12));

/** `30s`, `1.5m`, `500ms` → seconds; null when it is none. */
export function durationSeconds(text: string): number | null {
  const match = durationPattern.exec(text);
  const scale = match?.[2] === undefined ? undefined : secondsPer[match[2]];
  return match === null || scale === undefined ? null : round(Number(match[1]) * scale);
}

const hundredths = (pattern: RegExp, text: string): number | null => {
  const match = pattern.exec(text);
  return match === null ? null : round(Number(match[1]) / 100);
};

/** `25%` → .25; null when it is none. May be above 1: a share has its own limit, a tolerance another. */
export const percent = (text: string): number | null => hundredths(percentPattern, text);

/** `+10%` → .1, `-5%` → -.05; null when it is none. The sign is required: `10%` is a share. */
export const shift = (text: string): number | null => hundredths(shiftPattern, text);

/** `p95` → .95; null when it is none. */
export const quantile = (text: string): number | null => hundredths(quantilePattern, text);

/** `3x` → 3; null when it is none. */
export function times(text: string): number | null {
  const match = timesPattern.exec(text);
  return match === null ? null : Number(match[1]);
}

/** Seconds as a person would write them: 90 → `90s`, 600 → `10m`. */
export function durationText(seconds: number): string {
  for (const unit of ['d', 'h', 'm'] as const) {
    const count = seconds / (secondsPer[unit] ?? 1);
    if (count >= 1 && Number.isInteger(count)) return `${count}${unit}`;
  }
  return seconds >= 1 || seconds === 0 ? `${seconds}s` : `${round(seconds * 1000)}ms`;
}

/** .125 → `12.5%`, with as many digits as a person needs. */
export const percentText = (share: number): string => `${Number((share * 100).toFixed(2))}%`;

/** .95 → `p95`. */
export const quantileText = (value: number): string => `p${round(value * 100)}`;
