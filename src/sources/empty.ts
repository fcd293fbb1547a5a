import { GraywaveError } from '../errors.js';
import { nearest } from '../spec/nearest.js';
import type { SignalSpec } from '../spec/types.js';
import type { Source } from './port.js';

/** The error for a signal that matches nothing: what was looked for, and what there is instead. */
export async function emptySignal(
  spec: SignalSpec,
  source: Source,
  targets: string[],
  signal: AbortSignal,
): Promise<GraywaveError> {
  const metric = metricOf(spec);
  const names = (await source.names?.(spec.service, { signal })) ?? null;
  const labels = Object.entries({ service: spec.service, ...spec.select });
  const selector = `${metric}{${labels.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}}`;
  const some =
    targets.length > 3 ? `${targets.slice(0, 3).join(', ')} and ${targets.length - 3} more` : targets.join(', ');
  const looked = `signal ${spec.name}: source ${spec.source} has no ${spec.kind === 'gauge' ? 'value' : 'events'} of ${selector} with label ${spec.by} in ${some}`;
  return new GraywaveError('SIGNAL_EMPTY', `${looked}; ${existing(spec, metric, names)}`);
}

function metricOf(spec: SignalSpec): string {
  if (spec.kind === 'gauge') return spec.metric;
  return spec.kind === 'ratio' ? spec.counter : `${spec.histogram}_bucket`;
}

function existing(spec: SignalSpec, metric: string, names: string[] | null): string {
  if (names === null) return 'the source cannot tell what there is';
  if (names.length === 0) return `service ${spec.service} exposes nothing there`;
  if (names.includes(metric)) return `${metric} exists there, but not with these labels and targets, or without events`;
  const guess = nearest(metric, names);
  return guess === undefined ? `no metric there has a name like it` : `nearest metric there: ${guess}`;
}
