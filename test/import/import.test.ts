import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type Arguments, importText, type Imported } from '../../src/import/import.js';
import { importedText } from '../../src/import/write.js';
import { readJudge } from '../../src/judging/read.js';
import { readChange } from '../../src/spec/read.js';
import * as argo from './argo-examples.js';
import * as flagger from './flagger-examples.js';
import * as kayenta from './kayenta-examples.js';

const examples = { ...kayenta, ...argo, ...flagger };

const read = (text: string, given: Arguments = {}): Imported => importText(text, { file: 'in.yaml', as: null, given });

const changeOf = ({ change }: Imported) => {
  const rest = {
    apiVersion: 'graywave/v1',
    kind: 'Change',
    id: 'x',
    owner: 'a',
    services: ['s'],
    parts: [{ driver: 'process' }],
  };
  return readChange(JSON.stringify({ ...rest, ...change }), { file: 'change.json' }).spec;
};

test.each(Object.entries(examples))('%s: the judge file is one, and its fragment fits into a change', (_name, text) => {
  const imported = read(text);
  const file = readJudge(importedText(imported, 'in.yaml'), { file: 'judge.yaml' });
  expect(file.metrics.length).toBe(imported.judge?.metrics.length);
  expect(changeOf(imported).id).toBe('x');
});

test.each(Object.entries(examples))(
  '%s: every field is carried over or reported, and none is unknown',
  (_name, text) => {
    const { carried, left } = read(text);
    expect(left.filter(({ why }) => why === 'not known here')).toEqual([]);
    const kinds = parseAllDocuments(text).map((document) => document.toJS() as { kind?: string });
    const settled = new Set([...carried, ...left].map(({ path }) => path));
    for (const document of kinds) {
      const prefix = kinds.length > 1 ? `${document.kind} ` : '';
      for (const steps of leaves(document)) {
        const within = steps.map((_, i) => prefix + pathOf(steps.slice(0, i + 1)));
        expect(within.some((path) => settled.has(path)) || settled.has(`${prefix}the file`), within.at(-1)).toBe(true);
      }
    }
    for (const { at, why, instead } of left) {
      expect([at.line, at.column].every((one) => typeof one === 'number')).toBe(true);
      expect(why.length > 10 && instead.length > 0, why).toBe(true);
    }
  },
);

function leaves(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, one]) =>
    leaves(one, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return inner.length === 0 && path.length > 0 ? [path] : inner;
}

const pathOf = (path: readonly (string | number)[]): string =>
  path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\./, '');

test('a field that nobody knows is reported with its place', () => {
  const { left } = read(examples.argoPrometheus.replace('    failureLimit: 3\n', '    failureLimits: 3\n'));
  expect(left).toContainEqual(
    expect.objectContaining({
      path: 'spec.metrics[0].failureLimits',
      why: 'not known here',
      at: { file: 'in.yaml', line: 12, column: 20 },
    }),
  );
});

test('kayenta docs/canary-config.md: direction, holes, criticality, effect and weights are carried over', () => {
  const imported = read(examples.kayentaFields, { 'baseline.scope': 'v1', 'canary.scope': 'v2' });
  expect(imported.judge).toEqual({
    apiVersion: 'graywave/v1',
    kind: 'Judge',
    title: 'my-app golden signals canary config',
    method: 'ranks',
    groups: { Latency: 33, Errors: 67 },
    metrics: [
      {
        name: 'http errors',
        direction: 'increase',
        group: 'Errors',
        critical: true,
        mustHaveData: true,
        nan: 'replace',
        effect: { increase: 1.1, decrease: 0.9, criticalIncrease: 5, criticalDecrease: 0.5 },
        query: {
          source: 'env:PROMETHEUS_URL',
          baseline: 'sum(rate(errors{version="v1"}[1m]))',
          canary: 'sum(rate(errors{version="v2"}[1m]))',
        },
      },
      { name: 'latency', direction: 'either', group: 'Latency' },
    ],
  });
  expect(imported.left.map(({ path }) => path)).toEqual([
    'id',
    'description',
    'applications',
    'metrics[0].analysisConfigurations.canary.outliers',
    'metrics[1].query',
  ]);
});

