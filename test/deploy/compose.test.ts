import { existsSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { checkConfig, namesOf } from '../../src/config.js';
import { exitCodes } from '../../src/cli/exit.js';
import { readChangeFile } from '../../src/spec/file.js';
import { checkNames } from '../../src/spec/names.js';
import { Desk } from '../cli/cli.js';
import { sorted } from '../docs/pages.js';

interface Service {
  image?: string;
  build?: { context: string; dockerfile: string; target: string };
  command?: string[];
  environment?: Record<string, string>;
  volumes?: string[];
  ports?: string[];
  healthcheck?: { test: string[] };
  depends_on?: Record<string, { condition: string }>;
  network_mode?: string;
  profiles?: string[];
}

interface Compose {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
}

const read = (path: string): string => readFileSync(path, 'utf8');
const compose = parse(read('docker-compose.yml')) as Compose;
const services = Object.entries(compose.services);
const service = (name: string): Service => compose.services[name] ?? {};
const docker = read('deploy/Dockerfile');

test('docker-compose.yml is what the Compose Specification allows', () => {
  const schema = JSON.parse(read('test/fixtures/compose-spec/compose-spec.json')) as object;
  const ajv = new Ajv2020({ strict: false, allErrors: true, formats: { duration: true, uri: true } });
  const isValid = ajv.compile(schema);
  expect(isValid(compose), ajv.errorsText(isValid.errors, { separator: '\n' })).toBe(true);
  const wrong = structuredClone(compose);
  Object.assign(wrong.services['worker'] ?? {}, { comand: ['worker'] });
  expect(isValid(wrong)).toBe(false);
});

test('every image has a version, and never the latest one', () => {
  const bases = [...docker.matchAll(/^FROM (\S+) AS/gm)].map(([, image = '']) => image);
  const stages = [...docker.matchAll(/^FROM \S+ AS (\S+)$/gm)].map(([, name]) => name);
  const images = [
    ...services.flatMap(([, { image }]) => image ?? []),
    ...bases.filter((image) => !stages.includes(image)),
  ];
  expect(images.length).toBeGreaterThanOrEqual(6);
  for (const image of images) {
    expect(image).toMatch(/^[a-z0-9/-]+:v?\d[\w.-]*$/);
    expect(image).not.toContain('latest');
  }
});

test('the server is of the release that `graywave up` builds', () => {
  expect(service('temporal').image).toMatch(/:1\.29\.\d+$/);
});

test('mounted files are there, mounted volumes are declared, and are used', () => {
  const mounts = services.flatMap(([, { volumes = [] }]) => volumes.map((text) => text.split(':')[0] ?? ''));
  for (const path of mounts.filter((mount) => mount.startsWith('./'))) expect(existsSync(path), path).toBe(true);
  const named = mounts.filter((mount) => !mount.startsWith('./'));
  expect(sorted(named)).toEqual(sorted(Object.keys(compose.volumes)));
});

test('everything that is published is published on loopback', () => {
  for (const [name, { ports = [] }] of services) {
    for (const port of ports) expect(port, name).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  }
});

test('what a service waits for is there, and is healthy by a check of its own', () => {
  for (const [name, { depends_on = {} }] of services) {
    for (const [other, { condition }] of Object.entries(depends_on)) {
      expect(Object.keys(compose.services), name).toContain(other);
      if (condition === 'service_healthy') expect(service(other).healthcheck, other).toBeDefined();
    }
  }
});

const config = checkConfig(parse(read('deploy/graywave.yaml')), 'deploy/graywave.yaml');

test('the worker keeps its journal in the database that is made for it, and its looks on the volume', () => {
  const { environment, volumes, network_mode } = service('worker');
  expect(environment?.['TEMPORAL_ADDRESS']).toBe('temporal:7233');
  expect(config.oneMachine).toBe(false);
  const url = new URL(String(environment?.['DATABASE_URL']).replace(/\$\{.*?\}/, 'x'));
  expect([url.hostname, url.pathname]).toEqual(['postgresql', '/graywave']);
  expect(read('deploy/postgres.sql')).toContain('CREATE DATABASE graywave;');
  expect(volumes).toContain(`state:${config.state}`);
  expect(network_mode).toBeUndefined();
  expect(docker).toContain(`mkdir -p ${config.state} && chown node:node ${config.state}`);
  expect(
    docker
      .trimEnd()
      .split('\n')
      .filter((line) => line.startsWith('USER '))
      .at(-1),
  ).toBe('USER node');
});

test('the examples for the example fleet name only what this worker knows', () => {
  for (const name of ['good', 'errors', 'slow']) {
    const { spec, locate } = readChangeFile(`examples/changes/${name}.yaml`);
    expect(() => checkNames(spec, namesOf(config), locate)).not.toThrow();
  }
});

test('the example fleet answers where the worker looks for it', () => {
  const { command = [], network_mode, profiles } = service('fleet');
  const port = command[command.indexOf('--port') + 1];
  const edge = command[command.indexOf('--edge-port') + 1];
  expect(config.drivers.process?.fleets['example']?.url).toBe(`http://127.0.0.1:${port}`);
  expect(config.sources['fleet']).toMatchObject({ discovery: { httpSd: `http://127.0.0.1:${port}/sd` } });
  expect(service('load').command).toContain(`http://127.0.0.1:${edge}/checkout/`);
  expect([network_mode, service('load').network_mode]).toEqual(['service:worker', 'service:worker']);
  expect([profiles, service('load').profiles]).toEqual([['example'], ['example']]);
});

test('Prometheus scrapes the port on which the worker serves its metrics', () => {
  const prometheus = parse(read('deploy/prometheus.yml')) as {
    scrape_configs: { static_configs: { targets: string[] }[] }[];
  };
  const targets = prometheus.scrape_configs.flatMap((job) => job.static_configs.flatMap((some) => some.targets));
  expect(targets).toEqual([`worker:${config.metrics?.split(':')[1]}`]);
  expect(service('temporal').volumes).toContain(
    `./deploy/temporal.yaml:/etc/temporal/${service('temporal').environment?.['DYNAMIC_CONFIG_FILE_PATH']}:ro`,
  );
});

test('the image holds what is copied into it, and the commands of worker and health check are understood', async () => {
  const copied = [...docker.matchAll(/^COPY (?!--from|\. \.)(.+) \S+$/gm)].flatMap(([, from = '']) => from.split(' '));
  expect(copied).toContain('package-lock.json');
  for (const path of copied) expect(existsSync(path), path).toBe(true);
  const desk = new Desk();
  try {
    const inside = '/etc/graywave/graywave.yaml';
    const here = desk.file('graywave.yaml', 'metrics: null\n');
    const command = (service('worker').command ?? []).map((word) => (word === inside ? here : word));
    const check = (service('worker').healthcheck?.test ?? []).slice(2).map((word) => (word === inside ? here : word));
    expect(service('worker').volumes).toContain(`./deploy/graywave.yaml:${inside}:ro`);
    const env = { TEMPORAL_ADDRESS: '127.0.0.1:1' };
    const [worker, doctor] = await Promise.all([command, check].map((args) => desk.start(args, { env }).ended));
    expect(worker).toMatchObject({ code: exitCodes['not reachable'], stdout: '' });
    expect(doctor?.code).toBe(exitCodes['change did not complete']);
  } finally {
    await desk.close();
  }
});
