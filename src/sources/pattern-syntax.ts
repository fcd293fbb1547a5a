import { GraywaveError } from '../errors.js';

/** Says whether one code point goes here. */
export type Test = (code: number) => boolean;

export type Node =
  | { kind: 'test'; test: Test }
  | { kind: 'seq'; nodes: Node[] }
  | { kind: 'alt'; nodes: Node[] }
  | { kind: 'repeat'; node: Node; min: number; max: number };

const maxLength = 500;
const maxRepeat = 1_000;

/** The tree of an anchored pattern. Throws GraywaveError SPEC_INVALID for what is not in the subset. */
export function parsePattern(pattern: string): Node {
  return new Parser(pattern).parse();
}

export function refuse(pattern: string, why: string): never {
  throw new GraywaveError('SPEC_INVALID', `pattern ${JSON.stringify(pattern.slice(0, 80))} ${why}`);
}

const isDigit: Test = (c) => c >= 48 && c <= 57;
const isWord: Test = (c) => isDigit(c) || c === 95 || (c >= 65 && c <= 90) || (c >= 97 && c <= 122);
const isSpace: Test = (c) => c === 32 || c === 9 || c === 10 || c === 12 || c === 13;
const not =
  (test: Test): Test =>
  (c) =>
    !test(c);
const classes: Record<string, Test> = {
  d: isDigit,
  D: not(isDigit),
  w: isWord,
  W: not(isWord),
  s: isSpace,
  S: not(isSpace),
};
const controls: Record<string, number> = { n: 10, t: 9, r: 13, f: 12, v: 11 };

class Parser {
  private at = 0;
  private readonly chars: string[];

  constructor(private readonly pattern: string) {
    if (pattern.length > maxLength) refuse(pattern, `is longer than ${maxLength} characters`);
    this.chars = Array.from(pattern);
  }

  parse(): Node {
    if (this.peek() === '^') this.at += 1;
    if (this.chars.at(-1) === '$' && this.chars.at(-2) !== '\\') this.chars.pop();
    const node = this.alternatives();
    if (this.at < this.chars.length) refuse(this.pattern, `has an unexpected ${this.peek()} at ${this.at + 1}`);
    return node;
  }

  private peek(): string | undefined {
    return this.chars[this.at];
  }

  private take(): string {
    const char = this.chars[this.at];
    if (char === undefined) refuse(this.pattern, 'ends too early');
    this.at += 1;
    return char;
  }

  private alternatives(): Node {
    const nodes = [this.sequence()];
    while (this.peek() === '|') {
      this.at += 1;
      nodes.push(this.sequence());
    }
    return nodes.length === 1 && nodes[0] !== undefined ? nodes[0] : { kind: 'alt', nodes };
  }

  private sequence(): Node {
    const nodes: Node[] = [];
    for (let char = this.peek(); char !== undefined && char !== '|' && char !== ')'; char = this.peek()) {
      nodes.push(this.repeated(this.atom()));
    }
    return { kind: 'seq', nodes };
  }

  private repeated(node: Node): Node {
    const char = this.peek();
    const counted = char === '{' ? this.count() : null;
    const [min, max] =
      counted ?? (char === '*' ? [0, Infinity] : char === '+' ? [1, Infinity] : [0, char === '?' ? 1 : 0]);
    if (max === 0 && counted === null) return node;
    if (counted === null) this.at += 1;
    // Lazy or greedy is one: only whether the whole matches is asked.
    if (this.peek() === '?') this.at += 1;
    const following = this.peek();
    if (following !== undefined && '*+?'.includes(following)) refuse(this.pattern, 'repeats a repetition');
    return { kind: 'repeat', node, min, max };
  }

  private count(): [number, number] | null {
    const found = /^\{(\d{1,4})(,(\d{0,4}))?\}/.exec(this.chars.slice(this.at, this.at + 12).join(''));
    if (found === null) return null;
    const min = Number(found[1]);
    const max = found[2] === undefined ? min : found[3] === '' ? Infinity : Number(found[3]);
    if (max < min || min > maxRepeat || (max > maxRepeat && max !== Infinity))
      refuse(this.pattern, 'repeats too often');
    this.at += found[0].length;
    return [min, max];
  }

  private atom(): Node {
    const char = this.take();
    if (char === '(') return this.group();
    if (char === '[') return { kind: 'test', test: this.set() };
    if (char === '.') return { kind: 'test', test: (c) => c !== 10 };
    if (char === '\\') return { kind: 'test', test: this.escape() };
    if ('*+?^$'.includes(char)) refuse(this.pattern, `has a ${char} where nothing goes before or after it`);
    return { kind: 'test', test: is(char) };
  }

  private group(): Node {
    if (this.peek() === '?') {
      this.at += 1;
      if (this.take() !== ':') refuse(this.pattern, 'uses a group other than ( ) and (?: )');
    }
    const node = this.alternatives();
    if (this.take() !== ')') refuse(this.pattern, 'has a group that is not closed');
    return node;
  }

  private escape(): Test {
    const char = this.take();
    const known = Object.hasOwn(classes, char) ? classes[char] : undefined;
    if (known !== undefined) return known;
    const control = Object.hasOwn(controls, char) ? controls[char] : undefined;
    if (control !== undefined) return (c) => c === control;
    if (/[A-Za-z0-9]/.test(char)) refuse(this.pattern, `uses \\${char}, which is not supported`);
    return is(char);
  }

  private set(): Test {
    const tests: Test[] = [];
    const negated = this.peek() === '^';
    if (negated) this.at += 1;
    for (let first = true; first || this.peek() !== ']'; first = false) {
      const char = this.take();
      if (char === '[' && this.peek() === ':') refuse(this.pattern, 'uses a named class');
      if (char === '\\') {
        tests.push(this.escape());
        continue;
      }
      if (this.peek() !== '-' || this.chars[this.at + 1] === ']') {
        tests.push(is(char));
        continue;
      }
      this.at += 1;
      const [from, to] = [char.codePointAt(0) ?? 0, this.take().codePointAt(0) ?? 0];
      if (to < from || to === 92) refuse(this.pattern, 'has a range that is upside down');
      tests.push((c) => c >= from && c <= to);
    }
    this.at += 1;
    return (c) => tests.some((test) => test(c)) !== negated;
  }
}

function is(char: string): Test {
  const code = char.codePointAt(0);
  return (c) => c === code;
}
