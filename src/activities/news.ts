import type { Verdict } from '../judge/types.js';
import type { Beliefs, News } from './types.js';

/** A source counts as gone after so many looks and so long, whichever is later; one look may always fail. */
const downLooks = 3;
const downMs = 25_000;

/**
 * Compares what the workflow believes with what the looks show: it shall know when a source has gone or is back, and that
 * somebody looks again after nobody did, while a bake takes its hours. Answers nothing where it is right.
 */
export class Newsroom {
  private looks = 0;
  private sinceMs: number | null = null;

  constructor(private readonly believes: Beliefs | null) {}

  /** `stillSinceMs`: since when every counter has stood still, which took its time to be called so. */
  of(verdict: Verdict, nowMs: number, stillSinceMs: number | null): News | null {
    if (this.believes === null) return null;
    if (!this.believes.watched) return 'watched';
    if (verdict.kind !== 'error') {
      this.looks = 0;
      this.sinceMs = null;
      return this.believes.source ? null : 'source_back';
    }
    this.looks += 1;
    this.sinceMs ??= nowMs;
    const down =
      stillSinceMs === null
        ? this.looks >= downLooks && nowMs - this.sinceMs >= downMs
        : nowMs - stillSinceMs >= downMs;
    return down && this.believes.source ? 'source_down' : null;
  }
}
