import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** Every page a user reads. */
export const pages: readonly string[] = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync('docs', { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort(),
];

export const textOf = (page: string): string => readFileSync(page, 'utf8');

export interface Block {
  page: string;
  /** What stands behind the opening fence. */
  language: string;
  text: string;
}

export function blocksOf(page: string): Block[] {
  return [...textOf(page).matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']) => ({
    page,
    language: language.trim(),
    text,
  }));
}

const prose = (page: string): string => textOf(page).replaceAll(/^```[\s\S]*?^```$/gm, '');

/** Anchors as GitHub makes them from headings. */
export function anchorsOf(page: string): Set<string> {
  const seen = new Map<string, number>();
  const anchors = new Set<string>();
  for (const [, heading = ''] of prose(page).matchAll(/^#{1,6} (.+)$/gm)) {
    const slug = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-');
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    anchors.add(times === 0 ? slug : `${slug}-${times}`);
  }
  return anchors;
}

/** Rows of the tables in a text, their cells without the formatter's padding. */
export const rowsOf = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .slice(1, line.lastIndexOf('|'))
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );

export interface Link {
  page: string;
  target: string;
  /** Path in the repository; the page itself for a bare anchor. */
  path: string;
  anchor: string | null;
}

/** Links and pictures that lead inside the repository. */
export function internalLinks(page: string): Link[] {
  return [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path = '', anchor = null] = target.split('#');
      return { page, target, path: path === '' ? page : normalize(join(dirname(page), path)), anchor };
    });
}

/** Names in an order of their own, for comparing sets of them. */
export const sorted = (names: Iterable<string | undefined>): string[] =>
  [...names].map(String).sort((a, b) => (a < b ? -1 : Number(a > b)));
