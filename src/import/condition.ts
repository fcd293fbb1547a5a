/** Conditions of Argo Rollouts on a measured value (the expr language), as the set of values that they are true of. */
import { and, always, compared, type Comparison, holds, not, or, type Truth } from './numbers.js';

/** Thrown inside; `truthOf` gives its message. */
class Beyond extends Error {}

type Part =
  | { is: 'number'; value: number }
  /** The measured value, or one of its list; `otherwise`: what stands for it without data. */
  | { is: 'value'; otherwise: number | null }
  | { is: 'length' }
  | { is: 'nil' }
  | { is: 'truth'; truth: Truth };

/**
 * What a condition such as `result[0] >= 0.95`, `all(result, # < 1)` or `default(result, 0) < 0.05` is true of. Gives the
 * reason when it says more than a set of numbers can.
 */
export function truthOf(condition: string): { truth: Truth } | { beyond: string } {
  try {
    return { truth: new Parser(tokensOf(condition)).whole() };
  } catch (error) {
    if (error instanceof Beyond) return { beyond: error.message };
    throw error;
  }
}

const token =
  /\s*(?:(\d+(?:\.\d+)?(?:e[+-]?\d+)?)|([A-Za-z_]\w*)|(&&|\|\||==|!=|<=|>=|[<>!#()[\],{}.+\-*/%?:])|("[^"]*"|'[^']*'))/y;

/** Longer ones are no conditions that a person wrote; the parser descends once for each bracket. */
const longest = 1_000;

function tokensOf(text: string): string[] {
  if (text.length > longest) throw new Beyond(`it is longer than ${longest} characters`);
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.trimEnd().length) {
    const from = token.lastIndex;
    const match = token.exec(text);
    if (match === null) throw new Beyond(`\`${text.slice(from).trim()}\` cannot be read`);
    tokens.push(match[0].trim());
  }
  return tokens;
}

const comparisons: readonly string[] = ['<', '<=', '>', '>=', '==', '!='];
const mirrored: Record<Comparison, Comparison> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '==': '==', '!=': '!=' };

class Parser {
  private at = 0;

  constructor(private readonly tokens: readonly string[]) {}

  whole(): Truth {
    const truth = this.either();
    if (this.peek() !== undefined) throw new Beyond(`\`${this.peek()}\` stands where the condition should end`);
    return truth;
  }

  private either(): Truth {
    let truth = this.both();
    while (this.take('||') || this.take('or')) truth = or(truth, this.both());
    return truth;
  }

  private both(): Truth {
    let truth = this.comparison();
    while (this.take('&&') || this.take('and')) truth = and(truth, this.comparison());
    return truth;
  }

  private comparison(): Truth {
    if (this.take('!') || this.take('not')) return not(this.comparison());
    const left = this.part();
    const operator = this.peek();
    if (operator === undefined || !comparisons.includes(operator)) {
      if (left.is === 'truth') return left.truth;
      if (operator !== undefined && '+-*/%'.includes(operator)) throw new Beyond(`it calculates with \`${operator}\``);
      throw new Beyond('a value stands where a condition should');
    }
    this.at += 1;
    return relate(left, operator as Comparison, this.part());
  }

  private part(): Part {
    const next = this.peek();
    if (next === undefined) throw new Beyond('it ends too early');
    this.at += 1;
    if (next === '(') {
      const truth = this.either();
      this.expect(')');
      return { is: 'truth', truth };
    }
    if (next === '-') return { is: 'number', value: -this.numeral() };
    if (/^\d/.test(next)) return { is: 'number', value: Number(next) };
    if (next === 'true' || next === 'false') return { is: 'truth', truth: always(next === 'true') };
    if (next === 'nil') return { is: 'nil' };
    if (next === '#') return { is: 'value', otherwise: null };
    if (next === 'result') return this.result();
    if (/^["']/.test(next)) throw new Beyond('it compares with text, not with a number');
    if (this.take('(')) return this.call(next);
    throw new Beyond(`\`${next}\` is not the measured value, a number or a known function`);
  }

  private result(): Part {
    if (this.take('.')) throw new Beyond('it looks into fields of the answer');
    if (this.take('[')) {
      if (this.peek() !== '0') throw new Beyond(`it looks at \`result[${this.peek()}]\`, not at the first value`);
      this.at += 1;
      this.expect(']');
    }
    return { is: 'value', otherwise: null };
  }

  private call(name: string): Part {
    switch (name) {
      case 'asFloat':
        return this.closed(this.part());
      case 'default': {
        const value = this.part();
        this.expect(',');
        const otherwise = this.take('-') ? -this.numeral() : this.numeral();
        if (value.is !== 'value') throw new Beyond('default(…) is not of the measured value');
        return this.closed({ is: 'value', otherwise });
      }
      case 'len':
        this.part();
        return this.closed({ is: 'length' });
      case 'isNaN':
        return this.closed(this.about({ numbers: [], nan: true, noData: 'error' }));
      case 'isInf':
        return this.closed(
          this.about({ numbers: [infinity(-Infinity), infinity(Infinity)], nan: false, noData: 'error' }),
        );
      case 'isNil':
        return this.closed(this.about({ numbers: [], nan: false, noData: true }));
      case 'all':
        // Each value of the window is a measurement of its own here, so all of them is each of them, and all of none is true.
        this.part();
        this.expect(',');
        return this.closed({ is: 'truth', truth: { ...this.predicate(), noData: true } });
      default:
        throw new Beyond(`the function \`${name}\` is not known here`);
    }
  }

  private predicate(): Truth {
    if (!this.take('{')) return this.either();
    const truth = this.either();
    this.expect('}');
    return truth;
  }

  private about(truth: Truth): Part {
    const of = this.part();
    if (of.is !== 'value') throw new Beyond('a function is not asked of the measured value');
    return { is: 'truth', truth };
  }

  private closed(part: Part): Part {
    this.expect(')');
    return part;
  }

  private numeral(): number {
    const next = this.peek();
    if (next === undefined || !/^\d/.test(next)) throw new Beyond(`\`${next ?? ''}\` stands where a number should`);
    this.at += 1;
    return Number(next);
  }

  private peek(): string | undefined {
    return this.tokens[this.at];
  }

  private take(text: string): boolean {
    if (this.peek() !== text) return false;
    this.at += 1;
    return true;
  }

  private expect(text: string): void {
    if (!this.take(text)) throw new Beyond(`\`${text}\` is missing before \`${this.peek() ?? 'its end'}\``);
  }
}

const infinity = (at: number): Truth['numbers'][number] => ({ from: at, withFrom: true, to: at, withTo: true });

function relate(left: Part, operator: Comparison, right: Part): Truth {
  if (left.is === 'number' && right.is !== 'number') return relate(right, mirrored[operator], left);
  if (left.is === 'nil') return relate(right, operator, left);
  if (right.is === 'nil' && left.is === 'value') {
    const none: Truth = { numbers: [], nan: false, noData: true };
    if (operator === '==') return none;
    if (operator === '!=') return not(none);
  }
  if (right.is !== 'number') throw new Beyond('it compares with something that is no number');
  if (left.is === 'number') return always(holds(operator, left.value, right.value));
  if (left.is === 'length') return byLength(operator, right.value);
  if (left.is !== 'value') throw new Beyond('it compares a condition with a number');
  const noData = left.otherwise === null ? 'error' : holds(operator, left.otherwise, right.value);
  return { numbers: compared(operator, right.value), nan: operator === '!=', noData };
}

/** The answer has one value, or none. */
function byLength(operator: Comparison, number: number): Truth {
  const some = holds(operator, 1, number);
  return { ...always(some), noData: holds(operator, 0, number) };
}
