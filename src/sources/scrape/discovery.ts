import { z } from 'zod';
import { GraywaveError, messageOf } from '../../errors.js';
import { ask, shown } from '../http.js';

/** Where a scrape source learns its endpoints: a Prometheus HTTP service discovery, or a fixed list. */
export type Discovery = { httpSd: string } | { static: { target: string; labels: Record<string, string> }[] };

/** One `/metrics` page and the labels added to its series. */
export interface Endpoint {
  url: string;
  labels: Record<string, string>;
}

const groups = z
  .array(z.object({ targets: z.array(z.string()).max(10_000), labels: z.record(z.string(), z.string()).default({}) }))
  .max(10_000);

/** Throws GraywaveError SOURCE_DOWN when the discovery does not answer, SOURCE_ANSWER when it answers something else. */
export async function discover(discovery: Discovery, timeoutMs: number): Promise<Endpoint[]> {
  if ('static' in discovery) return discovery.static.map(({ target, labels }) => endpoint(target, labels));
  const url = discovery.httpSd;
  const answer = await ask({ url, timeoutMs, maxBytes: 16 * 2 ** 20, headers: { accept: 'application/json' } });
  if (answer.status !== 200) throw new GraywaveError('SOURCE_DOWN', `${shown(url)}: HTTP ${answer.status}`);
  try {
    return groups.parse(JSON.parse(answer.text)).flatMap(({ targets, labels }) => {
      return targets.map((target) => endpoint(target, labels));
    });
  } catch (error) {
    const what = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new GraywaveError('SOURCE_ANSWER', `${shown(url)}: not a service discovery: ${what}`);
  }
}

function endpoint(target: string, labels: Record<string, string>): Endpoint {
  const url = `${labels['__scheme__'] ?? 'http'}://${target}${labels['__metrics_path__'] ?? '/metrics'}`;
  if (!URL.canParse(url))
    throw new GraywaveError('SOURCE_ANSWER', `${JSON.stringify(target)} is not an address to scrape`);
  const own = Object.entries(labels).filter(([name]) => !name.startsWith('__'));
  // Like Prometheus: without a label of its own, a target is called by its address.
  return { url, labels: { instance: target, ...Object.fromEntries(own) } };
}
