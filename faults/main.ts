import { setMaxListeners } from 'node:events';
import { parseArgs } from 'node:util';
import { messageOf } from '../src/errors.js';
import { brokenCases, brokenEndsWithinMs } from './broken.js';
import { play } from './play.js';
import { details, figuresOf, isWell, table } from './report.js';
import { allCases, nameOf, schedule, select } from './schedule.js';

const usage = `Usage: npm run faults -- [--only PATTERN] [--sample N] [--lanes N] [--list] [--keep] [--json]

Brings changes to every state there is, at every moment of it, and kills the worker, the Temporal server, both, or the
journal's database there; or lets a worker stand still, or terminates the workflow. Then reads from the targets, the
journal and Temporal what became of them.

  --only PATTERN  only points whose name ("worker: wave 2 image: between record and touch") has it, a regular expression
  --sample N      only N of them, evenly spread
  --lanes N       so many servers with their workers and fleets at the same time (4)
  --broken        instead: workers that do wrong on purpose, one way for each kind of fault; ends with 1
  --list          print the points and end
  --keep          leave journals, logs and databases on disk
  --json          one line of JSON on stdout, everything else on stderr

Ends with 0 only if every point was hit and nothing was lost, touched twice, stuck, untrue or out of turn.`;

const interruptedExit = 130;
/** The longest way from a fault to an end is a rollback of which every step has to be tried again. */
const endWithinMs = 150_000;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      sample: { type: 'string' },
      lanes: { type: 'string', default: '4' },
      broken: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { only, broken, list, keep, json } = values;
  const sample = values.sample === undefined ? undefined : Number(values.sample);
  const atOnce = Number(values.lanes);
  const tell = (text: string): void => void (json ? process.stderr : process.stdout).write(`${text}\n`);
  const isCount = (count: number): boolean => Number.isInteger(count) && count >= 1;
  if (values.help || (sample !== undefined && !isCount(sample)) || !isCount(atOnce)) {
    process.stderr.write(`${usage}\n`);
    return values.help ? 0 : 2;
  }
  const cases = broken ? brokenCases : select(only, sample);
  if (list || cases.length === 0) {
    for (const one of cases) process.stdout.write(`${nameOf(one)}\n`);
    if (cases.length === 0) process.stderr.write(`None of the ${allCases.length} points fits.\n`);
    return cases.length === 0 ? 2 : 0;
  }
  const interrupted = new AbortController();
  // Every change of a round waits for something.
  setMaxListeners(0, interrupted.signal);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort());
  const began = Date.now();
  try {
    const options = {
      atOnce,
      endWithinMs: broken ? brokenEndsWithinMs : endWithinMs,
      tell,
      keep,
      signal: interrupted.signal,
    };
    const outcomes = await play(schedule(cases), options);
    for (const line of [...table(outcomes), '', ...details(outcomes)]) tell(line);
    const figures = figuresOf(outcomes);
    const told = Object.entries(figures).map(([name, count]) => `${count} ${name}`);
    tell(`\n${told.join(', ')} in ${Math.round((Date.now() - began) / 1000)} s`);
    if (json) process.stdout.write(`${JSON.stringify({ faults: figures })}\n`);
    return isWell(figures) ? 0 : 1;
  } catch (error) {
    process.stderr.write(interrupted.signal.aborted ? 'Stopped, and tidied up.\n' : `${messageOf(error)}\n`);
    return interrupted.signal.aborted ? interruptedExit : 1;
  }
}

process.exit(await main());
