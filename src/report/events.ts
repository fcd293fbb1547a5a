import type { StoryRecord } from './record.js';
import type { Span } from './span.js';

/** A vertical line on every chart over time. */
export interface Event {
  atMs: number;
  text: string;
  kind: 'wave' | 'rollback' | 'mark' | 'end';
}

/** Where waves begin, the rollback, the end, and what happened beside the change, in order of time. */
export function eventsOf(story: StoryRecord, span: Span): Event[] {
  const { waves, rollback } = story.status;
  const events: Event[] = [];
  for (const wave of waves)
    if (wave.startedMs !== null) events.push({ atMs: wave.startedMs, text: `wave ${wave.index}`, kind: 'wave' });
  if (rollback !== null) events.push({ atMs: rollback.startedMs, text: 'rollback', kind: 'rollback' });
  for (const mark of story.marks) events.push({ atMs: mark.atMs, text: mark.text, kind: 'mark' });
  events.push({ atMs: story.endedMs, text: 'end', kind: 'end' });
  return events.filter(({ atMs }) => atMs >= span.fromMs && atMs <= span.toMs).sort((a, b) => a.atMs - b.atMs);
}
