import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type RunningFleet, startFleet } from '../../examples/fleet/start.js';
import { freePort, isFree } from '../../src/embedded/ports.js';
import { compiledDriver } from '../docs/driver.js';
import { Desk, type Ended, repository, type Running } from './cli.js';

/** One life of `graywave up` on the example fleet under load, seen from the terminal. */
vi.setConfig({ testTimeout: 180_000 });
const desk = new Desk();
let fleet: RunningFleet;
let up: Running;
let ports: [number, number];

beforeAll(async () => {
  fleet = await startFleet({ stateDir: join(desk.dir, 'fleet') });
  const load = join(repository, 'dist/examples/fleet/load.js');
  const out = join(desk.dir, 'requests.ndjson');
  desk.node([load, '--url', `${fleet.edgeUrl}/checkout/`, '--rps', '100', '--out', out]);
  desk.file(
    'graywave.yaml',
    `drivers: { process: { fleets: { example: { url: "${fleet.url}" } } } }
otherDrivers: [settings]
sources: { fleet: { kind: scrape, discovery: { httpSd: "${fleet.url}/sd" } } }
`,
  );
  ports = [await freePort(), await freePort()];
  up = desk.start(['up', '--port', String(ports[0]), '--ui-port', String(ports[1])]);
  await up.says('Graywave is up.');
});

afterAll(async () => {
  await desk.close();
  await fleet?.stop();
});

const spec = (id: string, version: string, more = ''): string => `apiVersion: graywave/v1
kind: Change
id: ${id}
owner: team-checkout
tier: 2
services: [checkout]
parts:
  - { name: image, driver: process, with: { fleet: example, service: checkout, version: ${version} } }
waves:
  - { name: canary, to: 25%, bake: { min: 2s, max: 5m } }
  - { name: all, to: 100%, bake: { min: 2s, max: 4s } }
signals:
  - { source: fleet, kind: latency, quantiles: [p50], detect: +60% }
onInconclusive: advance
rollback: { deadline: 1m, observe: 1s }
${more}`;

const json = (ended: Ended): Record<string, unknown> => JSON.parse(ended.stdout) as Record<string, unknown>;

async function phaseOf(id: string, phase: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const { status } = json(await desk.run('status', id, '--json')) as { status: { waves: { phase: string }[] } };
    if (status.waves[0]?.phase === phase) return;
    await sleep(200);
  }
  throw new Error(`${id} never was at ${phase}`);
}

test('up leaves its address for the commands beside it, and doctor is content', async () => {
  const { code, stdout } = await desk.run('doctor');
  expect(stdout).toContain(`ok      Temporal at 127.0.0.1:${ports[0]}, namespace default: answers`);
  expect(code).toBe(0);
});

test('a second up says that the port is taken', async () => {
  const { code, stderr } = await desk.run('up', '--port', String(ports[0]));
  expect(code).toBe(4);
  expect(stderr).toContain('PORT_TAKEN');
});

test('plan touches nothing and says what it would do', async () => {
  desk.file('good.yaml', spec('good', 'v2'));
  const text = await desk.run('plan', 'good.yaml');
  expect(text.code).toBe(0);
  for (const part of ['level L0', 'touches', 'waves', 'watched', 'a rollback would', 'v1 → v2']) {
    expect(text.stdout).toContain(part);
  }
  const plan = json(await desk.run('plan', 'good.yaml', '--json'));
  expect(Object.keys(plan)).toEqual(['id', 'classification', 'parts', 'waves', 'delay', 'forecast', 'warnings']);
  expect(json(await desk.run('list', '--json'))).toEqual({ changes: [] });
});

test('a change that the driver refuses is exit code 4 at plan, and intercepted at submit', async () => {
  desk.file('nothing.yaml', spec('nothing', 'v77'));
  const planned = await desk.run('plan', 'nothing.yaml');
  expect(planned.code).toBe(4);
  expect(planned.stderr).toContain('PLAN_REFUSED');
  const submitted = await desk.run('submit', 'nothing.yaml', '--wait', '--json');
  expect(submitted.code).toBe(1);
  expect(json(submitted)).toMatchObject({ status: { state: 'intercepted' } });
});