test('kayenta canary-config-prometheus-cpu-only.json: a filter template becomes a query for each side', () => {
  const { judge } = read(examples.kayentaPrometheus, { namespace: 'prod', 'baseline.scope': 'a', 'canary.scope': 'b' });
  expect(judge).toMatchObject({ score: { pass: 75, marginal: 50 }, groups: { 'pod-group': 100 } });
  expect(judge?.metrics[0]).toMatchObject({
    name: 'CPU usage for service',
    critical: true,
    query: {
      baseline: 'avg(integration_test_cpu{namespace="prod", pod_name="a"})',
      canary: 'avg(integration_test_cpu{namespace="prod", pod_name="b"})',
    },
  });
});

test('kayenta: a template without a value is reported with what to type', () => {
  const { left } = read(examples.kayentaPrometheus, { namespace: 'prod' });
  expect(left).toContainEqual(
    expect.objectContaining({
      path: 'metrics[0].query',
      instead: 'import again with --arg baseline.scope=OLD --arg canary.scope=NEW',
    }),
  );
});

test('kayenta scratch/newrelic_adhoc_canary.json: scopes and thresholds of the request are read', () => {
  const { judge, left } = read(examples.kayentaAdHoc);
  expect(judge).toMatchObject({ score: { pass: 95, marginal: 75 }, groups: { err: 70, app: 30 } });
  expect(left.find(({ path }) => path === 'canaryConfig.metrics[0].query')?.why).toBe(
    'values of newrelic are not fetched',
  );
});

test('argo docs/analysis/prometheus.md: condition, limit, query, header and timeout are carried over', () => {
  const { judge, change } = read(examples.argoPrometheus, { 'service-name': 'guestbook' });
  expect(judge?.metrics).toEqual([
    {
      name: 'success-rate',
      bounds: { accept: [{ min: 0.95 }], allow: { bad: 3 } },
      query: {
        source: 'http://prometheus.example.com:9090',
        canary: expect.stringContaining('destination_service=~"guestbook",response_code!~"5.*"'),
        step: '5m',
        timeout: '40s',
        headers: { 'X-Scope-OrgID': 'env:X_SCOPE_ORGID' },
      },
    },
  ]);
  expect(change.signals).toEqual([
    {
      kind: 'ratio',
      name: 'success-rate',
      source: 'prometheus',
      counter: 'istio_requests_total',
      bad: { response_code: '5.*' },
      select: { reporter: 'source' },
      limit: '5%',
    },
  ]);
});

test('argo docs/analysis/prometheus.md: an argument without a value is reported with what to type', () => {
  const { left } = read(examples.argoPrometheus);
  expect(left.map(({ path, instead }) => `${path} → ${instead}`)).toEqual([
    'spec.args[0].name → import again with --arg service-name=VALUE',
    'spec.metrics[0].provider.prometheus.headers[0].value → export X_SCOPE_ORGID="tenant_a"',
    'spec.metrics[0].provider.prometheus.query → import again with --arg service-name=VALUE',
  ]);
});

test('argo docs/analysis/prometheus.md, range queries: each value of the window is held against the condition', () => {
  const { judge } = read(examples.argoRange, { 'service-name': 'guestbook' });
  expect(judge?.metrics[0]).toMatchObject({
    bounds: { accept: [{ below: 1000 }], noData: 'good', allow: { bad: 3 } },
    query: { canary: 'http_latency_ms{service="guestbook"}', step: '1m' },
  });
});

test('argo docs/features/analysis.md: failure conditions, limits, dry run, delay, other providers', () => {
  const { judge, left, change } = read(examples.argoMany);
  expect(judge?.metrics).toMatchObject([
    {
      name: 'total-5xx-errors',
      decides: false,
      bounds: { reject: [{ min: 10 }], allow: { bad: 3, inconclusive: 1, errorsInRow: 2 } },
    },
    { name: 'success-rate', bounds: { accept: [{ min: 0.9 }], reject: [{ below: 0.5 }] }, query: { delay: '5m' } },
    { name: 'webmetric' },
    { name: 'test' },
  ]);
  expect(change.bake).toEqual({ min: '15m', max: '15m' });
  expect(left.map(({ path }) => path)).toEqual([
    'spec.args[1].valueFrom',
    'spec.measurementRetention',
    'spec.metrics[0].failureCondition',
    'spec.metrics[1].successCondition',
    'spec.metrics[2].successCondition',
    'spec.metrics[2].provider.web',
    'spec.metrics[3].provider.job',
  ]);
});

