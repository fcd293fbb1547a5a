import type { CellStore } from '../cells/port.js';
import type { NoiseProfile } from '../judge/noise/profile.js';
import type { Journal } from '../journal/port.js';
import type { Metrics } from '../metrics.js';
import type { Notifier } from '../notify/notifier.js';
import type { Source } from '../sources/port.js';

/** How often the watcher looks: every `firstSeconds` at first, thinning out to every `everySeconds`. */
export interface LookPace {
  firstSeconds: number;
  everySeconds: number;
  /** Events of an instance within so many seconds after its start do not count. */
  warmupSeconds: number;
}

/** What our own activities need of the world; `worker.ts` wires it. */
export interface Ports {
  journal: Journal;
  cells: CellStore;
  sources: ReadonlyMap<string, Source>;
  pace: LookPace;
  /** Noise profiles that signals may name, beside `default`; absent: none. */
  noises?: ReadonlyMap<string, NoiseProfile>;
}

/** The same, whom to tell, and what is counted. */
export interface EnginePorts extends Ports {
  notifier: Notifier;
  metrics: Metrics;
}
