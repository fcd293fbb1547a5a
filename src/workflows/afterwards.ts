import type { ObserveRequest } from '../activities/types.js';
import { begin } from '../judge/judge.js';
import { observer } from './proxies.js';
import { type Run, show, type Touched } from './run.js';

/**
 * Watches the restored targets beside the untouched ones for a while, with fresh evidence. The world is restored either
 * way; harm that goes on now came from somewhere else, and the reason says so. Returns a sentence to add to it.
 */
export async function afterwards(run: Run, touched: Touched[]): Promise<string> {
  const seconds = run.input.spec.rollback.observeSeconds;
  const { settings, status, reporting } = run;
  if (!settings || seconds === 0 || status.streams.length === 0) return '';
  status.reason = `Rolled back and read back; watching the restored targets for ${seconds} s.`;
  show(run);
  const restored = new Set(touched.flatMap((entry) => entry.targets));
  const startedMs = Date.now();
  const request: ObserveRequest = {
    changeId: `${run.input.spec.id}/after`,
    wave: 1,
    streams: status.streams,
    settings,
    // No counters: what was counted before the revert is not the restored targets' doing.
    live: { seq: 0, judge: begin(settings), counters: null, lookMs: startedMs },
    arms: {
      canary: reporting.filter((id) => restored.has(id)),
      baseline: reporting.filter((id) => !restored.has(id)),
    },
    bake: {
      startedMs,
      minSeconds: seconds,
      overAtMs: startedMs + seconds * 1000,
      endsAtMs: startedMs + seconds * 1000,
    },
    passEnds: true,
    believes: null,
  };
  try {
    const { verdict } = await observer.observe.executeWithOptions(
      { summary: 'watch the restored targets', scheduleToCloseTimeout: seconds * 1000 + 30_000 },
      [request],
    );
    if (verdict.kind === 'fail')
      return ` The restored targets are still unwell (${verdict.reason}): the cause is likely elsewhere.`;
    if (verdict.kind === 'error') return ` The restored targets could not be watched: ${verdict.reason}`;
    return ' Watched afterwards: no harm seen.';
  } catch {
    return ' The restored targets could not be watched.';
  }
}
