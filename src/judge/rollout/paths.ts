/** Who calls whom, upwards. */
import type { RolloutInput } from './types.js';

/** Services that call it directly. */
export function callersOf(service: string, calls: RolloutInput['calls']): Set<string> {
  return new Set(calls.filter(([, callee]) => callee === service).map(([caller]) => caller));
}

/** Services that call it, directly or through others; a cycle of calls ends. */
export function ancestorsOf(service: string, calls: RolloutInput['calls']): Set<string> {
  const found = new Set<string>();
  const open = [service];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const caller of callersOf(next, calls)) {
      if (found.has(caller)) continue;
      found.add(caller);
      open.push(caller);
    }
  }
  return found;
}
