import { setTimeout as sleep } from 'node:timers/promises';
import { GraywaveError } from '../errors.js';
import type { ExpectSpec, SignalSpec } from '../spec/types.js';
import type { NoiseProfile } from '../judge/noise/profile.js';
import { freezeBucket } from './bucket.js';
import { emptySignal } from './empty.js';
import { gaugeDraft, withUnit } from './gauge.js';
import type { Draft, FrozenStream } from './frozen.js';
import type { Reading, Source } from './port.js';
import { measured } from './traffic.js';

const pauseBetweenReadsMs = 2_000;

/**
 * Fixes all that must not depend on what a look will see: streams, buckets, thresholds, weights, and for the planner the
 * unchanged side's share of bad events and its traffic. `targets`: the unchanged side, before the first wave.
 *
 * @throws GraywaveError SIGNAL_EMPTY for a signal that matches nothing, SOURCE_UNKNOWN, NOISE_UNKNOWN, and what the source
 *   throws.
 */
export async function freezeStreams(
  signals: SignalSpec[],
  expect: ExpectSpec[],
  sources: ReadonlyMap<string, Source>,
  targets: string[],
  signal: AbortSignal,
  noises: ReadonlyMap<string, NoiseProfile> = new Map(),
): Promise<FrozenStream[]> {
  const weights = signals.reduce((sum, { weight }) => sum + weight, 0);
  const drafts = await Promise.all(
    signals.map(async (spec) => {
      const shift = Math.max(0, ...expect.filter((one) => one.signal === spec.name).map((one) => one.shift));
      const share = spec.weight / weights;
      const source = sourceOf(sources, spec);
      if (spec.kind === 'gauge') return [gaugeDraft(spec, shift, share, noises)];
      return spec.kind === 'ratio'
        ? [ratioDraft(spec, shift, share)]
        : latencyDrafts(spec, shift, share, source, targets, signal);
    }),
  );
  const streams = drafts.flat();
  const first = await readAll(streams, sources, signal);
  await sleep(pauseBetweenReadsMs, undefined, { signal });
  const second = await readAll(streams, sources, signal);
  return Promise.all(
    streams.map(async (draft) => {
      if (draft.level !== undefined) {
        const known = withUnit(draft, draft.level, new Set(targets), second);
        if (known !== null) return known;
        const spec = signals[drafts.findIndex((group) => group.includes(draft))];
        if (spec !== undefined) throw await emptySignal(spec, sourceOf(sources, spec), targets, signal);
      }
      const { share, eventsPerSecond } = measured(draft.query.stream, new Set(targets), first, second);
      if (share === undefined) {
        const spec = signals[drafts.findIndex((group) => group.includes(draft))];
        if (spec !== undefined) throw await emptySignal(spec, sourceOf(sources, spec), targets, signal);
      }
      return { ...draft, baselineShare: share ?? null, eventsPerSecond };
    }),
  );
}

function sourceOf(sources: ReadonlyMap<string, Source>, spec: SignalSpec): Source {
  const source = sources.get(spec.source);
  if (source !== undefined) return source;
  const known = [...sources.keys()].join(', ') || 'none';
  throw new GraywaveError('SOURCE_UNKNOWN', `signal ${spec.name}: no source "${spec.source}"; known: ${known}`);
}

/** A declared shift widens the tolerance to at least itself; safety keeps its distance from it. */
function ratioDraft(spec: Extract<SignalSpec, { kind: 'ratio' }>, shift: number, weight: number): Draft {
  const { name, service, by, select, counter, bad, floor, limit, prove } = spec;
  const tolerance = Math.max(spec.tolerance, shift);
  const detectRatio = (spec.detectRatio * (1 + tolerance)) / (1 + spec.tolerance);
  return {
    query: { stream: name, service, by, select, measure: { kind: 'ratio', counter, bad } },
    source: spec.source,
    settings: { name, tolerance, detectRatio, floor, limit, weight, prove, dispersion: 1 },
  };
}

async function latencyDrafts(
  spec: Extract<SignalSpec, { kind: 'latency' }>,
  expectedShift: number,
  weight: number,
  source: Source,
  targets: string[],
  signal: AbortSignal,
): Promise<Draft[]> {
  const { service, by, select, histogram, detectShift, prove } = spec;
  const reading = await source.histogram({ service, by, select, histogram, targets }, { signal });
  const drafts: Draft[] = [];
  for (const quantile of spec.quantiles) {
    const name = `${spec.name}.p${Number((quantile * 100).toFixed(3))}`;
    const frozen = freezeBucket(reading, { quantile, expectedShift, detectShift, tolerance: spec.tolerance });
    if (frozen === null) throw await emptySignal(spec, source, targets, signal);
    const { le, tolerance, detectRatio, problem } = frozen;
    drafts.push({
      query: { stream: name, service, by, select, measure: { kind: 'slower', histogram, le } },
      source: spec.source,
      settings: {
        name,
        tolerance,
        detectRatio,
        floor: 0,
        limit: 1,
        weight: weight / spec.quantiles.length,
        prove,
        dispersion: 1,
      },
      ...(problem === null ? {} : { problem: `${name}: ${problem}` }),
    });
  }
  return drafts;
}

async function readAll(drafts: Draft[], sources: ReadonlyMap<string, Source>, signal: AbortSignal): Promise<Reading[]> {
  const names = [...new Set(drafts.map(({ source }) => source))];
  return Promise.all(
    names.flatMap((name) => {
      const queries = drafts.filter((draft) => draft.source === name).map(({ query }) => query);
      return sources.get(name)?.read(queries, { signal }) ?? [];
    }),
  );
}
