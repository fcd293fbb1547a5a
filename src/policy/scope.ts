import { type Level, levels } from '../spec/types.js';

/**
 * What a hold covers, as people write it and as it stands in the id `hold/<scope>`: `all`, `service/checkout`,
 * `region/eu`, `kind/schema` or `level/L3`.
 */
export type Scope = string;

const kinds = ['deploy', 'config', 'flag', 'schema', 'infra', 'traffic', 'experiment'];
const nameOf = /^[A-Za-z0-9][A-Za-z0-9._-]{0,100}$/;

export const scopeExamples = 'all, service/checkout, region/eu, kind/schema, level/L3';

/** Reads a scope; answers what is wrong with it instead of throwing. */
export function readScope(text: string): { scope: Scope } | { problem: string } {
  if (text === 'all') return { scope: text };
  const [kind = '', name = '', ...more] = text.split('/');
  const expected = `expected one of ${scopeExamples}`;
  if (more.length > 0 || name === '') return { problem: `"${text}" is no scope; ${expected}` };
  const known: Record<string, (value: string) => boolean> = {
    service: (value) => nameOf.test(value),
    region: (value) => nameOf.test(value),
    kind: (value) => kinds.includes(value),
    level: (value) => (levels as readonly string[]).includes(value),
  };
  const fits = Object.hasOwn(known, kind) ? known[kind] : undefined;
  if (fits === undefined) return { problem: `"${kind}" is no kind of scope; ${expected}` };
  if (!fits(name)) return { problem: `"${name}" is no ${kind} that a hold can cover; ${expected}` };
  return { scope: text };
}

/** Every scope that covers this change: a hold over any of them binds it. */
export function scopesOf(change: { services: string[]; type: string; level: Level; regions: string[] }): Scope[] {
  return [
    'all',
    ...change.services.map((name) => `service/${name}`),
    ...change.regions.map((name) => `region/${name}`),
    `kind/${change.type}`,
    `level/${change.level}`,
  ].filter((scope) => 'scope' in readScope(scope));
}
