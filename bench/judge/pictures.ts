/** Draws the pictures of docs/judge.md from seeded runs: node dist/bench/judge/pictures.js docs/images */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { begin, fold, verdict } from '../../src/judge/judge.js';
import { seeds } from './figures.js';
import { random } from './random.js';
import { steady } from './scenarios.js';
import { looks, settings, stream } from './simulate.js';
import { harmless } from './suite/conditions.js';
import { anHour, hour } from './suite/looks.js';
import { ours } from './suite/ours.js';
import { type Rule, rules } from './suite/rules.js';

interface Line {
  label: string;
  colour: string;
  points: [x: number, y: number][];
}

interface Chart {
  title: string;
  x: { label: string; to: number; every: number };
  y: { label: string; from: number; to: number; ticks: [at: number, label: string][] };
  lines: Line[];
  bound: { at: number; label: string } | null;
}

const colours = ['#2a9d5c', '#e07a1f', '#c62f3b'] as const;

/** Evidence of harm of four changes: an e-value is money won by betting on harm at fair odds if there is none. */
function evidence(): Chart {
  const judging = settings({ streams: [stream({ tolerance: 0.25, detectRatio: 3 })] });
  const lines = [1, 2, 3].map((ratio, i): Line => {
    const scenario = { ...steady, rps: () => 100, waveSeconds: 900, ratio: () => ratio };
    let state = begin(judging);
    const points: [number, number][] = [[0, 0]];
    for (const look of looks(judging, scenario, random(7))) {
      state = fold(judging, state, look);
      const when = {
        nowMs: look.toMs,
        waveStartedMs: 0,
        minSeconds: 0,
        maxSeconds: 1e6,
        control: 'concurrent',
      } as const;
      const log10 = verdict(judging, state, when).logHarm / Math.LN10;
      points.push([look.toMs / 60_000, Math.min(4, log10)]);
      if (state.stopped !== null) break;
    }
    const label = ratio === 1 ? 'no harm' : `${ratio}× errors`;
    return { label, colour: colours[i] ?? 'black', points };
  });
  return {
    title: 'Evidence of harm, look by look (100 requests a second, 1% bad, a tenth changed)',
    x: { label: 'minutes', to: 15, every: 3 },
    y: { label: 'evidence', from: -1, to: 4, ticks: [-1, 0, 1, 2, 3, 4].map((at) => [at, `${10 ** at}`]) },
    lines,
    bound: { at: 2, label: 'stop: 1/α = 100' },
  };
}

/** Share of harmless changes that each rule has stopped by a minute. */
function peeking(): Chart {
  const runs = 400;
  const [calm] = harmless;
  if (calm === undefined) throw new Error('no condition');
  const chosen = [ours(0.01, 1), ...rules.slice(0, 2)];
  const lines = chosen.map((rule, i): Line => {
    const stops = seeds(runs).flatMap((seed) => stopOf(rule, seed));
    const points = Array.from({ length: 61 }, (_, minute): [number, number] => [
      minute,
      stops.filter((at) => at <= minute * 60).length / runs,
    ]);
    return { label: rule.name, colour: [colours[0], colours[2], colours[1]][i] ?? 'black', points };
  });
  return {
    title: `Share of ${runs} harmless changes stopped so far, a look every 10 s`,
    x: { label: 'minutes', to: 60, every: 10 },
    y: { label: 'stopped', from: 0, to: 0.2, ticks: [0, 0.05, 0.1, 0.15, 0.2].map((at) => [at, `${at * 100}%`]) },
    lines,
    bound: { at: 0.01, label: 'what was promised: 1%' },
  };

  function stopOf(rule: Rule, seed: number): number[] {
    const draw = random(seed);
    const judge = rule.begin();
    if (calm === undefined) return [];
    for (const { at, cell } of anHour(calm.weather(draw), draw)) if (judge(cell, at) && at <= hour) return [at];
    return [];
  }
}

const [width, height, left, right, top, bottom] = [740, 320, 64, 170, 36, 44];

function svg({ title, x, y, lines, bound }: Chart): string {
  const px = (value: number): number => left + ((width - left - right) * value) / x.to;
  const py = (value: number): number => top + (height - top - bottom) * (1 - (value - y.from) / (y.to - y.from));
  const text = (at: [number, number], words: string, more = ''): string =>
    `<text x="${at[0].toFixed(1)}" y="${at[1].toFixed(1)}" ${more}>${words}</text>`;
  const grid = y.ticks.map(
    ([at, label]) =>
      `<path d="M${left} ${py(at).toFixed(1)}H${width - right}" stroke="#ddd"/>${text([left - 8, py(at) + 4], label, 'text-anchor="end"')}`,
  );
  const steps = Array.from({ length: Math.floor(x.to / x.every) + 1 }, (_, i) => i * x.every);
  const marks = steps.map((at) => text([px(at), height - bottom + 18], String(at), 'text-anchor="middle"'));
  const drawn = lines.map(({ label, colour, points }) => {
    const path = points.map(([a, b], i) => `${i === 0 ? 'M' : 'L'}${px(a).toFixed(1)} ${py(b).toFixed(1)}`).join('');
    const [lastX, lastY] = points.at(-1) ?? [0, 0];
    return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${text([px(lastX) + 6, py(lastY) + 4], label, `fill="${colour}"`)}`;
  });
  const limit =
    bound === null
      ? ''
      : `<path d="M${left} ${py(bound.at).toFixed(1)}H${width - right}" stroke="#333" stroke-dasharray="6 4"/>${text([width - right + 6, py(bound.at) - 6], bound.label, 'fill="#333"')}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    text([left, 20], title, 'font-size="13" font-weight="bold"'),
    ...grid,
    ...marks,
    text([(left + width - right) / 2, height - 8], x.label, 'text-anchor="middle"'),
    limit,
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}

const [folder = 'docs/images'] = process.argv.slice(2);
writeFileSync(join(folder, 'judge-evidence.svg'), svg(evidence()));
writeFileSync(join(folder, 'judge-peeking.svg'), svg(peeking()));
