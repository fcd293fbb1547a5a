import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type RunningFleet, startFleet } from '../../examples/fleet/start.js';
import { freePort } from '../../src/embedded/ports.js';
import { eventually } from '../support/engine.js';
import { Desk, type Ended, type Running } from './cli.js';

/** A change on real processes is undone while its Temporal server and its worker are gone. */
vi.setConfig({ testTimeout: 120_000 });
const desk = new Desk();
let fleet: RunningFleet;
let ports: [number, number];

beforeAll(async () => {
  fleet = await startFleet({ stateDir: join(desk.dir, 'fleet') });
  desk.file('graywave.yaml', `drivers: { process: { fleets: { example: { url: "${fleet.url}" } } } }\n`);
  ports = [await freePort(), await freePort()];
});
afterAll(async () => {
  await desk.close();
  await fleet?.stop();
});

const change = `apiVersion: graywave/v1
kind: Change
id: checkout-v2
owner: team-checkout
tier: 3
services: [checkout]
parts:
  - { name: image, driver: process, with: { fleet: example, service: checkout, version: v2 } }
waves: [{ to: 25% }, { to: 50% }, { to: 100% }]
bake: { min: 5m, max: 10m }
onInconclusive: advance
`;

async function up(): Promise<Running> {
  const running = desk.start(['up', '--port', String(ports[0]), '--ui-port', String(ports[1])]);
  await running.says('Graywave is up.');
  return running;
}

async function versions(): Promise<string[]> {
  const response = await fetch(`${fleet.url}/instances`);
  const instances = (await response.json()) as { service: string; version: string }[];
  return instances.filter(({ service }) => service === 'checkout').map(({ version }) => version);
}

const undo = (...more: string[]): Promise<Ended> =>
  desk.run('undo', 'checkout-v2', '--offline', '--reason', 'Temporal is down', ...more);

test('a change is undone offline, again says how it ended, and Temporal, back again, ends it as recorded', async () => {
  const first = await up();
  desk.file('change.yaml', change);
  await desk.run('submit', 'change.yaml');
  await eventually(
    'two are changed',
    versions,
    (all) => all.filter((version) => version === 'v2').length === 2,
    40_000,
  );
  await eventually(
    'is observed',
    () => desk.run('status', 'checkout-v2'),
    ({ stdout }) => stdout.includes('is being observed'),
  );
  first.process.kill('SIGINT');
  await first.ended;

  const unasked = await undo();
  expect([unasked.code, unasked.stdout]).toEqual([4, '']);
  expect(unasked.stderr).toContain('There is nobody to ask here; nothing was done.');
  expect(unasked.stderr).toContain('image on checkout-1, checkout-2  (wave 1)');
  expect(unasked.stderr).toMatch(
    /the apply of image to checkout-1, checkout-2 \(wave 1, epoch \d+\) may still be on its way: stop the workers/,
  );
  expect((await versions()).filter((version) => version === 'v2')).toHaveLength(2);

  const undone = await undo('--yes');
  expect([undone.code, undone.stdout]).toEqual([
    0,
    'checkout-v2  rolled back\nUndone offline by ada: Temporal is down. Rolled back: all 2 targets were read back in their before-state.\n',
  ]);
  expect(new Set(await versions())).toEqual(new Set(['v1']));

  const again = await undo('--yes', '--json');
  expect([again.code, JSON.parse(again.stdout)]).toEqual([
    0,
    {
      id: 'checkout-v2',
      outcome: 'ended',
      state: 'rolled_back',
      reason: expect.stringContaining('Undone offline by ada'),
      meanwhile: false,
    },
  ]);

  const second = await up();
  await eventually(
    'is observed again',
    () => desk.run('promote', 'checkout-v2'),
    ({ code }) => code === 0,
  );
  const watched = await desk.run('watch', 'checkout-v2');
  expect([watched.code, watched.stdout]).toEqual([
    1,
    expect.stringContaining('This change had ended before: Undone offline by ada'),
  ]);
  expect(new Set(await versions())).toEqual(new Set(['v1']));
  second.process.kill('SIGINT');
  await second.ended;
});
