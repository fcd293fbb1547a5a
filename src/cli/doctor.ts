import { existsSync } from 'node:fs';
import { type Client, ScheduleNotFoundError } from '@temporalio/client';
import { Command } from 'commander';
import pc from 'picocolors';
import { connectClient, whereTemporalIs } from '../client/connect.js';
import { namesOf, readConfig } from '../config.js';
import { cacheDir, foundBinary } from '../embedded/binary.js';
import { GraywaveError, messageOf } from '../errors.js';
import { openSource } from '../sources/open.js';
import { attributes, changeQueue, wardenId } from '../workflows/names.js';
import { exitWith } from './exit.js';
import { jsonOption, print, printJson } from './session.js';
import { defaultConfig } from './validate.js';

interface Check {
  name: string;
  ok: boolean;
  found: string;
  /** What to type when it is not ok. */
  next?: string;
}

export const doctorCommand = (): Command =>
  new Command('doctor')
    .description('What is there, what is missing, and what to type')
    .option('--config <file>', 'worker configuration', defaultConfig)
    .addOption(jsonOption())
    .addHelpText('after', '\nExamples:\n  $ graywave doctor\n  $ graywave doctor --config graywave.yaml --json')
    .action(async ({ config, json }: { config: string; json?: boolean }) => {
      const checks = [nodeCheck(), await binaryCheck(), ...(await temporalChecks()), ...(await configChecks(config))];
      if (json) printJson({ ok: checks.every((check) => check.ok), checks });
      else {
        for (const { name, ok, found, next } of checks) {
          print(
            `${ok ? pc.green('ok     ') : pc.red('missing')} ${name}: ${found}${ok || !next ? '' : `\n        → ${next}`}`,
          );
        }
      }
      if (!checks.every((check) => check.ok)) exitWith('change did not complete');
    });

function nodeCheck(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return {
    name: 'Node',
    ok: major > 20 || (major === 20 && minor >= 3),
    found: process.versions.node,
    next: 'install Node 20.3 or newer',
  };
}

async function binaryCheck(): Promise<Check> {
  const name = 'Temporal server program';
  try {
    const found = await foundBinary();
    if (found) return { name, ok: true, found };
    return { name, ok: true, found: `none yet; \`graywave up\` gets one into ${cacheDir()}` };
  } catch (error) {
    return { name, ok: false, found: textOf(error), next: error instanceof GraywaveError ? error.hint : '' };
  }
}

async function temporalChecks(): Promise<Check[]> {
  const where = await whereTemporalIs();
  const name = `Temporal at ${where.address}, namespace ${where.namespace}`;
  try {
    const client = await connectClient(where);
    try {
      const { customAttributes } = await client.connection.operatorService.listSearchAttributes({
        namespace: where.namespace,
      });
      const missing = Object.values(attributes).filter((key) => !(key.name in (customAttributes ?? {})));
      const { pollers } = await client.workflowService.describeTaskQueue({
        namespace: where.namespace,
        taskQueue: { name: changeQueue },
        taskQueueType: 1,
      });
      const count = pollers?.length ?? 0;
      return [
        { name, ok: true, found: 'answers' },
        {
          name: 'search attributes',
          ok: missing.length === 0,
          found: missing.length === 0 ? 'registered' : `not registered: ${missing.map((key) => key.name).join(', ')}`,
          next: 'start a worker; it registers them or shows the command',
        },
        { name: 'workers', ok: count > 0, found: `${count} on queue ${changeQueue}`, next: 'graywave worker' },
        await wardenCheck(client),
      ];
    } finally {
      await client.connection.close();
    }
  } catch (error) {
    return [
      { name, ok: false, found: textOf(error), next: 'graywave up, or set TEMPORAL_ADDRESS or TEMPORAL_PROFILE' },
    ];
  }
}

/** Without it nobody finds a change whose workflow was terminated. */
async function wardenCheck(client: Client): Promise<Check> {
  const name = 'warden';
  const next = 'start a worker: it makes the schedule; a paused one goes on in the Temporal UI under Schedules';
  try {
    const { info, state } = await client.schedule.getHandle(wardenId).describe();
    const last = info.recentActions.at(-1)?.takenAt;
    const ageSeconds = last ? Math.round((Date.now() - last.getTime()) / 1000) : null;
    const swept = ageSeconds === null ? 'has not swept yet' : `began its last sweep ${ageSeconds} s ago`;
    return { name, ok: !state.paused, found: state.paused ? `paused (${state.note ?? ''}); ${swept}` : swept, next };
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return { name, ok: false, found: 'no schedule', next };
    throw error;
  }
}

async function configChecks(path: string): Promise<Check[]> {
  const name = `worker configuration ${path}`;
  if (!existsSync(path))
    return [{ name, ok: false, found: 'not there', next: 'write one: docs/getting-started.md has an example' }];
  try {
    const config = await readConfig(path);
    const names = namesOf(config);
    for (const [source, settings] of Object.entries(config.sources)) openSource(source, settings);
    return [
      {
        name,
        ok: true,
        found: `drivers ${names.drivers.join(', ') || 'none'}; sources ${names.sources.join(', ') || 'none'}; state in ${config.state}`,
      },
    ];
  } catch (error) {
    return [{ name, ok: false, found: textOf(error), next: error instanceof GraywaveError ? error.hint : '' }];
  }
}

/** Our own messages carry the text of their cause already. */
const textOf = (error: unknown): string => (error instanceof GraywaveError ? error.message : messageOf(error));
