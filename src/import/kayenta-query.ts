import type { WrittenMetric } from '../judging/schema.js';
import { durationText } from '../spec/units.js';
import { usualSource } from './endpoint.js';
import type { Field } from './field.js';
import { filled, type Placeholders } from './placeholders.js';
import type { Arguments } from './types.js';

/** What the templates' variables stand for, on each side. */
export interface Scopes {
  baseline: Placeholders;
  canary: Placeholders;
  stepSeconds: number | undefined;
}

/**
 * Scopes of an ad-hoc request, and what was given with `--arg`: `--arg canary.scope=v2` is for one side, `--arg
 * location=eu` for both.
 */
export function scopesOf(request: Field, given: Arguments): Scopes {
  const [, first] = request.get('scopes').entries()[0] ?? [];
  const side = (key: string, arm: 'baseline' | 'canary'): Record<string, string> => {
    const values: Record<string, string> = {};
    for (const [name, field] of first?.get(key).entries() ?? []) {
      const text = field.text();
      if (name === 'start' || name === 'end')
        field.left('the window is said when it is judged', 'graywave judge --from … --to …');
      else if (name === 'step') field.carried('metrics[].query.step');
      else if (text !== undefined) {
        values[name] = text;
        field.carried('metrics[].query');
      }
    }
    for (const [name, field] of first?.get(key, 'extendedScopeParams').entries() ?? []) {
      const text = field.text();
      if (text !== undefined) values[name] = text;
    }
    for (const [name, value] of Object.entries(given)) {
      const [, of, bare] = /^(baseline|canary)\.(.+)$/.exec(name) ?? [];
      if (of === undefined) values[name] = value;
      else if (of === arm && bare !== undefined) values[bare] = value;
    }
    return values;
  };
  const stepSeconds = first?.get('experimentScope', 'step').seconds();
  return { baseline: side('controlScope', 'baseline'), canary: side('experimentScope', 'canary'), stepSeconds };
}

/** The pair of queries of a Prometheus metric; null, and said, for what cannot be asked. */
export function kayentaQuery(metric: Field, templates: Field, scopes: Scopes): WrittenMetric['query'] | null {
  const query = metric.get('query');
  const type = query.get('type').text();
  if (type !== 'prometheus') {
    query.left(
      `values of ${type ?? 'this store'} are not fetched`,
      'give its values as a file: `graywave judge judge.yaml values.json`',
    );
    return null;
  }
  query.get('type').carried('metrics[].query');
  query.get('serviceType').carried('metrics[].query');
  const template = templateOf(query, templates);
  const name = query.get('metricName').text();
  const promql = template?.promql ?? (name === undefined ? null : averaged(query, name, template?.filter ?? ''));
  if (promql === null) {
    query.left('it names neither a metric nor a query', 'write query.baseline and query.canary into the judge file');
    return null;
  }
  const baseline = filled(promql, scopes.baseline);
  const canary = filled(promql, scopes.canary);
  const [open] = [...baseline.open, ...canary.open];
  if (open !== undefined)
    query.left(
      `\${${open}} has no value, so both sides would be asked alike`,
      `import again with --arg baseline.${open}=OLD --arg canary.${open}=NEW`,
    );
  else if (baseline.text === canary.text)
    query.left('both sides are asked alike', 'write query.baseline and query.canary into the judge file');
  const step = scopes.stepSeconds;
  return {
    source: usualSource,
    baseline: baseline.text,
    canary: canary.text,
    ...(step === undefined || step < 1 ? {} : { step: durationText(step) }),
  };
}

/** `PromQL:` in front makes a template the whole query; else it is the filter inside of the braces. */
function templateOf(query: Field, templates: Field): { promql?: string; filter?: string } | null {
  const named = query.get('customFilterTemplate');
  const reference = named.there ? templates.get(named.text() ?? '') : undefined;
  if (named.there && reference?.there !== true) named.left('there is no template of this name', 'correct the name');
  else named.carried('metrics[].query');
  const inline = query.get('customInlineTemplate').carried('metrics[].query');
  const filter = query.get('customFilter').carried('metrics[].query');
  const text = (reference?.carried('metrics[].query') ?? (inline.there ? inline : filter)).text();
  if (text === undefined) return null;
  const whole = /^\s*PromQL:\s*([\s\S]*)$/i.exec(text)?.[1];
  return whole === undefined ? { filter: text } : { promql: whole.trim() };
}

/** Kayenta asks for the average over all series that fit. */
function averaged(query: Field, name: string, filter: string): string {
  query.get('metricName').carried('metrics[].query');
  const labels = query
    .get('labelBindings')
    .carried('metrics[].query')
    .items()
    .flatMap((label) => label.text() ?? []);
  query.get('groupByFields').left('one series a side is compared', 'a metric for each group');
  const inside = [...labels, ...(filter === '' ? [] : [filter.replaceAll("'", '"')])].join(',');
  return `avg(${name}{${inside}})`;
}
