import { begin, fold, verdict } from '../judge/judge.js';
import type { Cell, Count, JudgeSettings, Look, Verdict } from '../judge/types.js';
import { defaultCounts } from './read.js';
import type { Parsed, Row } from './rows.js';
import { type Input, wrongData } from './text.js';
import type { JudgeFile, MetricSettings } from './types.js';

/** One interval's counts as a file has them. */
export interface FileCell extends Cell {
  /** End of the interval, Unix ms. */
  endMs: number;
}

const fields = {
  end: ['end', 'intervalend', 'endms', 'toms', 'to', 'time', 'timestamp'],
  stream: ['stream', 'metric', 'name'],
  canaryExposure: ['canaryexposure', 'canarytotal'],
  canaryBad: ['canarybad'],
  baselineExposure: ['baselineexposure', 'baselinetotal', 'controlexposure'],
  baselineBad: ['baselinebad', 'controlbad'],
} as const;
type Field = keyof typeof fields;

/** Whether the records are cells: they count the canary's exposure. */
export function rowsOfCells(parsed: Parsed): Row[] | null {
  const rows = parsed.shape === 'rows' ? parsed.rows : rowsIn(parsed.value);
  const first = rows?.[0];
  return rows && first && flat(first.values).has('canaryexposure') ? rows : null;
}

function rowsIn(value: unknown): Row[] | null {
  const list: unknown = isMap(value) ? value['cells'] : value;
  if (!Array.isArray(list) || !list.every(isMap)) return null;
  return list.map((values, index) => ({ line: null, index, values }));
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `canary.exposure`, `canary_exposure` and `canaryExposure` are one name. */
function flat(values: Record<string, unknown>, before = ''): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const [key, value] of Object.entries(values)) {
    const name = before + key.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
    if (isMap(value)) for (const [inner, one] of flat(value, name)) found.set(inner, one);
    else found.set(name, value);
  }
  return found;
}

/** Throws DATA_INVALID naming record and field: a count that is none must never be taken for a zero. */
export function cellsOf(rows: readonly Row[], { file }: Input): FileCell[] {
  return rows.map(({ values, line, index }) => {
    const known = flat(values);
    const wrong = (what: string): never => {
      throw wrongData(line === null ? { file } : { file, line }, `record ${index + 1}: ${what}`);
    };
    const get = (field: Field): unknown =>
      fields[field].map((name) => known.get(name)).find((one) => one !== undefined);
    const whole = (field: Field): number => {
      const value = get(field);
      const number = typeof value === 'string' && value !== '' ? Number(value) : value;
      if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number;
      return wrong(`${field} is ${JSON.stringify(value) ?? 'missing'}; expected a whole number, 0 or more`);
    };
    const count = (exposure: Field, bad: Field): Count => {
      const both = { exposure: whole(exposure), bad: whole(bad) };
      return both.bad > both.exposure ? wrong(`${bad} is more than ${exposure}`) : both;
    };
    const stream = get('stream') ?? 'errors';
    if (typeof stream !== 'string') return wrong('stream is no text');
    const endMs = instantOf(get('end'));
    if (endMs === null) return wrong(`end is ${JSON.stringify(get('end')) ?? 'missing'}; expected an instant`);
    const [canary, baseline] = [count('canaryExposure', 'canaryBad'), count('baselineExposure', 'baselineBad')];
    return { endMs, stream, canary, baseline };
  });
}

/** RFC 3339, or Unix seconds or milliseconds, told apart by size; null for none. */
export function instantOf(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : value;
  if (typeof number === 'number') {
    if (!Number.isFinite(number) || number < 0) return null;
    return Math.round(number < 1e11 ? number * 1000 : number);
  }
  const parsed = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(parsed) ? null : parsed;
}

