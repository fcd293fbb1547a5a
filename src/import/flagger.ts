import type { WrittenMetric } from '../judging/schema.js';
import type { WrittenSignal } from '../spec/signals.js';
import { durationText, percentText } from '../spec/units.js';
import { headersOf, sourceOf } from './endpoint.js';
import type { Field } from './field.js';
import { headerOf } from './header.js';
import { flaggerWaves } from './flagger-waves.js';
import { filled, type Placeholders } from './placeholders.js';
import { signalOf, slug, sourceName } from './promql.js';
import type { Arguments, ChangeFragment } from './types.js';

export interface FromFlagger {
  title: string;
  metrics: WrittenMetric[];
  change: ChangeFragment;
}

export const isFlagger = (document: Field): boolean => {
  const kind = document.get('kind').text() ?? '';
  const ours = document.get('apiVersion').text()?.startsWith('flagger.app/') ?? false;
  return ours && ['Canary', 'MetricTemplate', 'AlertProvider'].includes(kind);
};

/** A Canary with the MetricTemplates that stand beside it. */
export function fromFlagger(documents: readonly Field[], given: Arguments): FromFlagger {
  const ofKind = (kind: string): Field[] => documents.filter((one) => one.get('kind').text() === kind);
  const templates = ofKind('MetricTemplate');
  const metrics: WrittenMetric[] = [];
  const signals: WrittenSignal[] = [];
  const change: ChangeFragment = {};
  const titles: string[] = [];
  for (const document of documents) headerOf(document, 'metrics[].query');
  for (const canary of ofKind('Canary')) {
    titles.push(canary.get('metadata', 'name').line() ?? 'canary');
    const analysis = ['analysis', 'canaryAnalysis'].map((key) => canary.get('spec', key)).find((one) => one.there);
    specOf(canary);
    if (analysis === undefined) continue;
    Object.assign(change, flaggerWaves(analysis));
    const allowed = thresholdOf(analysis);
    for (const field of analysis.get('metrics').items()) {
      const metric = metricOf(field, templates, { canary, given, allowed });
      metrics.push(metric.written);
      if (metric.signal !== null) signals.push(metric.signal);
    }
  }
  for (const document of documents) {
    if (!['Canary', 'MetricTemplate'].includes(document.get('kind').text() ?? ''))
      document.left('it is no metric and no canary', 'channels and secrets stand in the configuration of the worker');
  }
  if (signals.length > 0) change.signals = signals;
  return { title: titles.join(', '), metrics, change };
}

function specOf(canary: Field): void {
  for (const [key, field] of canary.get('spec').entries()) {
    if (key === 'analysis' || key === 'canaryAnalysis') continue;
    const name = key === 'targetRef' || key === 'service' || key === 'ingressRef' ? field.get('name') : undefined;
    name?.carried('metrics[].query');
    field.left('what runs, and how its traffic is moved, is the business of a driver', 'parts: of the change');
  }
}

/** Flagger rolls back at `threshold` failed checks of all metrics together; here each metric counts its own. */
function thresholdOf(analysis: Field): number | undefined {
  const field = analysis.get('threshold');
  const threshold = field.number();
  if (threshold === undefined) return undefined;
  field.carried('metrics[].bounds.allow.bad');
  field.left(
    'there failed checks of all metrics count together; here each metric counts its own',
    'a smaller bounds.allow.bad',
  );
  return Math.max(0, Math.floor(threshold) - 1);
}

interface Around {
  canary: Field;
  given: Arguments;
  allowed: number | undefined;
}

function metricOf(
  field: Field,
  templates: readonly Field[],
  around: Around,
): { written: WrittenMetric; signal: WrittenSignal | null } {
  const name = field.get('name').carried('metrics[].name').line() ?? 'metric';
  const range = rangeOf(field, name);
  const bounds = {
    ...(range === null ? {} : { accept: [range] }),
    noData: 'bad' as const,
    ...(around.allowed === undefined ? {} : { allow: { bad: around.allowed } }),
  };
  const interval = field.get('interval').carried('metrics[].query.step').seconds() ?? 60;
  const query = queryOf(field, templates, around, interval);
  const builtIn = query === null ? builtInOf(name, range) : null;
  if (query === null && !field.get('templateRef').there && !field.get('query').there)
    field
      .get('name')
      .left(
        'the built-in query depends on the mesh and is not in the file',
        'write query.canary into the judge file, or give the values as a file',
      );
  if (range === null) field.left('it has no range of accepted values', 'write bounds into the judge file');
  const signal = query === null ? builtIn : signalOf(query.canary, name, range === null ? null : [range]);
  const isComplete = range !== null && query !== null;
  return { written: { name, ...(range === null ? {} : { bounds }), ...(isComplete ? { query } : {}) }, signal };
}

