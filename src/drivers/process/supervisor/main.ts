import { mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { GraywaveError, messageOf } from '../../../errors.js';
import { callJson } from '../call.js';
import { isFree } from '../../../embedded/ports.js';
import { newFleet } from './fleet.js';
import { readFleetFile } from './fleetfile.js';
import { boot, halt } from './lifecycle.js';
import { touchLog } from './log.js';
import { supervisorServer } from './server.js';
import { readWhole, slotStore, writeWhole } from './slot.js';

const usage = `usage: node supervisor/main.js --fleet fleet.yaml --state DIR [--port N] [--programs DIR] [--service-port edge=8080]
  --port          where the supervisor listens on 127.0.0.1; 0 or none: where it did before, else any free one
  --programs      what {programs} in a command stands for; none: the fleet file's directory
  --service-port  a fixed port for a service of one instance; may be given more than once`;

interface Announced {
  pid: number;
  port: number;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      fleet: { type: 'string' },
      state: { type: 'string' },
      port: { type: 'string', default: '0' },
      programs: { type: 'string' },
      'service-port': { type: 'string', multiple: true, default: [] },
    },
  });
  if (values.fleet === undefined || values.state === undefined) throw new GraywaveError('USAGE', usage);
  const stateDir = resolve(values.state);
  mkdirSync(join(stateDir, 'logs'), { recursive: true });
  const announcement = join(stateDir, 'supervisor.json');
  const before = readWhole(announcement) as Announced | undefined;
  await refuseSecond(before, stateDir);

  const file = readFleetFile(values.fleet);
  for (const pair of values['service-port']) {
    const [name = '', port = ''] = pair.split('=');
    const service = file.services[name];
    if (service === undefined || !/^\d+$/.test(port)) throw new GraywaveError('USAGE', usage);
    service.port = Number(port);
  }
  const programsDir = resolve(values.programs ?? dirname(values.fleet));
  const fleet = newFleet({ file, stateDir, programsDir, store: slotStore(stateDir), log: touchLog(stateDir) });

  let ready = false;
  let booting = Promise.resolve();
  let halting: Promise<void> | undefined;
  const stop = (keep?: ReadonlySet<string>): Promise<void> => {
    fleet.stopping.abort();
    halting ??= booting.catch(() => undefined).then(() => halt(fleet, keep));
    void halting.then(() => setTimeout(() => process.exit(), 50));
    return halting;
  };
  const server = supervisorServer(fleet, { ready: () => ready, stop: () => stop() });
  const port = await listen(server, Number(values.port), before?.port ?? 0);
  writeWhole(announcement, { pid: process.pid, port } satisfies Announced);
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => void stop());
  booting = boot(fleet);
  try {
    await booting;
    ready = true;
  } catch (error) {
    report(error);
    // What ran before us goes on serving: only what this start has begun is ended.
    await stop(fleet.adopted);
  }
}

/** Two supervisors over one state directory would undo each other's work. */
async function refuseSecond(before: Announced | undefined, stateDir: string): Promise<void> {
  if (before === undefined) return;
  const answer = await callJson(`http://127.0.0.1:${before.port}/fleet`, { timeoutMs: 1000 }).catch(() => undefined);
  if (answer?.status !== 200 || (answer.json as { pid?: unknown }).pid !== before.pid) return;
  throw new GraywaveError('PORT_TAKEN', `process ${before.pid} already supervises the fleet of ${stateDir}`);
}

async function listen(server: Server, wanted: number, earlier: number): Promise<number> {
  const port = wanted === 0 && earlier !== 0 && (await isFree(earlier)) ? earlier : wanted;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(new GraywaveError('PORT_TAKEN', `cannot listen on 127.0.0.1:${port}: ${error.message}`, { cause: error }));
    });
    server.listen(port, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

function report(error: unknown): void {
  const at = error instanceof GraywaveError && error.at ? error.at : undefined;
  const place = at === undefined ? '' : `${at.file}:${at.line ?? 1}:${at.column ?? 1}: `;
  const hint = error instanceof GraywaveError ? `\n${error.hint}` : '';
  console.error(`${place}${messageOf(error)}${hint}`);
  process.exitCode = 1;
}

main().catch((error: unknown) => {
  report(error);
  process.exit();
});
