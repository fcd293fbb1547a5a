import { GraywaveError } from '../errors.js';
import type { JudgeState } from './state.js';
import type { Sample } from './level/difference.js';
import type { Count, JudgeSettings, LevelCell, Look } from './types.js';

/**
 * Refuses a look that cannot be folded. A broken count is an error of the source, not a zero: folded, one NaN would
 * silence a stream for the rest of the change.
 *
 * @throws GraywaveError SOURCE_ANSWER naming stream, arm and number; RangeError when the caller's sequence, wave or
 *   times are impossible, or the look continues from another look than the state.
 */
export function checkLook(settings: JudgeSettings, state: JudgeState, look: Look): void {
  if (!Number.isSafeInteger(look.seq)) throw new RangeError(`look: seq is ${look.seq}; expected a whole number`);
  if (look.after !== state.seq) {
    const where = `look ${look.seq} continues from look ${look.after}`;
    throw new RangeError(`${where}, but the state is as of look ${state.seq}; fold the chain of looks`);
  }
  if (!(Number.isSafeInteger(look.wave) && look.wave >= 1 && look.wave >= state.wave)) {
    throw new RangeError(`look ${look.seq}: wave is ${look.wave} after wave ${state.wave}; waves do not run backwards`);
  }
  if (!(Number.isFinite(look.fromMs) && Number.isFinite(look.toMs) && look.fromMs <= look.toMs)) {
    throw new RangeError(`look ${look.seq}: from ${look.fromMs} to ${look.toMs} ms is no interval`);
  }
  if (look.error !== null) return;
  checkTargets(look.seq, 'changed', look.canary.targets);
  checkTargets(look.seq, 'unchanged', look.baseline.targets);
  for (const cell of look.cells) {
    if (!settings.streams.some((stream) => stream.name === cell.stream)) {
      throw new GraywaveError('SOURCE_ANSWER', `look ${look.seq}: nobody asked for stream ${cell.stream}`);
    }
    const wrong = wrongCount(cell.canary, 'changed') ?? wrongCount(cell.baseline, 'unchanged');
    if (wrong !== null) throw new GraywaveError('SOURCE_ANSWER', `look ${look.seq}: ${cell.stream}, ${wrong}`);
  }
  for (const cell of look.levels ?? []) checkLevel(settings, look.seq, cell);
}

function checkLevel(settings: JudgeSettings, seq: number, { stream, canary, baseline }: LevelCell): void {
  if (!settings.levels?.some(({ name }) => name === stream)) {
    throw new GraywaveError('SOURCE_ANSWER', `look ${seq}: nobody asked for the level ${stream}`);
  }
  const wrong = wrongSample(canary, 'changed') ?? wrongSample(baseline, 'unchanged');
  if (wrong !== null) throw new GraywaveError('SOURCE_ANSWER', `look ${seq}: ${stream}, ${wrong}`);
}

/** What is wrong with the values of one arm, or null. */
function wrongSample({ n, mean, variance }: Sample, arm: string): string | null {
  if (!isCount(n)) return `${arm}: ${n} targets; expected a whole number, 0 or more`;
  if (!Number.isFinite(mean)) return `${arm}: the mean is ${mean}; expected a number`;
  return variance >= 0 && variance < Infinity ? null : `${arm}: the variance is ${variance}; expected 0 or more`;
}

function checkTargets(seq: number, arm: string, targets: number): void {
  if (isCount(targets)) return;
  throw new RangeError(`look ${seq}: ${targets} ${arm} targets; expected a whole number`);
}

/** What is wrong with a count, or null. */
function wrongCount({ exposure, bad }: Count, arm: string): string | null {
  if (!isCount(exposure)) return `${arm}: exposure is ${exposure}; expected a whole number, 0 or more`;
  if (!isCount(bad)) return `${arm}: bad is ${bad}; expected a whole number, 0 or more`;
  return bad > exposure ? `${arm}: ${bad} bad events among ${exposure}` : null;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
