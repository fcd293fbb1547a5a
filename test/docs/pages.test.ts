import { existsSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { checkConfig } from '../../src/config.js';
import { controlsOf } from '../../src/policy/controls.js';
import { readChange } from '../../src/spec/read.js';
import { levels } from '../../src/spec/types.js';
import { durationText, percentText } from '../../src/spec/units.js';
import { anchorsOf, blocksOf, internalLinks, pages, rowsOf, textOf } from './pages.js';

const yaml = pages.flatMap(blocksOf).filter(({ language }) => language.startsWith('yaml'));

test('every link inside the repository leads somewhere, to a heading that is there', () => {
  const links = pages.flatMap(internalLinks);
  expect(links.length).toBeGreaterThan(30);
  const broken = links.filter(({ path, anchor }) => {
    if (!existsSync(path)) return true;
    return anchor !== null && !anchorsOf(path).has(anchor);
  });
  expect(broken).toEqual([]);
});

test('every decision is numbered once, and its title carries the number', () => {
  const names = readdirSync('docs/decisions').toSorted();
  expect(new Set(names.map((name) => name.slice(0, 4))).size).toBe(names.length);
  for (const name of names) {
    expect(textOf(`docs/decisions/${name}`), name).toMatch(new RegExp(`^# ${name.slice(0, 4)}:? `));
  }
});

test('every change on a page is right, and gives no warning but that it has no signals', () => {
  const changes = yaml.filter(({ text }) => text.includes('kind: Change'));
  expect(changes.length).toBeGreaterThanOrEqual(4);
  for (const { page, text } of changes) {
    const { warnings } = readChange(text, { file: page });
    expect(warnings.filter(({ message }) => !message.startsWith('no signals'))).toEqual([]);
  }
});

test('every graywave.yaml on a page is a worker configuration, and its values are the defaults where it says so', () => {
  const configs = yaml.filter(({ language }) => language === 'yaml graywave.yaml');
  expect(configs.length).toBeGreaterThanOrEqual(2);
  const [full] = configs.map(({ page, text }) => checkConfig(parse(text), page));
  const defaults = checkConfig({}, 'docs/getting-started.md');
  expect(full).toMatchObject({ ...defaults, drivers: full?.drivers, sources: full?.sources });
});

test('every other YAML block is one of these two', () => {
  const others = yaml.filter(({ language, text }) => language === 'yaml' && !text.includes('kind: Change'));
  expect(others).toEqual([]);
});

test('every JSON block is JSON', () => {
  for (const { page, language, text } of pages.flatMap(blocksOf)) {
    if (language === 'json') expect(() => JSON.parse(text) as unknown, `${page}: ${text}`).not.toThrow();
  }
});

test('the table of levels says what the controls are', () => {
  const rows = rowsOf(textOf('docs/concepts.md'));
  const row = (name: string): string[] | undefined => rows.find(([first]) => first === name)?.slice(1);
  const controls = levels.map(controlsOf);
  expect(row('chance of a false stop (α)')).toEqual(controls.map((its) => percentText(its.alpha)));
  expect(row('chance to miss (β)')).toEqual(controls.map((its) => percentText(its.beta)));
  expect(row('usual bake')).toEqual(
    controls.map(({ bake }) => `${durationText(bake.minSeconds)} to ${durationText(bake.maxSeconds)}`),
  );
  expect(row('largest first wave')).toEqual(controls.map((its) => percentText(its.maxFirstShare)));
  expect(row('largest later step')).toEqual(controls.map((its) => percentText(its.maxStepShare)));
  expect(row('a person approves first')).toEqual(controls.map((its) => (its.approval ? 'yes' : 'no')));
  expect(row('without proof')).toEqual(controls.map((its) => its.onInconclusive.replace('rollback', 'roll back')));
  expect(row('source broken to the end')).toEqual(controls.map((its) => its.onError));
  expect(row('drained when nobody looks for')).toEqual(controls.map((its) => durationText(its.unwatchedLimitSeconds)));
});

test('no page names a path of the machine it was written on', () => {
  for (const page of pages) expect(textOf(page), page).not.toMatch(/\/(?:root|tmp|Users|work)\//);
});
