/** The tables of docs/spec.md, made from the JSON Schema that `graywave schema` prints. */
interface Node {
  type?: string;
  const?: string;
  enum?: (string | number)[];
  pattern?: string;
  format?: string;
  description?: string;
  default?: unknown;
  required?: string[];
  properties?: Record<string, Node>;
  items?: Node;
  anyOf?: Node[];
  oneOf?: Node[];
}

/** What a pattern of the schema means in words; the units of a spec. */
const units: [of: RegExp, word: string][] = [
  [/ms\|s\|m\|h\|d/, 'duration'],
  [/^\^\(\[\+-\]/, 'shift (with sign)'],
  [/%\$$/, 'share'],
  [/x\$$/, 'ratio'],
  [/^\^p\(/, 'quantile'],
];

function typeOf(node: Node): string {
  if (node.const !== undefined) return `\`${node.const}\``;
  if (node.enum) return node.enum.map((value) => `\`${value}\``).join(', ');
  const either = node.anyOf ?? node.oneOf;
  if (either) return either.every((one) => one.properties) ? 'signal' : either.map(typeOf).join(' or ');
  if (node.type === 'array') return `list of ${node.items ? typeOf(node.items) : 'anything'}`;
  if (node.type === 'object') return 'map';
  if (node.format === 'date-time') return 'instant';
  if (node.type === 'integer') return 'whole number';
  if (node.type === 'boolean') return '`true` or `false`';
  return (
    units.find(([of]) => node.pattern && of.test(node.pattern))?.[1] ?? (node.type === 'number' ? 'number' : 'text')
  );
}

function rows(node: Node, before: string): string[] {
  const own = Object.entries(node.properties ?? {});
  return own.flatMap(([key, value]) => {
    const must = node.required?.includes(key) ? 'required' : '';
    const otherwise = value.default === undefined ? must : `\`${text(value.default)}\``;
    const meaning = (value.description ?? '').replaceAll('|', '\\|');
    const row = `| \`${before}${key}\` | ${typeOf(value)} | ${otherwise} | ${meaning} |`;
    const list = listOf(value);
    const inside = list ? rows(list, `${before}${key}[].`) : rows(value, `${before}${key}.`);
    return key === 'signals' ? [row] : [row, ...inside];
  });
}

/** The map that a list, or an alternative that is a list, consists of. */
const listOf = (node: Node): Node | undefined =>
  [node, ...(node.anyOf ?? [])].map((one) => one.items).find((items) => items?.properties !== undefined);

const text = (value: unknown): string => (Array.isArray(value) ? `[${value.join(', ')}]` : String(value));
const head = '| field | type | default | meaning |\n|---|---|---|---|';

/** Name of a table → its Markdown. */
export function specTables(schema: object): Record<string, string> {
  const root = schema as Node;
  const kinds = root.properties?.['signals']?.items?.oneOf ?? [];
  const tables: Record<string, string> = { change: [head, ...rows(root, '')].join('\n') };
  for (const kind of kinds) {
    tables[`signal ${kind.properties?.['kind']?.const ?? ''}`] = [head, ...rows(kind, '')].join('\n');
  }
  return tables;
}

/** The page with each table between its markers replaced by the one made from the schema. */
export function withTables(page: string, tables: Record<string, string>): string {
  return page.replaceAll(
    /(<!-- table: ([a-z ]+) -->\n)[\s\S]*?(\n<!-- end -->)/g,
    (_all, begin: string, name: string, end: string) => `${begin}${tables[name] ?? `no table ${name}`}${end}`,
  );
}
