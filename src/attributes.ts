import type { NativeConnection } from '@temporalio/worker';
import { GraywaveError, messageOf } from './errors.js';
import { attributes } from './workflows/names.js';

/** `temporal.api.enums.v1.IndexedValueType`. */
const indexedValueType = { KEYWORD: 2, KEYWORD_LIST: 7 } as const;
const typeNames = { KEYWORD: 'Keyword', KEYWORD_LIST: 'KeywordList' } as const;

/**
 * Registers our search attributes where the server lets us. Where it does not, the worker must not start: a workflow
 * that uses an unregistered attribute hangs without a word. Throws ATTRIBUTES_MISSING with the exact command.
 */
export async function ensureAttributes(connection: NativeConnection, namespace: string): Promise<void> {
  const keys = Object.values(attributes);
  const known = await registered(connection, namespace);
  const missing = keys.filter(({ name }) => !known.has(name));
  if (missing.length === 0) return;
  try {
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(
        missing.map(({ name, type }) => [name, indexedValueType[type as 'KEYWORD']]),
      ),
    });
  } catch (cause) {
    const flags = missing.map(({ name, type }) => `--name ${name} --type ${typeNames[type as 'KEYWORD']}`).join(' ');
    throw new GraywaveError(
      'ATTRIBUTES_MISSING',
      `Namespace ${namespace} lacks search attributes, and the worker may not add them (${messageOf(cause)}). Run:\n  temporal operator search-attribute create --namespace ${namespace} ${flags}`,
      { cause },
    );
  }
  for (let tries = 0; tries < 100; tries++) {
    const now = await registered(connection, namespace);
    if (missing.every(({ name }) => now.has(name))) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new GraywaveError(
    'ATTRIBUTES_MISSING',
    `Namespace ${namespace} took the search attributes but does not list them yet.`,
  );
}

async function registered(connection: NativeConnection, namespace: string): Promise<Set<string>> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return new Set(Object.keys(customAttributes ?? {}));
}
