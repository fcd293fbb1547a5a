import { afterAll, expect, test } from 'vitest';
import { sorted } from '../docs/pages.js';
import { Desk } from './cli.js';

const desk = new Desk();
afterAll(() => desk.close());

const good = `apiVersion: graywave/v1
kind: Change
id: checkout-v2
owner: team-checkout
services: [checkout]
parts:
  - { driver: process, with: { fleet: example, service: checkout, version: v2 } }
signals:
  - { source: fleet, kind: errors }
`;
const bad = `${good}bakes: { min: 30s, max: 10m }\nwaves:\n  - { to: 125% }\n`;

desk.file('good.yaml', good);
desk.file('bad.yaml', bad);

const commands =
  'up worker validate plan submit watch list status pause resume approve abort adopt promote extend rollback undo hold unhold holds leases explain judge import schema doctor'.split(
    ' ',
  );

test('help lists every command, and each has examples', async () => {
  const { code, stdout } = await desk.run('--help');
  expect(code).toBe(0);
  const listed = [...stdout.matchAll(/^ {2}([a-z]+)(?: .*)?$/gm)].map(([, name]) => name);
  expect(sorted(listed.filter((name) => name !== 'help'))).toEqual(sorted(commands));
  const helps = await Promise.all(commands.map((command) => desk.run(command, '--help')));
  helps.forEach((help, i) => {
    expect(help.code, commands[i]).toBe(0);
    expect(help.stdout, commands[i]).toContain(`Examples:\n  $ graywave ${commands[i]}`);
  });
});

test('a right spec is said to be right, with exit code 0', async () => {
  const { code, stdout, stderr } = await desk.run('validate', 'good.yaml');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^good\.yaml: right\. Change checkout-v2, 1 part\(s\), spec [0-9a-f]{12}\.\n$/);
});

test('a right spec as JSON has its hash and every default', async () => {
  const { code, stdout } = await desk.run('validate', 'good.yaml', '--json');
  const answer = JSON.parse(stdout) as { spec: { tier: number; waves: string } };
  expect(code).toBe(0);
  expect(Object.keys(answer)).toEqual(['ok', 'id', 'specHash', 'warnings', 'spec']);
  expect(answer).toMatchObject({ ok: true, id: 'checkout-v2', warnings: [], spec: { tier: 1, waves: 'auto' } });
});

test('a spec is read from standard input', async () => {
  const { code, stdout } = await desk.start(['validate', '-'], { stdin: good }).ended;
  expect(code).toBe(0);
  expect(stdout).toContain('Change checkout-v2');
});

test('a wrong spec is exit code 2, every place, and nothing on stdout', async () => {
  const { code, stdout, stderr } = await desk.run('validate', 'bad.yaml');
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatchInlineSnapshot(`
    "bad.yaml:10:1: unknown key "bakes"; expected one of apiVersion, kind, id, title, owner, type, tier, services, labels, parts, waves, signals, expect, bake, onInconclusive, onError, onBusy, gates, window, rollback; did you mean "bake"?
    bad.yaml:12:11: waves[0].to is "125%"; expected a share above 0% and up to 100%, such as 25%
      SPEC_INVALID: Correct the place shown and run \`graywave validate FILE\` again.
    "
  `);
});

test('a wrong spec as JSON has each mistake with its place', async () => {
  const { code, stdout, stderr } = await desk.run('validate', 'bad.yaml', '--json');
  expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
  const { error } = JSON.parse(stdout) as { error: { code: string; at: object; issues: { nearest?: string }[] } };
  expect(Object.keys(error)).toEqual(['code', 'message', 'hint', 'at', 'issues']);
  expect(error.code).toBe('SPEC_INVALID');
  expect(error.at).toEqual({ file: 'bad.yaml', line: 10, column: 1 });
  expect(error.issues.map(({ nearest }) => nearest)).toEqual(['bake', undefined]);
});

test('a file that is not there is exit code 2', async () => {
  const { code, stderr } = await desk.run('submit', 'nothing.yaml');
  expect(code).toBe(2);
  expect(stderr).toContain('SPEC_UNREADABLE');
});

test('names that the worker configuration does not know are refused before anything is started', async () => {
  desk.file(
    'workers.yaml',
    'drivers: { process: { fleets: {} } }\nsources: { flet: { kind: prometheus, url: "http://127.0.0.1:9" } }\n',
  );
  const { code, stderr } = await desk.run('submit', 'good.yaml', '--config', 'workers.yaml');
  expect(code).toBe(2);
  expect(stderr).toMatchInlineSnapshot(`
    "good.yaml:9:15: unknown source "fleet"; expected one of flet; did you mean "flet"?
      SOURCE_UNKNOWN: Use a source the worker knows (\`graywave doctor\` lists them), or add it to the worker configuration.
    "
  `);
});

test('a wrong worker configuration is exit code 2 and says where', async () => {
  desk.file('wrong.yaml', 'pace: { firstSeconds: fast }\n');
  desk.file('torn.yaml', 'drivers: { process: [\n');
  for (const [file, place] of [
    ['wrong.yaml', 'pace.firstSeconds'],
    ['torn.yaml', 'torn.yaml:2:1'],
    ['absent.yaml', 'absent.yaml'],
  ] as const) {
    const { code, stderr } = await desk.run('worker', '--config', file);
    expect(code, file).toBe(2);
    expect(stderr, file).toContain(place);
    expect(stderr, file).toContain('CONFIG_INVALID');
  }
});

test('schema prints a JSON Schema that names every required field', async () => {
  const { code, stdout } = await desk.run('schema');
  const schema = JSON.parse(stdout) as { $schema: string; required: string[] };
  expect(code).toBe(0);
  expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#');
  expect(schema.required).toEqual(['apiVersion', 'kind', 'id', 'owner', 'services', 'parts']);
});

