import { type Node, parsePattern, refuse, type Test } from './pattern-syntax.js';

/*
 * Label patterns of a spec, evaluated here and nowhere else, so that every source means the same by them. A subset of
 * RE2 syntax, anchored at both ends, run as a set of states over the text (Thompson 1968): time is length × pattern
 * size whatever the pattern, so no pattern can hang a worker.
 */

type Step = { op: 'test'; test: Test } | { op: 'split'; to: number[] } | { op: 'match' };

const maxSteps = 5_000;
const compiled = new Map<string, (value: string) => boolean>();

/** Throws GraywaveError SPEC_INVALID for what is not in the subset (look-around, back-references, flags, `\b`). */
export function matcher(pattern: string): (value: string) => boolean {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  const steps: Step[] = [];
  emit(parsePattern(pattern), steps, pattern);
  steps.push({ op: 'match' });
  const answers = new Map<string, boolean>();
  const match = (value: string): boolean => {
    const answer = answers.get(value) ?? run(steps, value);
    if (answers.size < 1_000) answers.set(value, answer);
    return answer;
  };
  if (compiled.size >= 1_000) compiled.clear();
  compiled.set(pattern, match);
  return match;
}

function run(steps: Step[], value: string): boolean {
  let states = new Set<number>();
  enter(steps, 0, states);
  for (const char of value) {
    const code = char.codePointAt(0) ?? 0;
    const following = new Set<number>();
    for (const at of states) {
      const step = steps[at];
      if (step?.op === 'test' && step.test(code)) enter(steps, at + 1, following);
    }
    if (following.size === 0) return false;
    states = following;
  }
  return states.has(steps.length - 1);
}

function enter(steps: Step[], start: number, states: Set<number>): void {
  const todo = [start];
  for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
    if (states.has(at)) continue;
    states.add(at);
    const step = steps[at];
    if (step?.op === 'split') todo.push(...step.to);
  }
}

function emit(node: Node, steps: Step[], pattern: string): void {
  if (steps.length > maxSteps) refuse(pattern, 'is too large');
  switch (node.kind) {
    case 'test':
      steps.push({ op: 'test', test: node.test });
      return;
    case 'seq':
      for (const part of node.nodes) emit(part, steps, pattern);
      return;
    case 'alt': {
      const split: number[] = [];
      steps.push({ op: 'split', to: split });
      const ends: number[][] = [];
      for (const part of node.nodes) {
        split.push(steps.length);
        emit(part, steps, pattern);
        const end: number[] = [];
        ends.push(end);
        steps.push({ op: 'split', to: end });
      }
      for (const end of ends) end.push(steps.length);
      return;
    }
    case 'repeat': {
      for (let i = 0; i < node.min; i += 1) emit(node.node, steps, pattern);
      if (node.max === Infinity) {
        const start = steps.length;
        const split: number[] = [start + 1];
        steps.push({ op: 'split', to: split });
        emit(node.node, steps, pattern);
        steps.push({ op: 'split', to: [start] });
        split.push(steps.length);
        return;
      }
      const skips: number[][] = [];
      for (let i = node.min; i < node.max; i += 1) {
        const split: number[] = [steps.length + 1];
        skips.push(split);
        steps.push({ op: 'split', to: split });
        emit(node.node, steps, pattern);
      }
      for (const skip of skips) skip.push(steps.length);
      return;
    }
    default:
      return node satisfies never;
  }
}
