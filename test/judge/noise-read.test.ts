import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkConfig, openNoises } from '../../src/config.js';
import { GraywaveError } from '../../src/errors.js';
import { defaultNoise } from '../../src/judge/noise/default.js';
import { readNoise } from '../../src/judge/noise/read.js';

const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

test('what learning writes is read as it is', () => {
  expect(readNoise(json(defaultNoise), 'x.json')).toEqual(defaultNoise);
  const minutes = { ...defaultNoise, name: 'checkout', intervalSeconds: 30 };
  expect(readNoise(json(minutes), 'x.json')).toEqual(minutes);
});

test('a profile that is wrong anywhere is refused with its file, the place and what was expected', () => {
  const [kind] = defaultNoise.level.kinds;
  const level = (more: object): object => ({ ...defaultNoise, level: { ...defaultNoise.level, ...more } });
  const cases: [unknown, string][] = [
    [null, 'the profile is null; expected a map'],
    [[], 'the profile is []; expected a map'],
    [{ ...defaultNoise, version: 2 }, 'version is 2; expected 1'],
    [{ ...defaultNoise, name: '' }, 'name is ""; expected a text'],
    [{ ...defaultNoise, intervalSeconds: 0 }, 'intervalSeconds is 0; expected a number above 0'],
    [level({ kinds: [] }), 'level.kinds is []; expected a list of 1 to 8'],
    [level({ kinds: [{ ...kind, weight: 1, rho: 1 }] }), 'level.kinds[0].rho is 1; expected a number from 0 to 0.9999'],
    [level({ kinds: [{ ...kind, weight: 1, tau: 0 }] }), 'level.kinds[0].tau is 0; expected a number above 0'],
    [level({ kinds: [{ ...kind, weight: 0.5 }] }), 'expected weights that sum to 1, not to 0.5'],
    [level({ kinds: [{ ...kind, weight: 1, common: undefined }] }), 'level.kinds[0].common is missing; expected a map'],
    [level({ alpha: 0 }), 'level.alpha is 0; expected a number above 0'],
    [level({ bound: '3' }), 'level.bound is "3"; expected a number'],
    [{ ...defaultNoise, counts: { drift: [] } }, 'counts.drift is []; expected a list'],
  ];
  for (const [value, told] of cases) {
    expect(() => readNoise(value === null ? null : json(value), 'x.json')).toThrow(`x.json: noise profile: `);
    expect(() => readNoise(value === null ? null : json(value), 'x.json')).toThrow(told);
  }
});

test('the worker configuration names the files, relative to itself; one that is not there or wrong stops the worker', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'noise-'));
  const at = join(directory, 'graywave.yaml');
  await writeFile(join(directory, 'checkout.json'), JSON.stringify({ ...defaultNoise, name: 'learnt' }));
  await writeFile(join(directory, 'wrong.json'), '{"version": 1}');
  const noises = await openNoises(checkConfig({ noise: { checkout: 'checkout.json' } }, at));
  expect([...noises].map(([name, profile]) => [name, profile.name])).toEqual([['checkout', 'learnt']]);
  const codeOf = async (noise: Record<string, string>): Promise<string> =>
    openNoises(checkConfig({ noise }, at)).then(
      () => 'read',
      (error: unknown) => (error instanceof GraywaveError ? error.code : String(error)),
    );
  expect(await codeOf({ checkout: 'none.json' })).toBe('CONFIG_INVALID');
  expect(await codeOf({ checkout: 'wrong.json' })).toBe('DATA_INVALID');
  expect(() => checkConfig({ noise: { default: 'checkout.json' } }, at)).toThrow('none of them default');
});
