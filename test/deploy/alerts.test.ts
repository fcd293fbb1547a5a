import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { sorted } from '../docs/pages.js';
import { stories, type Story } from './alert-cases.js';
import { findPromtool, promtool } from './promtool.js';

interface Rule {
  alert: string;
  expr: string;
  for?: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

const file = 'deploy/alerts.yml';
const text = readFileSync(file, 'utf8');
const { groups } = parse(text) as { groups: { name: string; rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);

function ruleOf(name: string): Rule {
  const rule = rules.find(({ alert }) => alert === name);
  if (!rule) throw new Error(`no rule ${name}`);
  return rule;
}

/** The few templates that the rules use. */
const rendered = (template: string, { labels, value = '' }: NonNullable<Story['fires']>): string =>
  template
    .replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_, name: string) => labels[name] ?? '')
    .replaceAll(/\{\{ \$value(?: \| \w+)? \}\}/g, value);

/** A story as `promtool test rules` reads it. */
function asTest({ title, alert, seen, at, fires }: Story): object {
  const { labels, annotations } = ruleOf(alert);
  const expected = fires && {
    exp_labels: { ...labels, ...fires.labels },
    exp_annotations: Object.fromEntries(Object.entries(annotations).map(([key, one]) => [key, rendered(one, fires)])),
  };
  return {
    name: `${alert}: ${title}`,
    interval: '10s',
    input_series: Object.entries(seen).map(([series, values]) => ({ series, values })),
    alert_rule_test: [{ alertname: alert, eval_time: at, exp_alerts: expected ? [expected] : [] }],
  };
}

const asked = (tests: object[]): object => ({ rule_files: [resolve(file)], evaluation_interval: '30s', tests });

it('every rule says what has happened, what to do next, and how urgent it is', () => {
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  for (const { alert, labels, annotations } of rules) {
    expect(alert).toMatch(/^Graywave([A-Z][a-z]+)+$/);
    expect(['page', 'warning'], alert).toContain(labels['severity']);
    expect(Object.keys(annotations), alert).toEqual(['summary', 'description']);
    expect(annotations['summary']?.length, alert).toBeLessThan(120);
    expect(annotations['description'], alert).toMatch(/\b(Check|Look|Start|Raise|See|Put|graywave list|run|correct)\b/);
  }
});

it('every rule has a story in which it fires and one in which it is quiet', () => {
  const names = (some: readonly Story[]): string[] => sorted(new Set(some.map(({ alert }) => alert)));
  const all = sorted(rules.map(({ alert }) => alert));
  expect(names(stories.filter(({ fires }) => fires !== null))).toEqual(all);
  expect(names(stories.filter(({ fires }) => fires === null))).toEqual(all);
});

it('in CI there is a promtool to check with; elsewhere its absence is told', () => {
  if (findPromtool() === null) console.warn('No promtool in /usr/bin or on the PATH: install the package prometheus.');
  expect(findPromtool() !== null || process.env['CI'] !== 'true').toBe(true);
});

describe.runIf(findPromtool() !== null)('with Prometheus’ own tool', () => {
  it('the file is one of rules', async () => {
    const { ok, said } = await promtool(['check', 'rules'], text);
    expect(said).toContain(`${rules.length} rules found`);
    expect(ok, said).toBe(true);
  });

  it('every story ends as it says', async () => {
    const { ok, said } = await promtool(['test', 'rules'], asked(stories.map(asTest)));
    expect(ok, said).toBe(true);
  });

  it('no story ends otherwise: promtool finds every one of them wrong when it says the contrary', async () => {
    const contrary = stories.map((story) => ({ ...story, fires: story.fires ? null : { labels: {} } }));
    const { said } = await promtool(['test', 'rules'], asked(contrary.map(asTest)));
    const wrong = [...said.matchAll(/^ *name: (.+),$/gm)].map(([, name]) => name);
    expect(sorted(wrong)).toEqual(sorted(stories.map(({ alert, title }) => `${alert}: ${title}`)));
  });
});
