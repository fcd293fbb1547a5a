/** Placeholders of the rivals' templates: `{{args.x}}`, `{{ namespace }}`, `${scope}`. */
export type Placeholders = Readonly<Record<string, string>>;

const braces = /\{\{\s*([\w.-]+)\s*\}\}|\$\\?\{\s*([\w.-]+)\s*\}/g;

/** The text with what is known put in, and the names of what is not. */
export function filled(text: string, values: Placeholders): { text: string; open: string[] } {
  const open = new Set<string>();
  const put = text.replaceAll(braces, (whole, inBraces?: string, inDollar?: string) => {
    const name = inBraces ?? inDollar ?? '';
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) open.add(name);
    return value ?? whole;
  });
  return { text: put, open: [...open] };
}
