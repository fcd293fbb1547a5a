import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkConfig, namesOf, readConfig } from '../src/config.js';
import { isLoopback } from '../src/client/connect.js';

async function file(text: string): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'config-')), 'graywave.yaml');
  await writeFile(path, text);
  return path;
}

test('an empty configuration has careful defaults, and its state beside the file', () => {
  const config = checkConfig({}, '/etc/graywave/graywave.yaml');
  expect(config).toMatchInlineSnapshot(`
    {
      "drivers": {},
      "metrics": null,
      "noise": {},
      "notify": {
        "channels": {},
        "routes": [],
      },
      "oneMachine": false,
      "otherDrivers": [],
      "pace": {
        "everySeconds": 10,
        "firstSeconds": 1,
        "warmupSeconds": 5,
      },
      "slots": {
        "driver": 100,
        "observe": 2000,
        "revert": 100,
        "short": 200,
      },
      "sources": {},
      "state": "/etc/graywave/.graywave",
    }
  `);
});

test('drivers and sources that are configured, and drivers served elsewhere, are the names a spec may use', () => {
  const config = checkConfig(
    {
      drivers: { process: { fleets: { shop: { url: 'http://127.0.0.1:1' } } } },
      otherDrivers: ['terraform'],
      sources: { prom: { kind: 'prometheus', url: 'http://127.0.0.1:9090' } },
    },
    'graywave.yaml',
  );
  expect(namesOf(config)).toEqual({ drivers: ['process', 'terraform'], sources: ['prom'], noises: [] });
});

test('an unknown key, a wrong value and broken YAML are refused with their place', async () => {
  await expect(readConfig(await file('stat: x'))).rejects.toThrow(/Unrecognized key: "stat"/);
  await expect(readConfig(await file('pace: { firstSeconds: -1 }'))).rejects.toThrow(/firstSeconds/);
  await expect(readConfig(await file('a: [1'))).rejects.toMatchObject({ code: 'CONFIG_INVALID', at: { line: 1 } });
  await expect(readConfig('/nowhere/graywave.yaml')).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});

test('a route to a channel that is not there is refused with its place and the name that was meant', async () => {
  const text = `
notify:
  channels: { team-slack: { kind: webhook, url: "env:SLACK_URL" } }
  routes: [{ events: [waits], channels: [team-slak] }]`;
  await expect(readConfig(await file(text))).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringMatching(
      /"team-slak" is no channel .*did you mean "team-slack"\?\n.*notify\.routes\[0\]\.channels\[0\]/,
    ),
  });
  const right = await readConfig(await file(text.replace('team-slak]', 'team-slack]')));
  expect(right.notify.routes).toEqual([
    { events: ['waits'], owner: '*', level: null, services: ['*'], channels: ['team-slack'] },
  ]);
});

test.each([
  ['127.0.0.1:7233', true],
  ['localhost:7233', true],
  ['[::1]:7233', true],
  ['temporal:7233', false],
  ['10.0.0.1:7233', false],
  ['127.0.0.1.evil.example:7233', false],
])('%s is loopback: %s', (address, expected) => {
  expect(isLoopback(address)).toBe(expected);
});