function rangeOf(field: Field, name: string): { min?: number; max?: number } | null {
  const min = field.get('thresholdRange', 'min').carried('metrics[].bounds.accept').number();
  const max = field.get('thresholdRange', 'max').carried('metrics[].bounds.accept').number();
  // Of old files: the least success rate, or the most of anything else.
  const old = field.get('threshold').carried('metrics[].bounds.accept').number();
  const oldRange = old === undefined ? {} : name === 'request-success-rate' ? { min: old } : { max: old };
  const range = { ...oldRange, ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
  return Object.keys(range).length === 0 ? null : range;
}

function builtInOf(name: string, range: { min?: number; max?: number } | null): WrittenSignal | null {
  if (name === 'request-success-rate') {
    const limit = range?.min === undefined ? 0 : Number((1 - range.min / 100).toFixed(6));
    const guard = limit > 0 && limit < 1 ? { limit: percentText(limit) } : {};
    return { kind: 'errors', name: slug(name), source: sourceName, ...guard };
  }
  if (name !== 'request-duration') return null;
  return { kind: 'latency', name: slug(name), source: sourceName, quantiles: ['p99'] };
}

function queryOf(
  field: Field,
  templates: readonly Field[],
  { canary, given }: Around,
  intervalSeconds: number,
): NonNullable<WrittenMetric['query']> | null {
  const reference = field.get('templateRef');
  const wanted = reference.get('name').text();
  const template = templates.find((one) => one.get('metadata', 'name').text() === wanted);
  if (reference.there && template === undefined) {
    reference.left('no MetricTemplate of this name is in the file', 'put it beside the Canary, with --- between them');
    return null;
  }
  reference.carried('metrics[].query');
  const query = template === undefined ? field.get('query') : template.get('spec', 'query');
  if (!query.there) return null;
  const variables = field.get('templateVariables').carried('metrics[].query.canary');
  const target = canary.get('spec', 'targetRef', 'name').text();
  const known: [string, string | undefined][] = [
    ['name', canary.get('metadata', 'name').text()],
    ['namespace', canary.get('metadata', 'namespace').text()],
    ['target', target],
    ['service', canary.get('spec', 'service', 'name').text() ?? target],
    ['ingress', canary.get('spec', 'ingressRef', 'name').text()],
    ['interval', durationText(intervalSeconds)],
    ...variables.entries().map(([key, one]): [string, string | undefined] => [`variables.${key}`, one.text()]),
    ...Object.entries(given),
  ];
  const values: Placeholders = Object.fromEntries(
    known.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
  const provider = template?.get('spec', 'provider');
  const type = provider?.get('type').text() ?? 'prometheus';
  if (provider !== undefined && type !== 'prometheus') {
    provider.left(
      `values of ${type} are not fetched`,
      'give its values as a file: `graywave judge judge.yaml values.json`',
    );
    query.left('it is no PromQL', 'write query.canary into the judge file, or give the values as a file');
    return null;
  }
  provider?.get('type').carried('metrics[].query');
  provider?.get('secretRef').left('credentials never stand in a file', 'query.headers: { authorization: env:NAME }');
  provider
    ?.get('insecureSkipVerify')
    .left('certificates are always checked', 'trust the server with NODE_EXTRA_CA_CERTS');
  const source = provider === undefined ? 'env:PROMETHEUS_URL' : sourceOf(provider.get('address'), values);
  const headers = provider === undefined ? null : headersOf(provider.get('headers'), values);
  const { text, open } = filled(query.carried('metrics[].query.canary').text() ?? '', values);
  const [first] = open;
  if (first !== undefined)
    query.left(`{{ ${first} }} has no value, so it cannot be asked as it is`, `import again with --arg ${first}=VALUE`);
  return {
    source,
    canary: text.trim(),
    ...(intervalSeconds < 1 ? {} : { step: durationText(intervalSeconds) }),
    ...(headers === null ? {} : { headers }),
  };
}
