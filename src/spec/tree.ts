import { type Document as YamlDocument, isAlias, isMap, isScalar, isSeq, type Node, type Scalar } from 'yaml';
import type { Place } from '../errors.js';
import { SpecError, type SpecIssue } from './error.js';

export type Path = readonly (string | number)[];

/** Plain JSON of a parsed document, and the offset in the text of every value and key. */
export interface Tree {
  value: unknown;
  offset(path: Path, key: boolean): number;
  warnings: SpecIssue[];
}

const maxDepth = 32;
const maxNodes = 20_000;
const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype', '<<']);

/**
 * Turns nodes into plain JSON: aliases written out, with bounds on depth and on the number of values after that, so
 * that a bomb of aliases costs nothing. Throws SpecError with every duplicate key, strange key and strange value.
 */
export function plainTree(parsed: YamlDocument, at: (offset: number) => Place): Tree {
  const walk = new Walk(at);
  const value = walk.value(parsed.contents as Node | null, [], 0);
  if (walk.issues.length > 0) throw new SpecError('SPEC_INVALID', walk.issues);
  return { value, offset: (path, key) => walk.offset(path, key), warnings: walk.warnings };
}

const pathKey = (path: Path): string => JSON.stringify(path);

class Walk {
  readonly issues: SpecIssue[] = [];
  readonly warnings: SpecIssue[] = [];
  private nodes = 0;
  private readonly values = new Map<string, number>();
  private readonly keys = new Map<string, number>();
  private readonly anchors = new Map<string, Node>();
  private readonly open = new Set<Node>();

  constructor(private readonly at: (offset: number) => Place) {}

  offset(path: Path, key: boolean): number {
    for (let length = path.length; length >= 0; length--) {
      const known = pathKey(path.slice(0, length));
      const found = (key && length === path.length ? this.keys.get(known) : undefined) ?? this.values.get(known);
      if (found !== undefined) return found;
    }
    return 0;
  }

  value(node: Node | null, path: Path, depth: number, fallback = 0): unknown {
    const start = node?.range?.[0] ?? fallback;
    this.values.set(pathKey(path), start);
    this.nodes += 1;
    if (this.nodes > maxNodes) this.refuse(start, `too many values, aliases written out; expected at most ${maxNodes}`);
    if (depth > maxDepth) this.refuse(start, `too deeply nested; expected at most ${maxDepth} levels`);
    if (node === null) return null;
    if (isAlias(node)) return this.alias(node.source, start, path, depth);
    if ('anchor' in node && node.anchor !== undefined) this.anchors.set(node.anchor, node);
    this.open.add(node);
    const plain = this.content(node, path, depth, start);
    this.open.delete(node);
    return plain;
  }

  private content(node: Node, path: Path, depth: number, start: number): unknown {
    if (isScalar(node)) return this.scalar(node, start);
    if (isSeq(node))
      return node.items.map((item, i) => this.value(item as Node | null, [...path, i], depth + 1, start));
    if (!isMap(node)) return null;
    const plain: Record<string, unknown> = {};
    const seen = new Map<string, number>();
    for (const pair of node.items) {
      const key = pair.key as Node | null;
      const offset = key?.range?.[0] ?? start;
      const name = this.key(key, offset, seen);
      if (name === null) continue;
      seen.set(name, offset);
      this.keys.set(pathKey([...path, name]), offset);
      plain[name] = this.value(pair.value as Node | null, [...path, name], depth + 1, offset);
    }
    return plain;
  }

  /** The key's text; null, with an issue, when it cannot be one. */
  private key(key: Node | null, offset: number, seen: Map<string, number>): string | null {
    if (!isScalar(key) || typeof key.value === 'object') {
      return this.issue(offset, 'a key that is not text; expected a name', 'a name');
    }
    const name = typeof key.value === 'string' ? key.value : (key.source ?? JSON.stringify(key.value));
    if (name === '<<')
      return this.issue(offset, 'merge keys (<<) are not read; expected the keys themselves', 'a name');
    if (forbiddenKeys.has(name))
      return this.issue(offset, `the key ${JSON.stringify(name)} is not allowed`, 'another name');
    const first = seen.get(name);
    if (first !== undefined) {
      const line = this.at(first).line;
      return this.issue(
        offset,
        `${JSON.stringify(name)} stands twice (first in line ${line}); expected it once`,
        'it once',
      );
    }
    return name;
  }

  private scalar(node: Scalar, start: number): unknown {
    const value: unknown = node.value;
    if (value === undefined || value === null) return null;
    if (typeof value === 'bigint' || (typeof value === 'number' && !isExact(value))) {
      const written = node.source ?? String(value);
      return this.issue(
        start,
        `the number ${written} cannot be kept exactly; put it in quotes`,
        'a number JSON can keep',
      );
    }
    if (typeof value === 'number' && node.source !== undefined && node.source !== String(value)) {
      const message = `${node.source} is read as the number ${value}; put it in quotes if it is a version or a name`;
      this.warnings.push({ message, at: this.at(start), expected: 'text in quotes, or the number as it is read' });
    }
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
    return this.issue(start, 'a value that JSON does not have; put it in quotes', 'text, a number, true or false');
  }

  private alias(name: string, start: number, path: Path, depth: number): unknown {
    const target = this.anchors.get(name);
    if (target === undefined)
      return this.issue(start, `*${name} refers to nothing; expected an anchor &${name} above it`, 'an anchor');
    if (this.open.has(target))
      return this.issue(start, `*${name} contains itself`, 'an anchor that ends before this place');
    return this.value(target, path, depth, start);
  }

  private issue(offset: number, message: string, expected: string): null {
    if (this.issues.length < 20) this.issues.push({ message, at: this.at(offset), expected });
    return null;
  }

  private refuse(offset: number, message: string): never {
    const expected = message.split('expected ')[1] ?? '';
    throw new SpecError('SPEC_UNREADABLE', [{ message, at: this.at(offset), expected }]);
  }
}

/** Whole numbers past 2^53 and numbers without an end are not what was written. */
function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}