test('Ctrl-C ends the waiting and not the change; submit again waits on to its end', async () => {
  const waiting = desk.start(['submit', 'good.yaml', '--wait']);
  await waiting.says('is being observed');
  waiting.process.kill('SIGINT');
  const killed = await waiting.ended;
  expect(killed.code).toBe(130);
  expect(killed.stderr).toContain('good goes on without us');
  const again = await desk.run('submit', 'good.yaml', '--wait');
  expect(again.stderr).toMatch(/good is running already; joined\.|good had ended before\./);
  expect(again.code).toBe(0);
  expect(again.stdout).toContain('good  completed');
});

test('an ended change answers its end, and another spec under its id is refused', async () => {
  const again = await desk.run('submit', 'good.yaml', '--json');
  expect(again.code).toBe(0);
  expect(json(again)).toMatchObject({ status: { id: 'good', state: 'completed' } });
  desk.file('other.yaml', spec('good', 'v1'));
  const other = await desk.run('submit', 'other.yaml');
  expect(other.code).toBe(4);
  expect(other.stderr).toContain('SPEC_DIFFERS');
});

test('pause, resume, extend and abort answer what came of them, and the change ends with exit code 1', async () => {
  desk.file(
    'gated.yaml',
    spec('gated', 'v1', 'gates: [{ beforeWave: 1, reason: Look at the plan }]\nbake: { min: 1m, max: 5m }\n').replace(
      'bake: { min: 2s',
      'bake: { min: 60s',
    ),
  );
  const submitted = await desk.run('submit', 'gated.yaml', '--json');
  expect(json(submitted)).toEqual({ id: 'gated', workflowId: 'change/gated', joined: false });
  await phaseOf('gated', 'gate');
  const early = await desk.run('extend', 'gated', '5m');
  expect([early.code, early.stderr]).toEqual([4, expect.stringContaining('REQUEST_REFUSED')]);
  expect((await desk.run('approve', 'gated')).stdout).toBe('Approved: wave 1 goes on.\n');
  await phaseOf('gated', 'observe');
  expect((await desk.run('extend', 'gated', '5 minutes')).code).toBe(2);
  expect((await desk.run('extend', 'gated', '5m')).stdout).toContain('The bake of wave 1 ends at');
  expect(json(await desk.run('pause', 'gated', '--reason', 'lunch', '--json'))).toMatchObject({ done: true });
  expect((await desk.run('list', '--state', 'paused')).stdout).toContain('gated');
  expect((await desk.run('resume', 'gated')).stdout).toBe('Resumed at wave 1.\n');
  const watching = desk.start(['watch', 'gated']);
  expect((await desk.run('abort', 'gated', '--by', 'grace', '--reason', 'enough')).stdout).toBe(
    'Aborted: rolling back.\n',
  );
  expect((await watching.ended).code).toBe(1);
  const { status } = json(await desk.run('status', 'gated', '--json')) as {
    status: { state: string; acts: { what: string; by: string }[] };
  };
  expect(status.state).toBe('rolled_back');
  expect(status.acts.map(({ what, by }) => `${what} ${by}`)).toEqual([
    'approve ada',
    'extend ada',
    'pause ada',
    'resume ada',
    'abort grace',
  ]);
  expect(await desk.run('abort', 'gated')).toMatchObject({ code: 4, stderr: expect.stringContaining('CHANGE_ENDED') });
});

test('explain tells the verdict with its numbers, as text and as JSON', async () => {
  const { code, stdout } = await desk.run('explain', 'good', '--wave', '1');
  expect(code).toBe(0);
  expect(stdout).toMatch(/wave 1\n {2}(pass|inconclusive): /);
  const explained = json(await desk.run('explain', 'good', '--json'));
  expect(Object.keys(explained)).toEqual(['id', 'state', 'reason', 'settings', 'verdicts']);
});

test('list shows the changes there were, newest first', async () => {
  const { changes } = json(await desk.run('list', '--json')) as { changes: { id: string; state: string }[] };
  expect(changes.map(({ id, state }) => `${id} ${state}`)).toEqual([
    'gated rolled_back',
    'good completed',
    'nothing intercepted',
  ]);
});

test('a change that is not there is exit code 4', async () => {
  expect(await desk.run('status', 'nobody')).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('CHANGE_UNKNOWN'),
  });
});

