/** A piece of the page. Only `html` makes one, so text from a spec cannot become markup. */
class Piece {
  constructor(readonly text: string) {}
}

export type Markup = Piece;
export type Value = string | number | Markup | null | readonly Value[];

/**
 * A template whose holes are escaped: text becomes text, numbers are rounded to hundredths (one that is no number
 * becomes nothing), lists are joined, null is nothing. What the template itself says is trusted.
 */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  let text = parts[0] ?? '';
  values.forEach((value, i) => {
    text += written(value) + (parts[i + 1] ?? '');
  });
  return new Piece(text);
}

export const nothing = html``;

function written(value: Value): string {
  if (value === null) return '';
  if (value instanceof Piece) return value.text;
  if (typeof value === 'string') return escaped(value);
  if (typeof value === 'number') return Number.isFinite(value) ? String(Math.round(value * 100) / 100) : '';
  return value.map(written).join('');
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Control characters and those that turn the writing direction around would let a text pose as another. */
const unseen = /(?![\t\n])[\p{Cc}\p{Bidi_Control}\ufeff]/gu;

function escaped(text: string): string {
  return text.replace(unseen, ' ').replace(/[&<>"']/g, (one) => entities[one] ?? '');
}
