import { createHash } from 'node:crypto';
import type { Look } from '../judge/types.js';

/*
 * Lines of a cells file: `{"look":…,"prev":…,"hash":…}` with hash = sha256(prev + canonical look). A line stays when its
 * `prev` is the hash of the line that stayed before it, so the order of lines in the file decides between two writers,
 * and `seq` with `hash` of one line stands for everything up to it.
 */
export interface Head {
  seq: number;
  hash: string;
}

export interface Line {
  look: Look;
  prev: string;
  hash: string;
}

/** What the first line continues from: another change's file cannot be put in the place of this one's. */
export function genesis(changeId: string): Head {
  return { seq: 0, hash: sha256(changeId) };
}

export function makeLine(head: Head, look: Look): Line {
  return { look, prev: head.hash, hash: sha256(head.hash + canonical(look)) };
}

/** null: no line of ours, torn by a crash or damaged. */
export function parseLine(text: string): Line | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // Torn: what follows in the file decides whether anything is missing.
    return null;
  }
  if (typeof parsed !== 'object' || parsed === null) return null;
  const { look, prev, hash } = parsed as Partial<Line>;
  if (typeof look?.seq !== 'number' || typeof prev !== 'string' || typeof hash !== 'string') return null;
  return { look, prev, hash };
}

export function isGenuine(line: Line): boolean {
  return line.hash === sha256(line.prev + canonical(line.look));
}

/** Follows the file: the head after these lines, and the looks that stayed. Damage is passed over; `verify` names it. */
export function follow(head: Head, lines: string[]): { head: Head; looks: Look[] } {
  const looks: Look[] = [];
  let last = head;
  for (const text of lines) {
    const line = parseLine(text);
    if (line === null || line.prev !== last.hash || !isGenuine(line)) continue;
    last = { seq: Math.max(last.seq, line.look.seq), hash: line.hash };
    looks.push(line.look);
  }
  return { head: last, looks };
}

/**
 * 1-based number of the first line that was damaged, edited, moved or whose predecessor was taken out; null when all is
 * whole. Whole are also a line torn by a crash and one that lost a race: what stands after them does not build on them.
 */
export function verify(start: Head, lines: string[]): number | null {
  const heads = new Set([start.hash]);
  let last = start.hash;
  let unread: number | null = null;
  for (const [index, text] of lines.entries()) {
    if (text === '') continue;
    const line = parseLine(text);
    if (line === null) {
      unread ??= index + 1;
      continue;
    }
    if (!isGenuine(line)) return index + 1;
    if (line.prev !== last && !heads.has(line.prev)) return unread ?? index + 1;
    if (line.prev !== last) continue;
    last = line.hash;
    heads.add(last);
    unread = null;
  }
  return null;
}

/** JSON with sorted keys: one look has one text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
