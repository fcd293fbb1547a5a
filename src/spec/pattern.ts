const maxLength = 200;
const maxRepeats = 3;

/**
 * Why a regular expression of a spec cannot be used; null when it can. It runs in Prometheus (RE2) and in our own
 * process, so it must mean the same in both and be quick in ours: no look-around, no back-references, no repeated
 * groups, few repeats.
 */
export function patternFault(pattern: string): string | null {
  if (pattern.length > maxLength) return `longer than ${maxLength} characters`;
  const bare = pattern
    .replace(/\\[\s\S]/g, (escape) => (/[1-9k]/.test(escape.charAt(1)) ? '\\1' : '_'))
    .replace(/\[[^\]]*\]/g, '_');
  if (bare.includes('\\1')) return 'back-references are not allowed';
  if (/\(\?(?!:)/.test(bare)) return 'look-around, flags and named groups are not allowed';
  if (/\)[*+{]/.test(bare)) return 'a group may not be repeated';
  if ((bare.match(/[*+{]/g) ?? []).length > maxRepeats) return `more than ${maxRepeats} repeats`;
  try {
    new RegExp(`^(?:${pattern})$`, 'u');
    return null;
  } catch {
    return 'it does not compile';
  }
}
