import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { GraywaveError, messageOf } from '../errors.js';
import { learnNoise } from '../judge/noise/learn.js';
import type { NoiseProfile } from '../judge/noise/profile.js';
import { readRuns } from '../judging/runs.js';
import { readText, wrongData } from '../judging/text.js';
import { jsonOption, print, tell } from './session.js';

interface Options {
  name: string;
  buckets: number[];
  json?: boolean;
}

export const learnCommand = (): Command =>
  new Command('learn')
    .description('A noise profile from runs in which nothing was changed')
    .argument('<file>', 'runs as JSON lines, gzipped or not; - for standard input')
    .requiredOption('--name <name>', 'name of the profile, as verdicts tell it')
    .requiredOption(
      '--buckets <bounds>',
      'upper bounds of the latency buckets in ms: 25,40,50 …; or a JSON file with them as le_ms',
      bucketsOf,
    )
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
A line is a run: {"canary": {"n": […], "e": […], "h": [[…], …]}, "baseline": {…}}, a value an interval: requests, errors,
and counts per bucket (not cumulative, the last without a bound). Ten runs at least; a hundred say more.

Examples:
  $ graywave judge learn calibration.jsonl.gz --name checkout --buckets 25,40,63,100,160,250,400,1000 > checkout.noise.json
  $ graywave judge learn runs.jsonl --name checkout --buckets meta.json > checkout.noise.json

The profile goes to standard output, what was learnt in words to standard error.`,
    )
    .action((file: string, { name, buckets, json }: Options) => {
      const input = readText(file);
      const runs = readRuns(input, buckets);
      let profile: NoiseProfile;
      try {
        profile = learnNoise(name, runs);
      } catch (cause) {
        if (cause instanceof RangeError) throw wrongData({ file: input.file }, cause.message, cause);
        throw cause;
      }
      print(json ? JSON.stringify(profile) : JSON.stringify(profile, null, 2));
      for (const line of wordsOf(profile)) tell(line);
    });

function wordsOf({ name, runs, level, counts }: NoiseProfile): string[] {
  const percent = (value: number): string => `${(100 * value).toFixed(1)}%`;
  return [
    `${name}: learnt from ${runs} runs without a change.`,
    ...level.kinds.map(
      ({ tau, rho, weight }) =>
        `  latency of the arms drifts apart by about ${percent(tau)} (autocorrelation ${rho.toFixed(2)}) in ${percent(weight)} of the judging`,
    ),
    `  stops at evidence e^${level.bound.toFixed(1)} for latency and e^${counts.harmBound.toFixed(1)} for errors, α ${level.alpha} over ${level.horizon} intervals`,
  ];
}

function bucketsOf(text: string): number[] {
  const bounds = text.endsWith('.json') ? fromFile(text) : text.split(',').map(Number);
  const rising = bounds.every((bound, i) => bound > (bounds[i - 1] ?? 0) && Number.isFinite(bound));
  if (bounds.length > 0 && rising) return bounds;
  throw new InvalidArgumentError('Expected rising bounds in ms, such as 25,40,63,100.');
}

function fromFile(file: string): number[] {
  try {
    const { le_ms: bounds } = JSON.parse(readFileSync(file, 'utf8')) as { le_ms?: number[] };
    if (Array.isArray(bounds)) return bounds.map(Number);
  } catch (cause) {
    throw new GraywaveError('DATA_INVALID', `${file}: cannot be read: ${messageOf(cause)}`, { cause });
  }
  throw new GraywaveError('DATA_INVALID', `${file}: has no list le_ms of bucket bounds`);
}
