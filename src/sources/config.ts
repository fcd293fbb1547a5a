import { z } from 'zod';

/** What a worker's configuration may say of one source. Specs name a source; only the worker knows its URL. */
const httpUrl = z
  .url({ protocol: /^https?$/, error: 'expected an http(s) URL' })
  .refine((url) => URL.canParse(url) && new URL(url).username === '' && new URL(url).password === '', {
    error: 'no user or password in a URL; use headers: {authorization: "env:NAME"}',
  });

const seconds = z.number().positive().max(600);

const prometheus = z.strictObject({
  kind: z.literal('prometheus'),
  url: httpUrl,
  /** Values by reference to the environment, never in the file. */
  headers: z
    .record(z.string(), z.string().regex(/^env:[A-Za-z_]\w*$/, 'expected env:NAME, the variable that holds the value'))
    .default({}),
  timeoutSeconds: seconds.default(5),
  staleSeconds: z.number().int().positive().max(3600).nullable().default(null),
  concurrency: z.number().int().min(1).max(1000).default(10),
});

const scrape = z.strictObject({
  kind: z.literal('scrape'),
  discovery: z.union([
    z.strictObject({ httpSd: httpUrl }),
    z.strictObject({
      static: z.array(z.strictObject({ target: z.string(), labels: z.record(z.string(), z.string()) })),
    }),
  ]),
  timeoutSeconds: seconds.default(2),
  concurrency: z.number().int().min(1).max(1000).default(32),
});

export const sourceConfig = z.discriminatedUnion('kind', [prometheus, scrape]);

/** As a person writes it: defaults may be left out. */
export type SourceConfig = z.input<typeof sourceConfig>;