test('an unknown command or option is exit code 2 with the one that was probably meant', async () => {
  expect(await desk.run('sumbit')).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean submit?') });
  expect(await desk.run('submit', '--wiat', 'x')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Did you mean --wait?'),
  });
});

test('an option that must be a number is not guessed', async () => {
  const { code, stderr } = await desk.run('list', '--limit', 'many');
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: "error: option '--limit <n>' argument 'many' is invalid. Expected a whole number from 1 to 10000.\n",
  });
});

test('wrong usage as JSON is an error document', async () => {
  const { code, stdout } = await desk.run('list', '--limit', 'many', '--json');
  expect(code).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'USAGE' } });
});

test('without a Temporal server every command that needs one is exit code 3 with what to do', async () => {
  const env = { TEMPORAL_ADDRESS: '127.0.0.1:1' };
  const needs = [
    ['submit', 'good.yaml'],
    ['plan', 'good.yaml'],
    ['list'],
    ...['watch', 'status', 'pause', 'resume', 'approve', 'promote', 'abort', 'explain'].map((name) => [name, 'x']),
    ['extend', 'x', '5m'],
    ['adopt', 'x', '--reason', 'r'],
    ['abort', 'x', '--leave', '--reason', 'r'],
    ['rollback', 'x', '--retry', '--reason', 'r'],
    ['hold', 'all', '--reason', 'r'],
    ['unhold', 'all'],
    ['holds'],
    ['leases'],
  ];
  const ends = await Promise.all(needs.map((args) => desk.start(args, { env }).ended));
  ends.forEach(({ code, stdout, stderr }, i) => {
    expect({ code, stdout }, needs[i]?.[0]).toEqual({ code: 3, stdout: '' });
    expect(stderr, needs[i]?.[0]).toContain('No Temporal server answers on 127.0.0.1:1');
    expect(stderr, needs[i]?.[0]).toContain('TEMPORAL_UNREACHABLE: Start one with `graywave up`');
  });
});

test('what must have a reason says so before it asks anybody', async () => {
  const env = { TEMPORAL_ADDRESS: '127.0.0.1:1' };
  const needs = [
    ['hold', 'all'],
    ['rollback', 'x', '--retry'],
    ['undo', 'x', '--offline'],
    ['abort', 'x', '--leave'],
    ['adopt', 'x'],
  ];
  const ends = await Promise.all(needs.map((args) => desk.start(args, { env }).ended));
  ends.forEach(({ code, stdout, stderr }, i) =>
    expect([code, stdout, stderr], needs[i]?.[0]).toEqual([2, '', expect.stringContaining('--reason <text>')]),
  );
});

test('rollback without --retry, and undo without --offline, say what does the other thing', async () => {
  const rollback = await desk.run('rollback', 'x', '--reason', 'r');
  expect([rollback.code, rollback.stderr]).toEqual([2, expect.stringContaining('graywave abort x')]);
  const undo = await desk.run('undo', 'x', '--reason', 'r');
  expect([undo.code, undo.stderr]).toEqual([2, expect.stringContaining('graywave abort x')]);
});

test('a scope or a length that is none is refused with examples', async () => {
  const env = { TEMPORAL_ADDRESS: '127.0.0.1:1' };
  const length = await desk.start(['hold', 'all', '--reason', 'r', '--for', 'a while'], { env }).ended;
  expect([length.code, length.stderr]).toEqual([2, expect.stringContaining('write for example 30m, 2h or 1d')]);
});

test('undo asks no Temporal: of a journal that knows nothing of the change it says so', async () => {
  desk.file('worker.yaml', 'state: nowhere\n');
  const env = { TEMPORAL_ADDRESS: '127.0.0.1:1' };
  const args = ['undo', 'x', '--offline', '--reason', 'r', '--config', 'worker.yaml'];
  const { code, stdout, stderr } = await desk.start(args, { env }).ended;
  expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
  expect(stderr).toContain('This journal has no record of a change x.');
  expect(stderr).toContain('CHANGE_UNKNOWN: Nothing was touched for it, or its workers keep another journal');
});

test('a worker whose Temporal is elsewhere refuses to keep its journal in a file, and ends', async () => {
  desk.file('elsewhere.yaml', 'metrics: "127.0.0.1:0"\n');
  const env = { TEMPORAL_ADDRESS: 'temporal.example:7233' };
  const { code, stderr } = await desk.start(['worker', '--config', 'elsewhere.yaml'], { env }).ended;
  expect(code).toBe(3);
  expect(stderr).toContain('JOURNAL_NEEDED: Set DATABASE_URL to keep the journal in PostgreSQL.');
});

test('doctor in an empty directory says what is missing and what to type, with exit code 1', async () => {
  const empty = new Desk();
  try {
    const env = { TEMPORAL_ADDRESS: '127.0.0.1:1' };
    const { code, stdout } = await empty.start(['doctor', '--json'], { env }).ended;
    const { ok, checks } = JSON.parse(stdout) as {
      ok: boolean;
      checks: { name: string; ok: boolean; next?: string }[];
    };
    expect({ code, ok }).toEqual({ code: 1, ok: false });
    expect(checks.filter((check) => !check.ok).map(({ name, next }) => `${name} → ${next}`)).toEqual([
      'Temporal at 127.0.0.1:1, namespace default → graywave up, or set TEMPORAL_ADDRESS or TEMPORAL_PROFILE',
      'worker configuration graywave.yaml → write one: docs/getting-started.md has an example',
    ]);
  } finally {
    await empty.close();
  }
});
