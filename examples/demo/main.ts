import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import { messageOf } from '../../src/errors.js';
import type { StoryRecord } from '../../src/report/record.js';
import { renderReport } from '../../src/report/render.js';
import { RequestLog } from './logs.js';
import { perform } from './perform.js';
import { Stage } from './stage.js';
import { stories } from './stories/index.js';
import { Teller } from './tell.js';

const known = stories.map(({ name }) => name);
const usual = stories.filter((story) => story.usual).map(({ name }) => name);

const usage = `Usage: npm run demo -- [--all | --story NAME ...] [--keep] [--rps N] [--json]

  --all         every story: ${known.join(', ')}; without it ${usual.join(', ')}
  --story NAME  only this story (may be given more than once)
  --keep        leave everything running at the end, and say how to stop it
  --rps N       requests a second, 200 by default
  --json        progress on stderr; the last line of stdout is one JSON document

Writes demo-report/index.html. Exits 0 only if every story ended as it should.`;

/** Denser looks than a worker's usual ones: the bakes are short, for a demonstration. */
const pace = { firstSeconds: 1, everySeconds: 2, warmupSeconds: 2 };
/** Requests to see before the first story, so that nothing is judged on a cold start. */
const warmRequests = 1_500;
const interruptedExit = 130;

function options(): { names: string[]; keep: boolean; json: boolean; rps: number } {
  try {
    const { values } = parseArgs({
      options: {
        all: { type: 'boolean', default: false },
        story: { type: 'string', multiple: true, default: [] },
        keep: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        rps: { type: 'string', default: '200' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) {
      process.stdout.write(`${usage}\n`);
      process.exit(0);
    }
    if (values.all && values.story.length > 0) throw new Error('Give --all or --story, not both.');
    const odd = values.story.find((name) => !known.includes(name));
    if (odd !== undefined) throw new Error(`There is no story "${odd}"; there are ${known.join(', ')}.`);
    const rps = Number(values.rps);
    if (!(rps >= 10 && rps <= 1_000)) throw new Error(`--rps must be a number from 10 to 1000, not "${values.rps}".`);
    return {
      names: values.all ? known : values.story.length > 0 ? [...new Set(values.story)] : usual,
      keep: values.keep,
      json: values.json,
      rps,
    };
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n\n${usage}\n`);
    process.exit(2);
  }
}

async function main(): Promise<number> {
  const { names, keep, json, rps } = options();
  const teller = new Teller((text) => void (json ? process.stderr : process.stdout).write(text));
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (!interrupted.signal.aborted) process.stderr.write('\nStopping, and tidying up …\n');
      interrupted.abort();
    });
  }
  const { signal } = interrupted;
  const records: StoryRecord[] = [];
  let stage: Stage | null = null;
  let failure: unknown = null;
  try {
    teller.plain('Starting a Temporal server, a fleet of real processes, a worker and the load …');
    const tell = (line: string): void => teller.plain(line);
    stage = await Stage.open({ requestsPerSecond: rps, pace, tell, signal });
    teller.plain(
      `${pc.bold('Graywave demo')}: real changes on a real fleet, ${rps} requests a second. Temporal UI: ${pc.underline(stage.temporal.uiUrl)}`,
    );
    const log = new RequestLog(stage.requestsFile);
    await log.warm(warmRequests, signal);
    for (const story of stories.filter(({ name }) => names.includes(name))) {
      records.push(await perform(stage, story, log, teller, signal));
    }
  } catch (error) {
    failure = error;
  }
  const ok = failure === null && records.length === names.length && records.every((record) => record.ok);
  if (records.length > 0) teller.plain(`\nReport: ${writeReport(records, rps)}`);
  if (failure !== null && !signal.aborted) teller.plain(pc.red(`The demo broke off: ${messageOf(failure)}`));
  if (stage && keep && !signal.aborted) for (const line of await stage.keep()) teller.plain(`  ${line}`);
  else await stage?.close();
  if (json) process.stdout.write(`${JSON.stringify({ ok, stories: records.map(summary) })}\n`);
  else if (!signal.aborted)
    teller.plain(ok ? pc.green('Every story ended as it should.') : pc.red('Not every story ended as it should.'));
  return signal.aborted ? interruptedExit : ok ? 0 : 1;
}

function writeReport(records: StoryRecord[], rps: number): string {
  const dir = resolve('demo-report');
  mkdirSync(dir, { recursive: true });
  const file = join(dir, 'index.html');
  const environment = {
    Node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    'requests a second': String(rps),
  };
  writeFileSync(
    file,
    renderReport({ title: 'Graywave demo', generatedAtMs: Date.now(), stories: records, environment }),
  );
  return file;
}

const summary = (record: StoryRecord) => ({
  name: record.name,
  state: record.status.state,
  waves: record.status.waves.length,
  stoppedAtWave: record.status.state === 'completed' ? null : record.status.wave,
  seconds: Math.round((record.endedMs - record.startedMs) / 100) / 10,
  requests: record.requests.length,
  harmed: record.harmed,
  restored: record.status.rollback === null ? null : record.status.state === 'rolled_back' && record.ok,
  ok: record.ok,
});

process.exit(await main());
