import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { nearest } from '../spec/nearest.js';
import { levels } from '../spec/types.js';
import { type NoticeEvent, noticeEvents } from './notice.js';
import { isHttpUrl, isReference } from './secrets.js';

/** Below the 30 s that one try has as an activity, so that it ends with an error of ours, which says what happened. */
const seconds = z.number().positive().max(25);

const reference = z.string().refine(isReference, { error: 'expected env:NAME, the variable that holds the value' });

/** Written out, or by reference where a part of it is secret, as in every address that Slack gives out. */
const address = z.string().refine((text) => isReference(text) || isHttpUrl(text), {
  error: 'expected an http(s) URL without user and password, or env:NAME, the variable that holds it',
});

/** A map whose keys have a form, and whose error says which: zod's own says only that a key is invalid. */
const mapOf = <T extends z.ZodType>(key: RegExp, expected: string, value: T) =>
  z.record(z.string().regex(key), value, {
    error: ({ code }) => (code === 'invalid_key' ? `expected ${expected}` : undefined),
  });

const http = {
  url: address,
  headers: z.record(z.string(), reference).default({}),
  timeoutSeconds: seconds.default(10),
};

const webhook = z.strictObject({ kind: z.literal('webhook'), ...http });

const alertmanager = z.strictObject({
  kind: z.literal('alertmanager'),
  ...http,
  /** On every alert beside our own, for example the name of the installation. */
  labels: mapOf(/^[A-Za-z_]\w*$/, 'a label name: letters, digits and _', z.string()).default({}),
  /** What lasts is an alert until a notice ends it, and no longer than this. */
  keepSeconds: z
    .number()
    .positive()
    .max(366 * 86_400)
    .default(7 * 86_400),
});

const cloudevents = z.strictObject({
  kind: z.literal('cloudevents'),
  ...http,
  /** The attribute `source` of every event; with the id it names an event for ever. */
  source: z.string().min(1).default('graywave'),
});

const command = z.strictObject({
  kind: z.literal('command'),
  argv: z
    .array(z.string().regex(/^[^\0]*$/, 'no NUL in an argument'))
    .min(1)
    .refine(([program = '']) => isAbsolute(program), { error: 'expected an absolute path of a program first' }),
  /** All that it finds in its environment besides PATH: the worker's own holds credentials. */
  env: mapOf(/^[A-Za-z_]\w*$/, 'the name of a variable', reference).default({}),
  timeoutSeconds: seconds.default(10),
});

export const channelConfig = z.discriminatedUnion('kind', [webhook, alertmanager, cloudevents, command]);
export type ChannelConfig = z.infer<typeof channelConfig>;

const meant = (word: string, known: readonly string[]): string => {
  const near = nearest(word, known);
  return near === undefined ? '' : `; did you mean ${JSON.stringify(near)}?`;
};

const words = ['*', ...noticeEvents];

const event = z.custom<NoticeEvent | '*'>((value) => words.includes(value as string), {
  error: ({ input }) =>
    `${JSON.stringify(input)} is no event; expected one of ${words.join(', ')}${meant(String(input), noticeEvents)}`,
});

const route = z.strictObject({
  events: z.array(event).min(1).default(['*']),
  /** Exact, or '*' for anybody's and for nobody's. */
  owner: z.string().min(1).default('*'),
  /** This level and those above. */
  level: z.enum(levels).nullable().default(null),
  /** One of these exactly, or '*'. */
  services: z.array(z.string().min(1)).min(1).default(['*']),
  channels: z.array(z.string()).min(1),
});
export type Route = z.infer<typeof route>;

/**
 * Whom a worker tells what; specs name neither channels nor addresses. Without `routes` every channel is told
 * everything, so that a single channel is enough of a configuration.
 */
export const notifyConfig = z
  .strictObject({
    channels: mapOf(/^\w[\w.-]{0,63}$/, 'a name: letters, digits, _ . and -, at most 64', channelConfig).default({}),
    routes: z.array(route).optional(),
  })
  .superRefine(({ channels, routes = [] }, context) => {
    const known = Object.keys(channels);
    for (const [at, { channels: names }] of routes.entries()) {
      for (const [place, name] of names.entries()) {
        if (known.includes(name)) continue;
        const list = known.length === 0 ? 'there are none' : `expected one of ${known.join(', ')}`;
        context.addIssue({
          code: 'custom',
          path: ['routes', at, 'channels', place],
          message: `${JSON.stringify(name)} is no channel of notify.channels; ${list}${meant(name, known)}`,
        });
      }
    }
  })
  .transform(({ channels, routes }) => ({ channels, routes: routes ?? everything(Object.keys(channels)) }));

const everything = (channels: string[]): Route[] =>
  channels.length === 0 ? [] : [{ events: ['*'], owner: '*', level: null, services: ['*'], channels }];

export type NotifyConfig = z.output<typeof notifyConfig>;
/** As a person writes it: defaults may be left out. */
export type NotifyConfigText = z.input<typeof notifyConfig>;