/** Cells of one interval make one look, whatever their order in the file. */
export function looksOf(cells: readonly FileCell[]): Look[] {
  const ends = [...new Set(cells.map(({ endMs }) => endMs))].sort((a, b) => a - b);
  const gaps = ends.slice(1).map((end, i) => end - (ends[i] ?? end));
  const usual = gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? 60_000;
  const sums = new Map(ends.map((end) => [end, new Map<string, Cell>()]));
  for (const { endMs, stream, canary, baseline } of cells) {
    const sum = sums.get(endMs)?.get(stream);
    const both = { stream, canary: add(sum?.canary, canary), baseline: add(sum?.baseline, baseline) };
    sums.get(endMs)?.set(stream, both);
  }
  return ends.map((toMs, i): Look => {
    const none = { targets: 0, silent: [] };
    return {
      seq: i + 1,
      after: i,
      wave: 1,
      fromMs: ends[i - 1] ?? toMs - usual,
      toMs,
      cells: [...(sums.get(toMs)?.values() ?? [])],
      canary: none,
      baseline: none,
      error: null,
    };
  });
}

const add = (a: Count | undefined, b: Count): Count => ({
  exposure: (a?.exposure ?? 0) + b.exposure,
  bad: (a?.bad ?? 0) + b.bad,
});

export interface CellsJudged {
  settings: JudgeSettings;
  /** As of the last interval. */
  verdict: Verdict;
  /** End of the interval at which harm, and safety, was first proven, Unix ms; null: never. */
  failedMs: number | null;
  provenMs: number | null;
  /** Streams of the file that the judge file does not name. */
  ignored: string[];
}

/** What the judge of counts is told: the streams that the judge file names, or all that are there. */
export function countSettings(file: JudgeFile | null, streams: readonly string[]): JudgeSettings {
  const plain = (name: string): Pick<MetricSettings, 'name' | 'weight' | 'counts'> => ({
    name,
    weight: 1,
    counts: defaultCounts,
  });
  const metrics = file?.metrics.filter(({ name, mustHaveData }) => streams.includes(name) || mustHaveData);
  const wanted = metrics ?? streams.map(plain);
  const weights = wanted.reduce((sum, { weight }) => sum + weight, 0);
  return {
    version: 1,
    alpha: file?.alpha ?? 0.01,
    beta: file?.beta ?? 0.05,
    streams: wanted.map(({ name, weight, counts }) => ({ name, ...counts, weight: weight / weights })),
    silenceLooks: 3,
    restartSeconds: 600,
  };
}

/**
 * Folds every interval in the order of time, as a watcher would have, and gives the verdict at the end. Throws
 * DATA_INVALID when no stream of the file is one of the judge file.
 */
export function judgeCells(cells: readonly FileCell[], file: JudgeFile | null, from: string): CellsJudged {
  const streams = [...new Set(cells.map(({ stream }) => stream))];
  const settings = countSettings(file, streams);
  const known = settings.streams.map(({ name }) => name);
  if (!streams.some((name) => known.includes(name)))
    throw wrongData({ file: from }, `no stream here (${streams.join(', ')}) is a metric of the judge file`);
  const looks = looksOf(cells.filter(({ stream }) => known.includes(stream)));
  const waveStartedMs = looks[0]?.fromMs ?? 0;
  const endMs = looks.at(-1)?.toMs ?? waveStartedMs;
  const when = {
    waveStartedMs,
    minSeconds: 0,
    maxSeconds: (endMs - waveStartedMs) / 1000,
    control: 'concurrent',
  } as const;
  let state = begin(settings);
  let last = verdict(settings, state, { ...when, nowMs: waveStartedMs });
  let failedMs: number | null = null;
  let provenMs: number | null = null;
  for (const look of looks) {
    state = fold(settings, state, look);
    last = verdict(settings, state, { ...when, nowMs: look.toMs });
    if (last.kind === 'fail') failedMs ??= look.toMs;
    if (last.kind === 'pass') provenMs ??= look.toMs;
  }
  return { settings, verdict: last, failedMs, provenMs, ignored: streams.filter((name) => !known.includes(name)) };
}
