/** One sentence for people, with the numbers that decided. */
import type { Part } from './types.js';

/** `byItself`: its own instances' evidence was enough; otherwise it was weighed against the other causes. */
export function failure(parts: readonly Part[], byItself: boolean, chance: number): string {
  const words = speaking(parts);
  return byItself ? words : `most likely cause of what fails (${Math.round(chance * 100)}%): ${words}`;
}

/** `served`: its changed instances have served requests. */
export function noFailure(parts: readonly Part[], served: boolean): string {
  const words = speaking(parts);
  if (words !== '') return `not enough to call it bad: ${words}`;
  return served ? 'nothing speaks against it' : 'its changed instances have served no request yet';
}

/** What speaks against the change, strongest first. */
function speaking(parts: readonly Part[]): string {
  const against = parts.filter(({ nats }) => nats > 0).toSorted((a, b) => b.nats - a.nats);
  return against.map(({ words }) => words).join('; ');
}
