import { z } from 'zod';
import * as field from '../spec/fields.js';

/** A judge file as people write it. Units and shapes are checked here; `read.ts` fills in the defaults. */
const number = (expected: string, description: string) => z.number({ error: expected }).meta({ description });
const flag = (description: string) => z.boolean({ error: 'true or false' }).meta({ description });
const weight = 'a number above 0';

const range = field
  .shape({
    min: number('a number', 'At least this.').optional(),
    max: number('a number', 'At most this.').optional(),
    above: number('a number', 'More than this.').optional(),
    below: number('a number', 'Less than this.').optional(),
  })
  .refine((one) => Object.keys(one).length > 0, { error: 'at least one of min, max, above, below' });

const ranges = field.filledList(range, 'a list of ranges such as [{ min: 0.95 }]', 8);
const how = 'a whole number, or unlimited';
const allowed = (description: string) =>
  z
    .union([field.whole(how, 0, 1_000_000, { description }), z.literal('unlimited', { error: how })], { error: how })
    .meta({ description })
    .optional();

const bounds = field
  .shape({
    accept: ranges.meta({ description: 'Good values of the canary.' }).optional(),
    reject: ranges.meta({ description: 'Bad values. Default: all that are not accepted.' }).optional(),
    noData: field
      .oneOf(['good', 'bad', 'inconclusive', 'error'], { description: 'What a hole counts as.', default: 'error' })
      .optional(),
    allow: field
      .shape({
        bad: allowed('So many bad values are let through. Default: 0.'),
        inconclusive: allowed('So many inconclusive ones. Default: 0.'),
        errorsInRow: allowed('So many errors in a row. Default: 4.'),
      })
      .meta({ description: 'How many values may be wrong.' })
      .optional(),
  })
  .refine((one) => one.accept !== undefined || one.reject !== undefined, { error: 'accept, reject, or both' })
  .meta({ description: 'Absolute bounds on the values of the canary; without them it is compared with the baseline.' });

const effect = field
  .shape({
    measure: field.oneOf(['meanRatio', 'cles'], { description: 'Size of an effect.', default: 'meanRatio' }).optional(),
    increase: number('a number', 'A ratio below this is no increase. Default: 1 (cles: 0.5).').optional(),
    decrease: number('a number', 'A ratio above this is no decrease. Default: 1 (cles: 0.5).').optional(),
    criticalIncrease: number('a number', 'From here a critical metric is critical. Default: 1 (cles: 0.5).').optional(),
    criticalDecrease: number('a number', 'From here a critical metric is critical. Default: 1 (cles: 0.5).').optional(),
  })
  .meta({ description: 'The least effect that counts. Default: what the method takes for none.' });

const counts = field
  .shape({
    detect: field.times({ description: 'Safety means a bad share below this many times.', default: '3x' }).optional(),
    tolerance: field.margin({ description: 'So much more is no harm.', default: '25%' }).optional(),
    floor: field.shareOrNone({ description: 'A bad share below this is harmless.', default: '0%' }).optional(),
    limit: field.share({ description: 'A bad share above this is harm whatever the baseline.' }).optional(),
    prove: flag('false: a pass needs no proof of this one. Default: true.').optional(),
    dispersion: number('a number from 1', 'Overdispersion of the counts, from A/A runs. Default: 1.')
      .min(1, { error: 'a number from 1' })
      .optional(),
  })
  .meta({ description: 'How cells of this name are judged.' });

const promql = (description: string) =>
  z
    .string({ error: 'a query' })
    .regex(/\S/, { error: 'a query' })
    .max(20_000, { error: 'at most 20000 characters' })
    .meta({ description });
const reference = /^(?:env:[A-Za-z_]\w*|https?:\/\/[^\s@]+)$/;
const day = 86_400;

const query = field
  .shape({
    source: field.text(reference, 'the URL of a Prometheus server, or env:NAME', {
      description: 'Where it is asked. No user or password in the URL: name a header.',
    }),
    baseline: promql('Query of the unchanged side.').optional(),
    canary: promql('Query of the changed side.'),
    step: field.duration({ description: 'Distance of the samples.', default: '1m' }, 1, day).optional(),
    timeout: field.duration({ description: 'For one answer.', default: '10s' }, 1, 600).optional(),
    delay: field.duration({ description: 'So much of the beginning is left out.', default: '0s' }, 0, day).optional(),
    headers: z
      .record(z.string(), z.string().regex(/^env:[A-Za-z_]\w*$/, { error: 'env:NAME' }), { error: 'a map' })
      .meta({ description: 'Header and the variable that holds its value, as env:NAME.' })
      .optional(),
  })
  .meta({ description: 'Where the values come from; without it they are given as files.' });

const metric = field.shape({
  name: field.line('a name of one line', { description: 'As the series or stream is called.' }),
  direction: field
    .oneOf(['increase', 'decrease', 'either'], { description: 'Which way is bad.', default: 'either' })
    .optional(),
  group: field.line('a name', { description: 'Group whose score it counts in. Default: its name.' }).optional(),
  groups: field.filledList(field.line('a name', { description: '' }), 'a list of names', 20).optional(),
  weight: number(weight, 'Among all metrics. Default: 1.').gt(0, { error: weight }).optional(),
  critical: flag('true: this metric alone fails the canary. Default: false.').optional(),
  mustHaveData: flag('true: no data is an error. Default: false.').optional(),
  nan: field.oneOf(['remove', 'replace'], { description: 'Holes: left out, or 0.', default: 'remove' }).optional(),
  decides: flag('false: judged and told, and decides nothing. Default: true.').optional(),
  effect: effect.optional(),
  bounds: bounds.optional(),
  counts: counts.optional(),
  query: query.optional(),
});

const percent = 'a number from 0 to 100';
const chance = 'a number above 0 and below 0.5';
const score = (description: string) =>
  number(percent, description).min(0, { error: percent }).max(100, { error: percent });
const smallChance = (description: string) =>
  number(chance, description).gt(0, { error: chance }).lt(0.5, { error: chance });

export const judgeSchema = field
  .shape({
    apiVersion: field.oneOf(['graywave/v1'], { description: 'Version of this format.' }),
    kind: field.oneOf(['Judge'], { description: 'What the file describes.' }),
    title: field.line('a title of one line', { description: 'For people.' }).optional(),
    method: field
      .oneOf(['windows', 'ranks'], {
        description: 'windows: our judge of two windows. ranks: Mann-Whitney and a score, as Kayenta has it.',
        default: 'windows',
      })
      .optional(),
    alpha: smallChance('Chance of a false fail, of counts. Default: 0.01.').optional(),
    beta: smallChance('Chance that harm to detect is called safe, of counts. Default: 0.05.').optional(),
    score: field
      .shape({ pass: score('Least score that passes.'), marginal: score('Below this it fails.') })
      .meta({ description: 'Of ranks. Default: pass 95, marginal 75.' })
      .optional(),
    groups: z
      .record(z.string(), score('Weight in percent.'), { error: 'a map of groups to weights' })
      .meta({ description: 'Of ranks: weights in percent; groups without one share what is left of 100.' })
      .optional(),
    metrics: field
      .filledList(metric, 'a list of at least one metric', 500)
      .meta({ description: 'What is compared, or held against bounds.' }),
  })
  .meta({ title: 'Graywave judge file', description: 'How metrics of a canary are judged, without any workflow.' });

export type WrittenJudge = z.infer<typeof judgeSchema>;
export type WrittenMetric = WrittenJudge['metrics'][number];
