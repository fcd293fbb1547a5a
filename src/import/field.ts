import { GraywaveError } from '../errors.js';
import { pathText } from '../spec/issues.js';
import type { SourceDocument } from './documents.js';
import type { Carried, Left } from './types.js';

type Steps = readonly (string | number)[];

/** What became of the fields of all documents. Nobody may forget one: `finish` reports those that nothing was said of. */
export class Account {
  readonly carried: Carried[] = [];
  readonly left: Left[] = [];
  private readonly settled = new Set<string>();
  private readonly documents: SourceDocument[] = [];

  open(document: SourceDocument): Field {
    this.documents.push(document);
    return new Field(this, document, [], document.value);
  }

  /** A template that two metrics refer to is read twice, and told of once. */
  carry(field: Field, to: string): void {
    const path = this.pathOf(field);
    if (!this.carried.some((one) => one.path === path && one.to === to)) this.carried.push({ path, to });
    this.settle(field);
  }

  leave(field: Field, why: string, instead: string): void {
    const path = this.pathOf(field);
    const known = this.left.some((one) => one.path === path && one.why === why);
    if (!known) this.left.push({ path, at: field.document.locate(field.path), why, instead });
    this.settle(field);
  }

  /** Reports every value that was neither carried over nor left, by itself or with a map around it. */
  finish(): void {
    for (const document of this.documents) {
      const visit = (value: unknown, path: Steps): void => {
        if (this.settled.has(keyOf(document, path))) return;
        const inner = typeof value === 'object' && value !== null ? Object.entries(value) : [];
        for (const [key, one] of inner) visit(one, [...path, Array.isArray(value) ? Number(key) : key]);
        if (inner.length > 0 || path.length === 0) return;
        const why = 'not known here';
        const instead = 'nothing, if it does not bear on the verdict; else tell us of it';
        this.leave(new Field(this, document, path, value), why, instead);
      };
      visit(document.value, []);
    }
    this.left.sort((a, b) => (a.at.line ?? 0) - (b.at.line ?? 0) || (a.at.column ?? 0) - (b.at.column ?? 0));
  }

  private settle({ document, path }: Field): void {
    this.settled.add(keyOf(document, path));
  }

  private pathOf({ document, path }: Field): string {
    const text = pathText(path);
    if (this.documents.length < 2) return text;
    const kind = new Field(this, document, [], document.value).get('kind').text() ?? 'document';
    return `${kind} ${text}`;
  }
}

/** Offsets tell the documents of one file apart. */
const keyOf = (document: SourceDocument, path: Steps): string => {
  const { line, column } = document.locate([]);
  return `${document.file}:${line}:${column} ${JSON.stringify(path)}`;
};

/** A place in a document and what stands there; `get` of what is not there gives a field without a value. */
export class Field {
  constructor(
    private readonly account: Account,
    readonly document: SourceDocument,
    readonly path: Steps,
    readonly value: unknown,
  ) {}

  get there(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  get(...steps: Steps): Field {
    let value = this.value;
    for (const step of steps) {
      value =
        typeof value === 'object' && value !== null && Object.hasOwn(value, step)
          ? Reflect.get(value, step)
          : undefined;
    }
    return new Field(this.account, this.document, [...this.path, ...steps], value);
  }

  items(): Field[] {
    return Array.isArray(this.value) ? this.value.map((_: unknown, i) => this.get(i)) : [];
  }

  entries(): [string, Field][] {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
    return Object.keys(value).map((key) => [key, this.get(key)]);
  }

  /** Numbers and switches as text too: YAML writes versions and ports without quotes. */
  text(): string | undefined {
    const { value } = this;
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : undefined;
  }

  /** Its text on one line, as names and titles are; undefined when there is none. */
  line(): string | undefined {
    const text = this.text()
      ?.replaceAll(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
      .trim()
      .slice(0, 200);
    return text === '' ? undefined : text;
  }

  /** A number, also one in quotes. Throws DATA_INVALID for something else. */
  number(): number | undefined {
    if (!this.there) return undefined;
    const number = this.value === '' ? Number.NaN : Number(this.text());
    return Number.isFinite(number) ? number : this.wrong('expected a number');
  }

  flag(): boolean | undefined {
    if (!this.there) return undefined;
    return typeof this.value === 'boolean' ? this.value : this.wrong('expected true or false');
  }

  /** Go durations, also without a unit (seconds): `90`, `30s`, `1m30s`, `1h`. Throws DATA_INVALID. */
  seconds(): number | undefined {
    if (!this.there) return undefined;
    const text = this.text() ?? '';
    if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text);
    const units: Record<string, number> = { ms: 0.001, s: 1, m: 60, min: 60, h: 3600, d: 86_400 };
    const pieces = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|min|s|m|h|d)/g)];
    if (pieces.length === 0 || pieces.map(([all]) => all).join('') !== text)
      return this.wrong('expected a duration such as 1m30s');
    return pieces.reduce((sum, [, count, unit]) => sum + Number(count) * (units[unit ?? 's'] ?? 1), 0);
  }

  wrong(expected: string): never {
    const at = this.document.locate(this.path);
    const shown = JSON.stringify(this.value) ?? 'missing';
    const message = `${at.file}:${at.line}:${at.column}: ${pathText(this.path)} is ${shown}; ${expected}`;
    throw new GraywaveError('DATA_INVALID', message, { at });
  }

  /** Says where its value is now, and gives the field back. */
  carried(to: string): this {
    if (this.value !== undefined) this.account.carry(this, to);
    return this;
  }

  left(why: string, instead: string): this {
    if (this.value !== undefined) this.account.leave(this, why, instead);
    return this;
  }

  /** Every one of these keys that is there; for keys that mean the same to us. */
  leaveEach(keys: readonly string[], why: string, instead: string): void {
    for (const key of keys) this.get(key).left(why, instead);
  }
}
