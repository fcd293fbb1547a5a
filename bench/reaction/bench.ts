import { Stage } from '../../examples/demo/stage.js';
import { quantile } from '../../examples/fleet/harm.js';
import { type Instants, partsOf, reactionOf } from './parts.js';
import { react } from './run.js';

export interface ReactionFigures {
  medianSeconds: number;
  p95Seconds: number;
}

export interface ReactionOptions {
  runs: number;
  tell: (line: string) => void;
  /** Aborted: everything is ended, and the bench rejects. */
  signal: AbortSignal;
}

const requestsPerSecond = 200;
const everySeconds = 5;

/**
 * From an obvious fault in a version that baked in health to the old version back on every instance: real processes
 * under load, a look every five seconds, and a fault at any moment between two looks. Watching the restored targets
 * afterwards is not counted.
 */
export async function reactionBench({ runs, tell, signal }: ReactionOptions): Promise<ReactionFigures> {
  const pace = { firstSeconds: everySeconds, everySeconds };
  tell(`Starting a Temporal server, a fleet, a worker that looks every ${everySeconds} s, and the load …`);
  const stage = await Stage.open({ requestsPerSecond, pace, straight: true, tell, signal });
  const all: Instants[] = [];
  try {
    tell('run  failing  look     verdict  revert   touch    back     fault to fully back, seconds');
    for (const [i, phase] of phasesOf(runs).entries()) {
      const share = 0.5 + Math.random() / 2;
      const faultAfterSeconds = everySeconds * phase;
      const instants = await react(stage, { number: i + 1, share, everySeconds, faultAfterSeconds }, signal);
      all.push(instants);
      tell(row(`${i + 1}`.padEnd(5) + `${Math.round(share * 100)}%`, instants));
    }
  } finally {
    await stage.close();
  }
  tell(
    line(
      'median',
      columns.map((column) => median(all.map(column))),
    ),
  );
  tell(
    line(
      'p95',
      columns.map((column) => p95(all.map(column))),
    ),
  );
  const seconds = all.map(reactionOf);
  return { medianSeconds: Number(median(seconds).toFixed(3)), p95Seconds: Number(p95(seconds).toFixed(3)) };
}

/**
 * Where between two looks each fault comes, as a share of the time between them: one at random in each of `runs` equal
 * stretches, in random order. Every moment is as likely as any other, and a few runs are spread as many would be.
 */
function phasesOf(runs: number): number[] {
  const phases = Array.from({ length: runs }, (_, i) => (i + Math.random()) / runs);
  for (let i = runs - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [phases[i], phases[j]] = [phases[j] ?? 0, phases[i] ?? 0];
  }
  return phases;
}

const columns = [0, 1, 2, 3, 4].map(
  (part) =>
    (run: Instants): number =>
      partsOf(run)[part] ?? 0,
);
columns.push(reactionOf);

const row = (name: string, run: Instants): string =>
  line(
    name,
    columns.map((column) => column(run)),
  );
const line = (name: string, seconds: number[]): string =>
  name.padEnd(14) + seconds.map((value) => value.toFixed(2).padEnd(9)).join('');

const p95 = (values: number[]): number => quantile(values, 0.95);
/** Of an even number, the mean of the middle two. */
const median = (values: number[]): number =>
  (quantile(values, 0.5) +
    -quantile(
      values.map((value) => -value),
      0.5,
    )) /
  2;
