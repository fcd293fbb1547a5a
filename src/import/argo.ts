import type { WrittenMetric } from '../judging/schema.js';
import type { WrittenSignal } from '../spec/signals.js';
import { durationText } from '../spec/units.js';
import { boundsOf } from './argo-bounds.js';
import type { Field } from './field.js';
import { headerOf } from './header.js';
import { filled, type Placeholders } from './placeholders.js';
import { signalOf } from './promql.js';
import { providerOf } from './argo-provider.js';
import { wavesOf } from './rollout.js';
import type { Arguments, ChangeFragment } from './types.js';

/** AnalysisTemplates of Argo Rollouts, and the Rollout that refers to them if it stands beside. */
export interface FromArgo {
  title: string;
  metrics: WrittenMetric[];
  change: ChangeFragment;
}

const templates = ['AnalysisTemplate', 'ClusterAnalysisTemplate', 'AnalysisRun'];

export const isArgo = (document: Field): boolean => {
  const kind = document.get('kind').text() ?? '';
  const ours = document.get('apiVersion').text()?.startsWith('argoproj.io/') ?? false;
  return ours && (templates.includes(kind) || kind === 'Rollout' || kind === 'Experiment');
};

export function fromArgo(documents: readonly Field[], given: Arguments): FromArgo {
  const metrics: WrittenMetric[] = [];
  const signals: WrittenSignal[] = [];
  const change: ChangeFragment = {};
  const titles: string[] = [];
  const rollout = documents.find((one) => one.get('kind').text() === 'Rollout');
  const known: Arguments = { ...(rollout === undefined ? {} : argumentsOf(rollout)), ...given };
  let bakeSeconds = 0;
  for (const document of documents) {
    headerOf(document, null);
    if (document === rollout) {
      Object.assign(change, wavesOf(document));
      continue;
    }
    if (!templates.includes(document.get('kind').text() ?? '')) {
      document.left('it has no counterpart here', 'a change starts its own instances, by a driver');
      continue;
    }
    titles.push(document.get('metadata', 'name').line() ?? 'analysis');
    const values = argsOf(document.get('spec', 'args'), known);
    const dryRun = document
      .get('spec', 'dryRun')
      .items()
      .map((one) => one.get('metricName').carried('metrics[].decides').text() ?? '');
    document.get('spec', 'measurementRetention').left('every value is kept', 'nothing');
    document
      .get('spec', 'templates')
      .left('it refers to other templates', 'put them into one file, with --- between them');
    for (const field of document.get('spec', 'metrics').items()) {
      const metric = metricOf(field, values, dryRun);
      bakeSeconds = Math.max(bakeSeconds, metric.seconds);
      metrics.push(metric.written);
      if (metric.signal !== null) signals.push(metric.signal);
    }
  }
  if (signals.length > 0) change.signals = signals;
  if (bakeSeconds >= 1 && change.waves === undefined) {
    const text = durationText(Math.min(14 * 86_400, Math.ceil(bakeSeconds)));
    change.bake = { min: text, max: text };
  }
  return { title: titles.join(', '), metrics, change };
}

/** Values that a Rollout gives to the templates' arguments. */
function argumentsOf(rollout: Field): Arguments {
  const analysis = rollout.get('spec', 'strategy', 'canary', 'analysis');
  const inline = rollout
    .get('spec', 'strategy', 'canary', 'steps')
    .items()
    .map((step) => step.get('analysis'));
  const pairs = [analysis, ...inline].flatMap((one) =>
    one
      .get('args')
      .items()
      .flatMap((arg): [string, string][] => {
        const [name, value] = [arg.get('name').text(), arg.get('value').text()];
        return name === undefined || value === undefined ? [] : [[name, value]];
      }),
  );
  return Object.fromEntries(pairs);
}

function argsOf(args: Field, known: Arguments): Placeholders {
  const values: Record<string, string> = {};
  for (const arg of args.items()) {
    const name = arg.get('name').text() ?? '';
    const value = known[name] ?? arg.get('value').text();
    if (value !== undefined) {
      values[`args.${name}`] = value;
      arg.get('name').carried('metrics[].query');
      arg.get('value').carried('metrics[].query');
    } else if (!arg.get('valueFrom').there)
      arg.get('name').left('nothing here gives it a value', `import again with --arg ${name}=VALUE`);
    else arg.get('name').carried('metrics[].query');
    const where = arg.get('valueFrom', 'secretKeyRef').there
      ? 'a header of the query, as env:NAME'
      : `import again with --arg ${name}=VALUE`;
    arg.get('valueFrom').left('it is known in the cluster only', where);
  }
  return values;
}

interface Metric {
  written: WrittenMetric;
  signal: WrittenSignal | null;
  /** Time that its measurements take; 0 when they go on until they are stopped. */
  seconds: number;
}

function metricOf(field: Field, values: Placeholders, dryRun: readonly string[]): Metric {
  const name = field.get('name').carried('metrics[].name').line() ?? 'metric';
  const interval = field.get('interval').carried('metrics[].query.step').seconds();
  const delay = field.get('initialDelay').carried('metrics[].query.delay').seconds() ?? 0;
  const count = field.get('count');
  const times = Number(filled(count.text() ?? '', values).text);
  if (interval !== undefined && times > 0) count.carried('bake');
  else count.left('without an interval it says no time', 'say --from and --to, or a bake');
  const bounds = boundsOf(field, values);
  const provider = providerOf(field.get('provider'), values, { interval, delay });
  field.get('consecutiveSuccessLimit').left('a pass looks at all values', 'a shorter window: --from');
  const decides = !dryRun.some((pattern) => matches(pattern, name));
  const isComplete = bounds !== null && provider !== null;
  if (bounds === null && provider !== null)
    field
      .get('provider', 'prometheus', 'query')
      .left(
        'without bounds or a baseline its values cannot be judged',
        'write bounds, or query.baseline, into the judge file',
      );
  const written: WrittenMetric = {
    name,
    ...(decides ? {} : { decides }),
    ...(bounds === null ? {} : { bounds }),
    ...(isComplete ? { query: provider } : {}),
  };
  const signal = provider === null ? null : signalOf(provider.canary, name, bounds?.accept ?? null);
  return { written, signal, seconds: interval === undefined || !(times > 0) ? 0 : delay + interval * times };
}

/** The controller takes a regular expression; of those only `.*` is read, piece by piece, so no pattern costs time. */
function matches(pattern: string, name: string): boolean {
  const pieces = pattern.split('.*');
  if (pieces.length === 1) return pattern === name;
  const [first = '', last = ''] = [pieces[0], pieces.at(-1)];
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
  let from = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const at = name.indexOf(piece, from);
    if (at < 0) return false;
    from = at + piece.length;
  }
  return from <= name.length - last.length;
}
