import { setTimeout as sleep } from 'node:timers/promises';
import { knob } from './self.js';

/**
 * How a version behaves, told by its environment in the fleet file:
 * WORK_MS, WORK_SIGMA (lognormal work of a request), ERROR_SHARE (requests answered 500), CRASH_AFTER_SECONDS (dies
 * without a word), LEAK_BYTES (kept for each request), START_DELAY_SECONDS (late to listen; -1: never), ABRUPT_END (1:
 * asked to end, it drops what is in flight), FAULT_SWITCH (1: `PUT /fault?share=0.5` sets the ERROR_SHARE from then on).
 */
const workMs = knob('WORK_MS', 0);
const workSigma = knob('WORK_SIGMA', 0.4);
let errorShare = knob('ERROR_SHARE', 0);
const crashAfterSeconds = knob('CRASH_AFTER_SECONDS', 0);
const leakBytes = knob('LEAK_BYTES', 0);
const abruptEnd = knob('ABRUPT_END', 0);
const startDelaySeconds = knob('START_DELAY_SECONDS', 0);
const faultSwitch = knob('FAULT_SWITCH', 0);

const leaked: string[] = [];

/** The request's own work. Throws for the share of requests that this version fails. */
export async function work(): Promise<void> {
  if (leakBytes > 0) leaked.push(`${leaked.length}`.padEnd(leakBytes, '.').slice(1));
  if (workMs > 0) await sleep(roundAtRandom(workMs * Math.exp(workSigma * normal())));
  if (Math.random() < errorShare) throw new Error('fault');
}

/** Sets the share of requests that fail from now on; false for a version that has no such switch, or for no share. */
export function switchFault(share: number): boolean {
  if (faultSwitch === 0 || !(share >= 0 && share <= 1)) return false;
  errorShare = share;
  return true;
}

/** Before listening. */
export async function startUp(): Promise<void> {
  if (abruptEnd > 0) process.once('SIGTERM', () => process.exit(1));
  if (startDelaySeconds < 0) await new Promise(() => setInterval(() => undefined, 60_000));
  if (startDelaySeconds > 0) await sleep(startDelaySeconds * 1000);
  if (crashAfterSeconds > 0) setTimeout(() => process.kill(process.pid, 'SIGKILL'), crashAfterSeconds * 1000);
}

/** Timers have whole milliseconds; rounding at random keeps the mean. */
function roundAtRandom(ms: number): number {
  return Math.floor(ms + Math.random());
}

function normal(): number {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}
