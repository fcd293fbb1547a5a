import type { StoryRecord } from './record.js';
import { niceStep } from './scale.js';

/** The time all charts of one story share. */
export interface Span {
  fromMs: number;
  toMs: number;
  /** Times are written as time since this. */
  zeroMs: number;
}

/** Traffic is shown for so long before and after the change itself. */
const aroundMs = 20_000;

/** The change's own time, and what traffic there is shortly before and after. Never empty, whatever the record says. */
export function spanOf(story: StoryRecord): Span {
  const own = [story.startedMs, story.endedMs].filter(Number.isFinite);
  if (own.length === 0)
    own.push(
      ...story.requests
        .map((request) => request.atMs)
        .filter(Number.isFinite)
        .slice(0, 1),
    );
  const zeroMs = own.reduce((least, ms) => Math.min(least, ms), Infinity);
  if (!Number.isFinite(zeroMs)) return { fromMs: 0, toMs: 1000, zeroMs: 0 };
  const endMs = own.reduce((most, ms) => Math.max(most, ms), zeroMs);
  let fromMs = zeroMs;
  let toMs = Math.max(endMs, zeroMs + 1000);
  for (const { atMs } of story.requests) {
    if (atMs >= zeroMs - aroundMs && atMs < fromMs) fromMs = atMs;
    if (atMs <= endMs + aroundMs && atMs > toMs) toMs = atMs;
  }
  return { fromMs, toMs, zeroMs };
}

export interface TimeTick {
  atMs: number;
  text: string;
}

/** Round times since the start, at most `most` of them. */
export function timeTicks(span: Span, most: number): TimeTick[] {
  const length = (span.toMs - span.fromMs) / 1000;
  const step = timeStep(length / most);
  const unit =
    step >= 3600 ? { size: 3600, text: 'h' } : step >= 60 ? { size: 60, text: 'min' } : { size: 1, text: 's' };
  const ticks: TimeTick[] = [];
  const first = Math.ceil((span.fromMs - span.zeroMs) / 1000 / step - 1e-9);
  for (let i = first; ticks.length < most + 1; i++) {
    const atMs = span.zeroMs + i * step * 1000;
    if (atMs > span.toMs || !Number.isFinite(atMs)) break;
    ticks.push({ atMs, text: `${Math.round(((i * step) / unit.size) * 100) / 100 || 0} ${unit.text}` });
  }
  return ticks;
}

function timeStep(seconds: number): number {
  const steps = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400];
  return steps.find((step) => step >= seconds) ?? niceStep(seconds / 86_400) * 86_400;
}
