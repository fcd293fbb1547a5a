import { parseArgs } from 'node:util';
import { messageOf } from '../src/errors.js';
import { orAbort } from '../src/sources/share.js';
import { engineBench } from './engine/bench.js';
import { judgeBench, type JudgeOptions } from './judge/bench.js';
import { reactionBench } from './reaction/bench.js';
import { scaleBench } from './scale/bench.js';

interface Asked extends JudgeOptions {
  runs: number;
  changes: number;
  profile: string | null;
}

/** Every bench by name: what it measures, in a line, and how. */
const benches: Record<string, { about: string; run: (asked: Asked) => Promise<object> }> = {
  engine: {
    about: '200 changes of 4 waves, against a hand-written workflow of the same activities',
    run: ({ tell, signal }) => orAbort(engineBench(tell), signal),
  },
  reaction: {
    about: 'from a fault in a baking version to the old version fully back, on real processes (--runs N: 20)',
    run: reactionBench,
  },
  judge: {
    about: 'the judge on labelled data (--data DIR, --verdicts FILE, --draws N: 20) and simulated (--full)',
    run: judgeBench,
  },
  scale: {
    about: 'changes observing at once on one worker, through a real Prometheus (--changes N: 1000, --profile DIR)',
    run: scaleBench,
  },
};

const usage = `Usage: npm run bench -- NAME [--runs N] [--changes N] [--data DIR] [--verdicts FILE] [--draws N] [--full] [--json]

${Object.entries(benches)
  .map(([name, { about }]) => `  ${name.padEnd(9)}${about}`)
  .join('\n')}

Prints a table; with --json, one line of JSON on stdout and the table on stderr.`;

const interruptedExit = 130;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      runs: { type: 'string', default: '20' },
      changes: { type: 'string', default: '1000' },
      profile: { type: 'string' },
      data: { type: 'string' },
      verdicts: { type: 'string' },
      full: { type: 'boolean', default: false },
      draws: { type: 'string', default: '20' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [name = ''] = positionals;
  const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
  const [runs, changes, draws] = [Number(values.runs), Number(values.changes), Number(values.draws)];
  const isCount = (value: number): boolean => Number.isInteger(value) && value >= 1;
  if (values.help || bench === undefined || !isCount(runs) || !isCount(changes) || !isCount(draws + 1)) {
    process.stderr.write(`${usage}\n`);
    return values.help ? 0 : 2;
  }
  const tell = (text: string): void => void (values.json ? process.stderr : process.stdout).write(`${text}\n`);
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort());
  try {
    const [profile, data, verdicts] = [values.profile ?? null, values.data ?? null, values.verdicts ?? null];
    const asked = { runs, changes, profile, data, verdicts, full: values.full, draws };
    const figures = await bench.run({ ...asked, tell, signal: interrupted.signal });
    if (values.json) process.stdout.write(`${JSON.stringify({ [name]: figures })}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(interrupted.signal.aborted ? 'Stopped, and tidied up.\n' : `${messageOf(error)}\n`);
    return interrupted.signal.aborted ? interruptedExit : 1;
  }
}

process.exit(await main());