test('argo docs/features/analysis.md, background analysis: weights and pauses become waves, bakes and gates', () => {
  const { judge, change } = read(examples.argoRollout);
  expect(judge?.metrics[0]?.query?.canary).toContain('guestbook-svc.default.svc.cluster.local');
  expect(change.waves).toEqual([
    { to: '20%', bake: { min: '10m', max: '10m' } },
    { to: '40%' },
    { to: '60%', bake: { min: '10m', max: '10m' } },
    { to: '100%' },
  ]);
  expect(change.gates).toEqual([{ beforeWave: 3, reason: 'the rollout waited here for a person' }]);
});

test('flagger docs/usage/how-it-works.md: ranges, weights and the threshold are carried over', () => {
  const { judge, change, left } = read(examples.flaggerCanary);
  expect(judge?.metrics).toEqual([
    { name: 'request-success-rate', bounds: { accept: [{ min: 99 }], noData: 'bad', allow: { bad: 9 } } },
    { name: 'request-duration', bounds: { accept: [{ max: 500 }], noData: 'bad', allow: { bad: 9 } } },
  ]);
  expect(change.waves).toHaveLength(11);
  expect(change.waves?.[0]).toEqual({ to: '5%', bake: { min: '1m', max: '1m' } });
  expect(change.waves?.at(-1)).toEqual({ to: '100%' });
  expect(change.signals).toEqual([
    { kind: 'errors', name: 'request-success-rate', source: 'prometheus', limit: '1%' },
    { kind: 'latency', name: 'request-duration', source: 'prometheus', quantiles: ['p99'] },
  ]);
  expect(left.map(({ path }) => path)).toContain('spec.analysis.webhooks');
});

test('flagger docs/usage/metrics.md: templates are filled in from the canary beside them', () => {
  const { judge, change, left } = read(examples.flaggerTemplates);
  expect(judge?.metrics).toMatchObject([
    {
      name: '404s percentage',
      bounds: { accept: [{ max: 5 }], allow: { bad: 4 } },
      query: { source: 'http://prometheus.istio-system:9090', step: '1m' },
    },
    { name: 'my metric', bounds: { accept: [{ min: 10, max: 1000 }] } },
    { name: 'bytes', bounds: { accept: [{ max: 5 }] } },
  ]);
  expect(judge?.metrics[0]?.query?.canary).toContain('destination_workload="podinfo"');
  expect(judge?.metrics[1]?.query?.canary).toMatch(/namespace="test",[^}]*direction="inbound"/);
  expect(judge?.metrics[2]?.query).toBeUndefined();
  expect(change.bake).toEqual({ min: '5m', max: '5m' });
  expect(change.signals).toMatchObject([
    { kind: 'ratio', bad: { response_code: '404' }, limit: '5%' },
    { kind: 'latency', histogram: 'response_latency_ms', quantiles: ['p99'] },
  ]);
  expect(left.map(({ why }) => why)).toContain('values of stackdriver are not fetched');
});

test.each([
  ['a: 1', 'IMPORT_UNKNOWN', 'in.yaml: neither a Kayenta'],
  ['[', 'DATA_INVALID', 'in.yaml:1:'],
  ['apiVersion: argoproj.io/v1alpha1\nkind: AnalysisTemplate\nspec: {}', 'IMPORT_UNKNOWN', 'it has no metric'],
  [
    examples.argoPrometheus.replace('5m\n', 'soon\n'),
    'DATA_INVALID',
    'spec.metrics[0].interval is "soon"; expected a duration',
  ],
])('what is no such configuration is refused with a place: %s', (text, code, message) => {
  expect(() => read(text)).toThrowError(expect.objectContaining({ code, message: expect.stringContaining(message) }));
});

test.each([
  ['.*', true],
  ['total-5xx-errors', true],
  ['total-.*-errors', true],
  ['.*5xx.*', true],
  ['total', false],
  ['total-5xx-errors.*s', false],
  ['.*'.repeat(200) + 'x', false],
])('argo docs/features/analysis.md: dryRun of %s', (pattern, dry) => {
  const { judge } = read(examples.argoMany.replace('total-5xx.*\n', `'${pattern}'\n`));
  expect(judge?.metrics[0]?.decides === false).toBe(dry);
});
