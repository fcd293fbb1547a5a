import { GraywaveError } from '../errors.js';

/** Values that stand in the environment and not in a file, and texts that must not show them. */
export const isReference = (text: string): boolean => /^env:[A-Za-z_]\w*$/.test(text);

export function isHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && password === '';
}

/** What a reference stands for. Throws CONFIG_INVALID when the variable is not set; `what` says what it is for. */
export function resolved(what: string, text: string): string {
  const variable = text.slice('env:'.length);
  const value = process.env[variable];
  if (value === undefined || value === '') {
    throw new GraywaveError(
      'CONFIG_INVALID',
      `${what} refers to the environment variable ${variable}, which is not set`,
    );
  }
  return value;
}

/** The same for every value of a map. */
export const resolvedAll = (what: string, references: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(references).map(([name, text]) => [name, resolved(`${what} ${name}`, text)]));

/** What could be secret of a request: everything behind the host, and the values of headers. */
export function secretsOf(url: string, headers: Record<string, string>): string[] {
  const { pathname, search, searchParams, hash } = new URL(url);
  const behindHost = [
    `${pathname}${search}${hash}`,
    pathname,
    ...pathname.split('/'),
    search,
    ...searchParams.values(),
    hash,
  ];
  const ofHeaders = Object.values(headers).flatMap((value) => [value, ...value.split(/\s+/)]);
  return [...behindHost, ...ofHeaders];
}

/** Shorter ones are words like `v2` and `api`, which are no secret and stand in every message. */
const shortestSecret = 5;
const longestShown = 200;

/** One line of a foreign text for a message: without secrets, without control characters, short. */
export function shownSafely(text: string, secrets: readonly string[]): string {
  const longestFirst = secrets.filter(({ length }) => length >= shortestSecret).sort((a, b) => b.length - a.length);
  const clean = longestFirst.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
  const line = clean.replaceAll(/[\s\p{Cc}\p{Cf}\p{Surrogate}]+/gu, ' ').trim();
  return line.length > longestShown ? `${line.slice(0, longestShown)}…` : line;
}
