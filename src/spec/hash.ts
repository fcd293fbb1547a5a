import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical.js';
import type { ChangeSpec } from './types.js';

/**
 * SHA-256, in hex, of the normalised spec: the same change however it was written (key order, YAML or JSON, defaults
 * written out or not). Approvals and grants are bound to it. Not for workflows: it needs `node:crypto`.
 */
export function specHash(spec: ChangeSpec): string {
  return createHash('sha256').update(canonicalJson(spec)).digest('hex');
}
