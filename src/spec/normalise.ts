import type { WrittenBake, WrittenChange, WrittenWave } from './schema.js';
import type { WrittenErrors, WrittenGauge, WrittenLatency, WrittenRatio, WrittenSignal } from './signals.js';
import type {
  BakeSpec,
  ChangeSpec,
  GaugeSignal,
  LatencySignal,
  PartSpec,
  RatioSignal,
  SignalSpec,
  WaveSpec,
} from './types.js';
import * as units from './units.js';

type Tier = ChangeSpec['tier'];

/** Error budget by tier (99.95%, 99.9%, 99.5%, 99%) and the burn at which one pages (SRE Workbook, ch. 5: 14.4). */
const errorBudget: Record<Tier, number> = { 0: 0.0005, 1: 0.001, 2: 0.005, 3: 0.01 };
const pagingBurn = 14.4;

/** Fills in the defaults and turns units into numbers. The schema has checked every text that is read here. */
export function normalise(written: WrittenChange): ChangeSpec {
  const tier = written.tier ?? 1;
  const service = written.services[0] ?? '';
  const { waves = 'auto', rollback } = written;
  return {
    apiVersion: 'graywave/v1',
    kind: 'Change',
    id: written.id,
    title: written.title ?? written.id,
    owner: written.owner,
    type: written.type ?? 'deploy',
    tier,
    services: written.services,
    labels: written.labels ?? {},
    parts: written.parts.map((part) => ({
      name: part.name ?? part.driver,
      driver: part.driver,
      // Read from JSON by `tree.ts`, so it is JSON; zod keeps it as it is.
      with: (part.with ?? {}) as PartSpec['with'],
    })),
    waves: waves === 'auto' ? waves : waves.map(waveOf),
    signals: (written.signals ?? []).map((signal) => signalOf(signal, service, tier)),
    expect: (written.expect ?? []).map((item) => ({ signal: item.signal, shift: must(units.shift(item.shift)) })),
    bake: bakeOf(written.bake),
    onInconclusive: written.onInconclusive ?? null,
    onError: written.onError ?? null,
    onBusy: written.onBusy ?? 'wait',
    gates: written.gates ?? [],
    window: { notBefore: instant(written.window?.notBefore) },
    rollback: {
      deadlineSeconds: seconds(rollback?.deadline ?? '10m'),
      batchShare: must(units.percent(rollback?.batch ?? '50%')),
      observeSeconds: seconds(rollback?.observe ?? '30s'),
    },
  };
}

/** One instant, one text, whatever zone it was written in: the hash must not depend on it. */
const instant = (text: string | undefined): string | null => (text === undefined ? null : new Date(text).toISOString());

const seconds = (text: string): number => must(units.durationSeconds(text));

function bakeOf(bake: WrittenBake | undefined): BakeSpec | null {
  return bake === undefined ? null : { minSeconds: seconds(bake.min), maxSeconds: seconds(bake.max) };
}

function waveOf(wave: WrittenWave, index: number): WaveSpec {
  return {
    name: wave.name ?? `wave-${index + 1}`,
    to: typeof wave.to === 'number' ? { count: wave.to } : { share: must(units.percent(wave.to)) },
    where: wave.where ?? {},
    bake: bakeOf(wave.bake),
  };
}

function signalOf(signal: WrittenSignal, service: string, tier: Tier): SignalSpec {
  const base = {
    name: signal.name ?? signal.kind,
    source: signal.source,
    service: signal.service ?? service,
    by: signal.by ?? 'instance',
    select: signal.select ?? {},
    weight: signal.weight ?? 1,
    prove: signal.prove ?? true,
  };
  switch (signal.kind) {
    case 'errors':
      return { ...base, ...errors(signal, tier) };
    case 'ratio':
      return { ...base, ...ratio(signal) };
    case 'latency':
      return { ...base, ...latency(signal) };
    case 'gauge':
      return { ...base, ...gauge(signal) };
    default:
      return signal satisfies never;
  }
}

type Own<T extends SignalSpec> = Omit<T, 'name' | 'source' | 'service' | 'by' | 'select' | 'weight' | 'prove'>;

function errors(signal: WrittenErrors, tier: Tier): Own<RatioSignal> {
  const paging = units.round(pagingBurn * errorBudget[tier]);
  return {
    kind: 'ratio',
    counter: signal.counter ?? 'http_requests_total',
    bad: signal.bad ?? { code: '5..' },
    detectRatio: must(units.times(signal.detect ?? '3x')),
    tolerance: must(units.percent(signal.tolerance ?? '25%')),
    floor: must(units.percent(signal.floor ?? '0.5%')),
    limit: signal.limit === undefined ? paging : must(units.percent(signal.limit)),
  };
}

function ratio(signal: WrittenRatio): Own<RatioSignal> {
  return {
    kind: 'ratio',
    counter: signal.counter,
    bad: signal.bad,
    detectRatio: must(units.times(signal.detect ?? '2x')),
    tolerance: must(units.percent(signal.tolerance ?? '25%')),
    floor: must(units.percent(signal.floor ?? '0%')),
    limit: must(units.percent(signal.limit ?? '100%')),
  };
}

function latency(signal: WrittenLatency): Own<LatencySignal> {
  return {
    kind: 'latency',
    histogram: signal.histogram ?? 'http_request_duration_seconds',
    quantiles: (signal.quantiles ?? ['p50', 'p95']).map((text) => must(units.quantile(text))),
    detectShift: must(units.shift(signal.detect ?? '+30%')),
    tolerance: must(units.percent(signal.tolerance ?? '5%')),
  };
}

function gauge(signal: WrittenGauge): Own<GaugeSignal> {
  return {
    kind: 'gauge',
    metric: signal.metric,
    direction: signal.direction ?? 'up',
    scale: signal.scale ?? 'log',
    detectShift: must(units.shift(signal.detect ?? '+30%')),
    tolerance: must(units.percent(signal.tolerance ?? '10%')),
    noise: signal.noise ?? 'default',
  };
}

/** A number that the schema has vouched for. */
function must(value: number | null): number {
  if (value === null) throw new TypeError('the schema let a text without its unit through');
  return value;
}