test('the SDK example carries a release and acts on its end', async () => {
  const env = { TEMPORAL_ADDRESS: `127.0.0.1:${ports[0]}` };
  const deploy = join(repository, 'dist/examples/client/deploy.js');
  const refused = await desk.node([deploy, 'by-program-0', 'v77'], { env }).ended;
  expect([refused.code, refused.stdout]).toEqual([1, expect.stringContaining('the world is as before')]);
  const wrong = await desk.node([deploy, 'By Program', 'v2'], { env }).ended;
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('SPEC_INVALID')]);
  const { code, stdout } = await desk.node([deploy, 'by-program', 'v1'], { env }).ended;
  expect(stdout).toContain('by-program submitted.');
  expect(stdout).toMatch(code === 0 ? 'by-program is live.' : 'the world is as before');
  expect((await desk.node([deploy, 'by-program', 'v1'], { env }).ended).stdout).toContain('was there already');
});

test('the driver of the documentation carries a change, and restores one', async () => {
  mkdirSync(join(desk.dir, 'settings'));
  for (const id of ['shop-1', 'shop-2', 'shop-3', 'shop-4']) {
    desk.file(`settings/${id}`, JSON.stringify({ value: '100', zone: 'a', inService: true, key: '', epoch: 0 }));
  }
  const env = { TEMPORAL_ADDRESS: `127.0.0.1:${ports[0]}` };
  const driver = desk.node([await compiledDriver(), 'settings'], { env });
  const limit = (id: string, value: string, bake: string): string => `apiVersion: graywave/v1
kind: Change
id: ${id}
owner: team-shop
tier: 3
services: [shop]
parts: [{ driver: settings, with: { value: "${value}" } }]
waves: [{ to: 25% }, { to: 50% }, { to: 100% }]
bake: { min: ${bake}, max: ${bake} }
onInconclusive: advance
rollback: { deadline: 1m, observe: 0s }
`;
  const values = (): string[] =>
    ['shop-1', 'shop-2', 'shop-3', 'shop-4'].map(
      (id) => (JSON.parse(desk.read(`settings/${id}`)) as { value: string }).value,
    );
  desk.file('limit.yaml', limit('limit-200', '200', '1s'));
  const end = await desk.run('submit', 'limit.yaml', '--wait');
  expect(end.code, end.stderr + driver.stderr()).toBe(0);
  expect(values()).toEqual(['200', '200', '200', '200']);
  desk.file('limit-300.yaml', limit('limit-300', '300', '5m'));
  await desk.run('submit', 'limit-300.yaml');
  await phaseOf('limit-300', 'observe');
  expect(values()).toContain('300');
  await desk.run('abort', 'limit-300');
  expect((await desk.run('watch', 'limit-300')).code).toBe(1);
  expect(values()).toEqual(['200', '200', '200', '200']);
});

test('Ctrl-C of up ends the server and the worker, and a later up goes on with what there was', async () => {
  const { pid } = JSON.parse(desk.read('.graywave/up.json')) as { pid: number };
  expect(pid).toBe(up.process.pid);
  up.process.kill('SIGINT');
  expect((await up.ended).code).toBe(0);
  expect(existsSync(join(desk.dir, '.graywave/up.json'))).toBe(false);
  expect(await Promise.all(ports.map(isFree))).toEqual([true, true]);
  expect(processesOn(join(desk.dir, '.graywave'))).toEqual([]);
  const next = desk.start(['up', '--port', String(ports[0]), '--ui-port', String(ports[1]), '--json']);
  await next.says('Graywave is up.');
  expect(JSON.parse(next.stdout())).toMatchObject({
    temporal: `127.0.0.1:${ports[0]}`,
    drivers: ['process', 'settings'],
    sources: ['fleet'],
  });
  expect((await desk.run('status', 'gated')).stdout).toContain('rolled back');
  next.process.kill('SIGTERM');
  expect((await next.ended).code).toBe(0);
});

/** Command lines of live processes that name this directory. */
function processesOn(dir: string): string[] {
  if (!existsSync('/proc')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const line = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return line.includes(dir) ? [line] : [];
      } catch {
        return [];
      }
    });
}
