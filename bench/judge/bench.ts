import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { pairSpeed } from './pairs.js';
import { changerca } from './sets/changerca.js';
import { fixtures } from './sets/fixtures.js';
import { kayenta } from './sets/kayenta.js';
import { kontrast } from './sets/kontrast.js';
import { type Measured, measure } from './sets/measure.js';
import { sequential } from './sets/sequential.js';
import type { DataSet, VerdictLine } from './sets/set.js';
import { synthetic } from './sets/synthetic.js';
import { foldSpeed, typical } from './speed.js';
import { simulate } from './suite/suite.js';
import { setTable, suiteTable } from './table.js';

const sets: readonly DataSet[] = [kontrast, changerca, synthetic, sequential, fixtures, kayenta];

export interface JudgeOptions {
  /** Folder of labelled sets, of the layout in its README; null: only what needs none. */
  data: string | null;
  /** Where a verdict a case goes, one JSON line each; null: nowhere. */
  verdicts: string | null;
  /** The simulation suite too, with all its runs. */
  full: boolean;
  /** How often every constant is changed; 0: never. */
  draws: number;
  tell: (text: string) => void;
  signal: AbortSignal;
}

const fullRuns = { nulls: 2_000, harms: 400 };
const pairs = { points: 31, count: 20_000 };
const looks = 20_000;

/** The judge on labelled sets, simulated changes and a clock. A set that is not there is left out. */
export async function judgeBench(options: JudgeOptions): Promise<object> {
  const { data, tell, signal } = options;
  const measured: Measured[] = [];
  for (const set of data === null ? [] : sets) {
    const one = await measure(set, data ?? '', options.draws, tell);
    if (one !== null) measured.push(one);
    // Judging keeps the thread; a Ctrl-C is heard between the sets.
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
  }
  if (data !== null && measured.length === 0)
    tell(`no set in ${data}: expected one of ${sets.map(({ name }) => name).join(', ')}`);
  if (options.verdicts !== null)
    await write(
      options.verdicts,
      measured.flatMap(({ lines }) => lines),
    );
  const suite = options.full ? simulate(fullRuns, tell) : null;
  const speed = {
    foldsPerSecond: Math.round(foldSpeed(typical, looks, processorMs).cells),
    pairsPerSecond31: Math.round(pairSpeed(pairs.points, pairs.count, processorMs).rank),
  };
  if (measured.length > 0) tell(setTable(measured));
  if (suite) tell(suiteTable(suite));
  tell(
    `speed: ${speed.foldsPerSecond} cells folded, ${speed.pairsPerSecond31} pairs of 31 points ranked a second of one core`,
  );
  return { ...Object.fromEntries(measured.map(told)), speed, ...(suite ? { simulation: suite } : {}) };
}

/** Time that this process was given; the machine's other work does not count. */
const processorMs = (): number => process.cpuUsage().user / 1000;

function told({ set, cases, figures, byDefault, perturbed, seconds }: Measured): [string, object] {
  if (figures === null) return [set, { cases, labels: false }];
  const round = (value: number): number => Math.round(value * 1_000) / 1_000;
  return [set, { ...figures, default: byDefault, perturbed, cases, judgedInSeconds: round(seconds) }];
}

async function write(file: string, lines: readonly VerdictLine[]): Promise<void> {
  const out = createWriteStream(file);
  for (const line of lines) if (!out.write(`${JSON.stringify(line)}\n`)) await once(out, 'drain');
  out.end();
  await once(out, 'finish');
}
