/**
 * Foreign words for places where people read. Titles come from specs: they may not ping anybody, lead anywhere, or turn
 * the direction of the line.
 */
const zeroWidth = '\u200b';
const newline = '\n';

/** Without control characters, marks of direction and broken halves of letters; newlines stay. */
export const plain = (text: string): string =>
  text
    .replaceAll(/\r\n?/g, newline)
    .replaceAll(/[^\P{Cc}\n]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, ' ')
    .replaceAll(/\p{Surrogate}/gu, '\ufffd');

/** Mentions and links of Slack, Mattermost and Discord fall apart, and still read the same. */
export const defused = (text: string): string =>
  plain(text).replaceAll(/[@<]|:(?=\/\/)|\](?=\()|\bwww(?=\.)/gi, (sign) => `${sign}${zeroWidth}`);

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** By Slack's rules for text: these three signs are escaped, and nothing else; cut where it would grow too long. */
export function slackText(text: string, longest: number): string {
  let out = '';
  for (const letter of defused(text)) {
    const piece = entities[letter] ?? letter;
    if (out.length + piece.length >= longest) return `${out}…`;
    out += piece;
  }
  return out;
}

/** At most so many letters, and none of them half. */
export function cut(text: string, longest: number): string {
  const letters = Array.from(text);
  return letters.length > longest ? `${letters.slice(0, longest - 1).join('')}…` : text;
}
