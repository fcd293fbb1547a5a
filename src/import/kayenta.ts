import type { WrittenJudge, WrittenMetric } from '../judging/schema.js';
import type { Field } from './field.js';
import { kayentaQuery, type Scopes, scopesOf } from './kayenta-query.js';
import type { Arguments } from './types.js';

/** A canary configuration of Kayenta, also inside of an ad-hoc request with its scopes. */
export const isKayenta = (document: Field): boolean => {
  const config = configOf(document);
  return config.get('classifier').there || config.get('judge').there
    ? Array.isArray(config.get('metrics').value)
    : config
        .get('metrics')
        .items()
        .some((metric) => metric.get('analysisConfigurations').there);
};

const configOf = (document: Field): Field => {
  const inner = document.get('canaryConfig');
  return inner.there ? inner : document;
};

const records = ['id', 'description', 'applications', 'configVersion', 'createdTimestamp', 'updatedTimestamp'];
const moreRecords = ['createdTimestampIso', 'updatedTimestampIso', 'isNew', 'owner'];

export function fromKayenta(document: Field, given: Arguments): WrittenJudge | null {
  const config = configOf(document);
  const request = document.get('executionRequest');
  config.leaveEach(
    [...records, ...moreRecords],
    'it is kept for people and bears on nothing',
    'a comment in the judge file',
  );
  config.get('services').left('where values come from is said with each query', 'query.source');
  judgeOf(config.get('judge'));
  const scopes = scopesOf(request, given);
  const metrics = config
    .get('metrics')
    .items()
    .map((metric) => metricOf(metric, config, scopes));
  const groups = weightsOf(config.get('classifier', 'groupWeights'), metrics);
  const score = scoreOf(request.get('thresholds')) ?? scoreOf(config.get('classifier', 'scoreThresholds'));
  if (request.get('thresholds').there)
    config.get('classifier', 'scoreThresholds').left('the request says others', 'score: of the judge file');
  if (metrics.length === 0) return null;
  const title = config.get('name').carried('title').line();
  return {
    apiVersion: 'graywave/v1',
    kind: 'Judge',
    ...(title === undefined ? {} : { title }),
    method: 'ranks',
    ...(score === null ? {} : { score }),
    ...(Object.keys(groups).length === 0 ? {} : { groups }),
    metrics,
  };
}

function judgeOf(judge: Field): void {
  const name = judge.get('name');
  const text = name.text() ?? '';
  if (/^(?:NetflixACAJudge|dredd)/.test(text)) name.carried('method');
  else name.left('another judge than Netflix’s', 'method: windows, or bounds for fixed thresholds');
  const settings = judge.get('judgeConfigurations');
  if (settings.entries().length === 0) settings.carried('method');
  else settings.left('settings of another judge', 'method, alpha and effect of the judge file');
}

function metricOf(metric: Field, config: Field, scopes: Scopes): WrittenMetric {
  const name = metric.get('name').carried('metrics[].name').line() ?? 'metric';
  metric.get('scopeName').carried('metrics[].query');
  metric.leaveEach(['id', 'serviceName'], 'where values come from is said with each query', 'query.source');
  const groups = metric
    .get('groups')
    .carried('metrics[].groups')
    .items()
    .flatMap((group) => group.line() ?? []);
  const analysis = metric.get('analysisConfigurations', 'canary');
  if (!analysis.there) metric.get('analysisConfigurations').carried('metrics[]');
  else if (analysis.entries().length === 0) analysis.carried('metrics[]');
  const query = kayentaQuery(metric, config.get('templates'), scopes);
  const effect = effectOf(analysis.get('effectSize'));
  outliersOf(analysis);
  const direction = oneOf(
    analysis.get('direction'),
    ['increase', 'decrease', 'either'] as const,
    'metrics[].direction',
  );
  const nan = oneOf(analysis.get('nanStrategy'), ['remove', 'replace'] as const, 'metrics[].nan');
  const critical = analysis.get('critical').carried('metrics[].critical').flag();
  const mustHaveData = analysis.get('mustHaveData').carried('metrics[].mustHaveData').flag();
  return {
    name,
    ...(direction === undefined ? {} : { direction }),
    ...(groups.length === 0 ? {} : groups.length === 1 ? { group: groups[0] ?? name } : { groups }),
    ...(critical === undefined ? {} : { critical }),
    ...(mustHaveData === undefined ? {} : { mustHaveData }),
    ...(nan === undefined ? {} : { nan }),
    ...(effect === null ? {} : { effect }),
    ...(query === null ? {} : { query }),
  };
}

function oneOf<const T extends string>(field: Field, known: readonly T[], to: string): T | undefined {
  const text = field.text()?.toLowerCase();
  const found = known.find((one) => one === text);
  if (found !== undefined) field.carried(to);
  else field.left(`it is none of ${known.join(', ')}`, `write ${to} into the judge file`);
  return found;
}

const effectKeys = {
  allowedIncrease: 'increase',
  allowedDecrease: 'decrease',
  criticalIncrease: 'criticalIncrease',
  criticalDecrease: 'criticalDecrease',
} as const;

function effectOf(size: Field): NonNullable<WrittenMetric['effect']> | null {
  if (!size.there) return null;
  const effect: NonNullable<WrittenMetric['effect']> = {};
  const measure = oneOf(size.get('measure'), ['meanratio', 'cles'] as const, 'metrics[].effect.measure');
  if (measure === 'cles') effect.measure = 'cles';
  for (const [theirs, ours] of Object.entries(effectKeys)) {
    const value = size.get(theirs).carried(`metrics[].effect.${ours}`).number();
    if (value !== undefined) effect[ours] = value;
  }
  return Object.keys(effect).length === 0 ? null : effect;
}

/** Nothing to do where outliers are kept; taken out they are not: ranks hardly move by one. */
function outliersOf(analysis: Field): void {
  const outliers = analysis.get('outliers');
  const strategy = analysis.get('outliers', 'strategy').text() ?? analysis.get('outlierStrategy').text() ?? 'keep';
  const kept = strategy.toLowerCase() === 'keep';
  for (const field of [outliers, analysis.get('outlierStrategy')]) {
    if (kept) field.carried('metrics[]');
    else field.left('outliers are not taken out', 'nothing: a rank test hardly moves by single values');
  }
}

function weightsOf(weights: Field, metrics: readonly WrittenMetric[]): Record<string, number> {
  const known = metrics.flatMap(({ name, group, groups }) => groups ?? [group ?? name]);
  const given: Record<string, number> = {};
  for (const [group, field] of weights.entries()) {
    if (!known.includes(group)) {
      field.left('no metric is in this group', 'nothing: it would never count');
      continue;
    }
    given[group] = field.carried('groups').number() ?? 0;
  }
  return given;
}

function scoreOf(thresholds: Field): { pass: number; marginal: number } | null {
  const pass = thresholds.get('pass').carried('score.pass').number();
  const marginal = thresholds.get('marginal').carried('score.marginal').number();
  if (pass === undefined) return null;
  return { pass, marginal: Math.min(marginal ?? pass, pass) };
}
