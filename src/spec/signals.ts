import { z } from 'zod';
import * as field from './fields.js';

/** What a change is watched by, as written. `errors` is short for a `ratio` with the usual names. */
const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]{0,199}$/;

const common = {
  name: field.optionalName({ description: 'Name of the signal in verdicts and in `expect`. Default: its kind.' }),
  source: field.name({
    description: 'A source that the worker configuration knows; never an address.',
    examples: ['fleet', 'prometheus'],
  }),
  service: serviceName('Service whose instances expose the series. Default: the first of `services`.').optional(),
  by: field
    .text(/^[a-zA-Z_][a-zA-Z0-9_]{0,127}$/, 'a label name', {
      description: 'Label that carries the target. Default: instance.',
      default: 'instance',
    })
    .optional(),
  select: field.labels({ description: 'Labels a series must have, with their exact values.' }).optional(),
  weight: z
    .number({ error: 'a number above 0 and up to 100' })
    .gt(0, { error: 'a number above 0 and up to 100' })
    .max(100, { error: 'a number above 0 and up to 100' })
    .meta({ description: 'Weight among all signals in the stop rule. Default: 1.', default: 1 })
    .optional(),
  prove: z
    .boolean({ error: 'true or false' })
    .meta({
      description:
        'false: watched for harm, but a wave may be promoted early without its proof of safety. Default: true.',
      default: true,
    })
    .optional(),
};

const harm = {
  tolerance: field
    .margin({
      description:
        'A bad share up to this much above the unchanged one is no harm: hosts differ by that. Default: 25%.',
      default: '25%',
    })
    .optional(),
  limit: field
    .share({
      description:
        'Absolute guard: a bad share above this on the changed side is harm whatever the unchanged side does. ' +
        'Default for `errors`: 14.4 times the error budget, the burn that pages (tier 0: 0.72%, 1: 1.44%, ' +
        '2: 7.2%, 3: 14.4%); for `ratio`: none.',
      examples: ['5%'],
    })
    .optional(),
};

const counter = (description: string) => field.text(metricName, 'the name of a counter', { description });

export const errorsSignal = field.shape({
  kind: z.literal('errors'),
  ...common,
  detect: field
    .times({
      description: 'Safety means fewer errors than this many times those of the unchanged side. Default: 3x.',
      default: '3x',
    })
    .optional(),
  ...harm,
  floor: field
    .shareOrNone({
      description: 'A share of errors below this is harmless whatever the ratio. Default: 0.5%.',
      default: '0.5%',
    })
    .optional(),
  counter: counter('Counter of requests. Default: http_requests_total.').optional(),
  bad: field
    .patterns({ description: 'What makes a request bad. Default: code 5xx.', examples: [{ code: '5..' }] })
    .optional(),
});

export const ratioSignal = field.shape({
  kind: z.literal('ratio'),
  ...common,
  detect: field
    .times({
      description: 'Safety means a bad share below this many times that of the unchanged side. Default: 2x.',
      default: '2x',
    })
    .optional(),
  ...harm,
  floor: field
    .shareOrNone({ description: 'A bad share below this is harmless whatever the ratio. Default: 0%.', default: '0%' })
    .optional(),
  counter: counter('Counter of all events.'),
  bad: field.patterns({
    description: 'Label and regular expression (anchored) that make an event bad.',
    examples: [{ result: 'failed|timeout' }],
  }),
});

export const latencySignal = field.shape({
  kind: z.literal('latency'),
  ...common,
  detect: field
    .slower({ description: 'Safety means slower by less than this. Default: +30%.', default: '+30%' })
    .optional(),
  tolerance: field
    .margin({
      description:
        'Slower requests (above the frozen bucket) up to this much above the unchanged side are no harm. Default: 5%.',
      default: '5%',
    })
    .optional(),
  quantiles: field
    .filledList(
      field.quantile({ description: 'A quantile of the unchanged side, frozen when the change starts.' }),
      'a list of quantiles such as [p50, p95]',
      8,
    )
    .meta({ description: 'Each is watched as a stream of its own. Default: [p50, p95].', default: ['p50', 'p95'] })
    .optional(),
  histogram: field
    .text(metricName, 'the name of a histogram', {
      description: 'Histogram in seconds. Default: http_request_duration_seconds.',
    })
    .optional(),
});

export const gaugeSignal = field.shape({
  kind: z.literal('gauge'),
  ...common,
  metric: field.text(metricName, 'the name of a gauge', {
    description: 'What a target shows at an instant. Several series of one target are added up.',
    examples: ['process_resident_memory_bytes', 'queue_length'],
  }),
  direction: field
    .oneOf(['up', 'down', 'either'], { description: 'Which way is harm. Default: up.', default: 'up' })
    .optional(),
  detect: field
    .slower({
      description: 'Safety means a level shifted by less than this against the unchanged side. Default: +30%.',
      default: '+30%',
    })
    .optional(),
  tolerance: field.margin({ description: 'A shift up to this is no harm. Default: 10%.', default: '10%' }).optional(),
  scale: field
    .oneOf(['log', 'linear'], {
      description:
        'log: shifts are ratios, and 0 is no value. linear: shifts are shares of the level that the unchanged side has ' +
        'when the change starts, for what may be 0. Default: log.',
      default: 'log',
    })
    .optional(),
  noise: field
    .name({
      description: 'A noise profile that the worker configuration knows. Default: what is assumed of any service.',
      default: 'default',
    })
    .optional(),
});

/** A service as monitoring knows it. A declaration, because the fields above use it. */
export function serviceName(description: string) {
  return field.text(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,127}$/, 'the name of a service', {
    description,
    examples: ['checkout'],
  });
}

export const signalKinds = ['errors', 'latency', 'ratio', 'gauge'] as const;

export const signal = z
  .discriminatedUnion('kind', [errorsSignal, latencySignal, ratioSignal, gaugeSignal], { error: 'a map' })
  .meta({ description: 'One measured stream of bad events, or a level, changed side against unchanged side.' });

export type WrittenSignal = z.infer<typeof signal>;
export type WrittenErrors = z.infer<typeof errorsSignal>;
export type WrittenRatio = z.infer<typeof ratioSignal>;
export type WrittenLatency = z.infer<typeof latencySignal>;
export type WrittenGauge = z.infer<typeof gaugeSignal>;
