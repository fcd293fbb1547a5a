import { z } from 'zod';
import { GraywaveError } from '../errors.js';
import { sourceConfig } from './config.js';
import type { Source } from './port.js';
import { PrometheusSource } from './prometheus/source.js';
import { ScrapeSource } from './scrape/source.js';

const shareMs = 200;
/** Longer makes fewer queries of a thousand changes and every look that much later; alone a look does not wait at all. */
const mergeMs = 200;

/** A source from the worker's configuration; nothing is contacted yet. Throws GraywaveError CONFIG_INVALID. */
export function openSource(name: string, config: unknown): Source {
  const parsed = sourceConfig.safeParse(config);
  if (!parsed.success) throw invalid(name, z.prettifyError(parsed.error));
  const { data } = parsed;
  const timeoutMs = data.timeoutSeconds * 1000;
  switch (data.kind) {
    case 'prometheus': {
      const { url, staleSeconds, concurrency } = data;
      const headers = Object.fromEntries(
        Object.entries(data.headers).map(([header, reference]) => [header, secret(name, header, reference)]),
      );
      return new PrometheusSource(name, { url, headers, timeoutMs, staleSeconds, concurrency, shareMs, mergeMs });
    }
    case 'scrape':
      return new ScrapeSource(name, {
        discovery: data.discovery,
        timeoutMs,
        concurrency: data.concurrency,
        shareMs,
      });
    default:
      return data satisfies never;
  }
}

function secret(name: string, header: string, reference: string): string {
  const variable = reference.slice('env:'.length);
  const value = process.env[variable];
  if (value === undefined || value === '') {
    throw invalid(name, `header ${header} refers to the environment variable ${variable}, which is not set`);
  }
  return value;
}

function invalid(name: string, what: string): GraywaveError {
  return new GraywaveError('CONFIG_INVALID', `source ${JSON.stringify(name)}: ${what}`);
}
