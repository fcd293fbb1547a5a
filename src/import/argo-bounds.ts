import type { WrittenMetric } from '../judging/schema.js';
import type { Measured } from '../judging/types.js';
import { truthOf } from './condition.js';
import type { Field } from './field.js';
import { not, rangesOf, sameNumbers, type Interval, type Truth } from './numbers.js';
import { filled, type Placeholders } from './placeholders.js';

type Bounds = NonNullable<WrittenMetric['bounds']>;
type Limit = NonNullable<NonNullable<Bounds['allow']>['bad']>;

/** Conditions and limits of a metric as bounds; null when no condition could be carried over. */
export function boundsOf(metric: Field, values: Placeholders): Bounds | null {
  const success = conditionOf(metric.get('successCondition'), values, 'metrics[].bounds.accept');
  const failure = conditionOf(metric.get('failureCondition'), values, 'metrics[].bounds.reject');
  const accept = success === null ? null : rangesOf(finite(success.numbers));
  const reject = failure === null ? null : rangesOf(finite(failure.numbers));
  const limits = limitsOf(metric, values);
  if (accept === null && reject === null) return null;
  const rest = success !== null && failure !== null && sameNumbers(not(success).numbers, failure.numbers);
  const noData = noDataOf(success, failure);
  tellNaN(metric, success, failure, noData);
  return {
    ...(accept === null ? {} : { accept }),
    ...(reject === null || (rest && accept !== null) ? {} : { reject }),
    ...(noData === 'error' ? {} : { noData }),
    ...(Object.keys(limits).length === 0 ? {} : { allow: limits }),
  };
}

/** Infinity has no size and is taken as no data here. */
const finite = (intervals: readonly Interval[]): Interval[] =>
  intervals.filter(({ from, to }) => from !== to || Number.isFinite(from));

function conditionOf(field: Field, values: Placeholders, to: string): Truth | null {
  if (!field.there) return null;
  const { text, open } = filled(field.text() ?? '', values);
  if (open.length > 0) {
    const [name = ''] = open;
    field.left(`{{${name}}} has no value`, `import again with --arg ${name.replace(/^args\./, '')}=VALUE`);
    return null;
  }
  const read = truthOf(text);
  if ('beyond' in read) {
    field.left(
      `the condition says more than ranges of a number: ${read.beyond}`,
      'write bounds into the judge file by hand',
    );
    return null;
  }
  if (rangesOf(finite(read.truth.numbers)) === null) {
    field.left('it does not depend on the size of a number', 'holes are told from values by noData');
    return null;
  }
  field.carried(to);
  return read.truth;
}

/** As evaluate.go of Argo Rollouts has it: a failure first, then success; one condition alone decides both. */
function outcome(good: boolean | null, bad: boolean | null): Measured {
  if (bad === true) return 'bad';
  if (good === true) return 'good';
  if (good === null) return 'good';
  return bad === null ? 'bad' : 'inconclusive';
}

function noDataOf(success: Truth | null, failure: Truth | null): Measured {
  const [good, bad] = [success?.noData ?? null, failure?.noData ?? null];
  return good === 'error' || bad === 'error' ? 'error' : outcome(good, bad);
}

/** NaN and no answer are both holes here; where they count differently, the difference must be told. */
function tellNaN(metric: Field, success: Truth | null, failure: Truth | null, noData: Measured): void {
  const nan = outcome(success?.nan ?? null, failure?.nan ?? null);
  if (nan === noData || (noData === 'error' && nan === 'bad')) return;
  const field = metric.get(success === null ? 'failureCondition' : 'successCondition');
  field.left(
    `there NaN is ${nan} and an empty answer ${noData}; here both are ${noData}`,
    'write bounds.noData as you mean it',
  );
}

function limitsOf(metric: Field, values: Placeholders): NonNullable<Bounds['allow']> {
  const limit = (key: string, to: string): Limit | undefined => {
    const field = metric.get(key);
    if (!field.there) return undefined;
    const { text } = filled(field.text() ?? '', values);
    const number = Number(text);
    if (!Number.isSafeInteger(number) || number < -1) {
      field.left('it is no whole number', `write ${to} into the judge file`);
      return undefined;
    }
    field.carried(`metrics[].bounds.${to}`);
    return number === -1 ? 'unlimited' : number;
  };
  const bad = limit('failureLimit', 'allow.bad');
  const inconclusive = limit('inconclusiveLimit', 'allow.inconclusive');
  const errorsInRow = limit('consecutiveErrorLimit', 'allow.errorsInRow');
  return {
    ...(bad === undefined ? {} : { bad }),
    ...(inconclusive === undefined ? {} : { inconclusive }),
    ...(errorsInRow === undefined ? {} : { errorsInRow }),
  };
}
