import { GraywaveError } from '../errors.js';
import type { JudgeSettings, LevelSettings, StreamSettings } from './types.js';

/**
 * Refuses settings under which a bound would not hold or a pass would mean nothing. Frozen before the first look: α and
 * β are promises only when nothing here is chosen after seeing data.
 *
 * @throws GraywaveError SPEC_INVALID naming the setting, its value and what was expected.
 */
export function checkSettings(settings: JudgeSettings): void {
  const version: number = settings.version;
  if (version !== 1) refuse('version', version, 'to be 1');
  between('alpha', settings.alpha, 0, 0.5);
  between('beta', settings.beta, 0, 0.5);
  if (!(Number.isSafeInteger(settings.silenceLooks) && settings.silenceLooks >= 1)) {
    refuse('silenceLooks', settings.silenceLooks, 'a whole number of looks, 1 or more');
  }
  if (!(Number.isFinite(settings.restartSeconds) && settings.restartSeconds > 0)) {
    refuse('restartSeconds', settings.restartSeconds, 'more than 0 seconds');
  }
  const names = new Set<string>();
  let weight = 0;
  for (const stream of settings.streams) {
    if (stream.name === '' || names.has(stream.name)) refuse('name of a stream', stream.name, 'a name of its own');
    names.add(stream.name);
    checkStream(stream);
    weight += stream.weight;
  }
  if (settings.streams.length > 0 && Math.abs(weight - 1) > 1e-9) refuse('sum of the weights', weight, 'to be 1');
  const levels = settings.levels ?? [];
  for (const [i, level] of levels.entries()) {
    if (!names.has(level.name)) refuse('name of a level', level.name, 'that of a stream, which has its weight');
    if (levels.findIndex(({ name }) => name === level.name) < i) {
      refuse('name of a level', level.name, 'a name of its own');
    }
    checkLevel(level);
  }
}

function checkLevel({ name, unit, tolerance, detect, intervalSeconds, noise }: LevelSettings): void {
  const more = (what: string, value: number, least: number) => {
    if (!(value > least && value < Infinity)) refuse(`${name}: ${what}`, value, `a number above ${least}`);
  };
  more('unit', unit, 0);
  if (!(tolerance >= 0 && tolerance < Infinity)) refuse(`${name}: tolerance`, tolerance, '0 or more');
  more('detect', detect, tolerance);
  more('intervalSeconds', intervalSeconds, 0);
  const { kinds, alpha, horizon } = noise.level;
  more('horizon of the noise', horizon, 0);
  between(`${name}: alpha of the noise`, alpha, 0, 1);
  if (kinds.length === 0) refuse(`${name}: kinds of noise`, kinds.length, 'one or more');
  for (const kind of kinds) {
    more('weight of a kind of noise', kind.weight, 0);
    more('sd of a kind of noise', kind.tau, 0);
    if (!(kind.rho >= 0 && kind.rho < 1))
      refuse(`${name}: autocorrelation of the noise`, kind.rho, 'from 0 to below 1');
  }
}

function checkStream(stream: StreamSettings): void {
  const of = (name: string) => `${stream.name}: ${name}`;
  if (!(Number.isFinite(stream.tolerance) && stream.tolerance >= 0)) {
    refuse(of('tolerance'), stream.tolerance, '0 or more');
  }
  if (!(Number.isFinite(stream.detectRatio) && stream.detectRatio > 1 + stream.tolerance)) {
    refuse(of('detectRatio'), stream.detectRatio, `more than 1 + tolerance = ${1 + stream.tolerance}`);
  }
  if (!(stream.floor >= 0 && stream.floor < 1)) refuse(of('floor'), stream.floor, 'a share in [0, 1)');
  if (!(stream.limit > 0 && stream.limit <= 1)) refuse(of('limit'), stream.limit, 'a share in (0, 1]');
  if (stream.floor >= stream.limit) refuse(of('floor'), stream.floor, `less than the limit ${stream.limit}`);
  if (!(stream.weight > 0 && stream.weight <= 1)) refuse(of('weight'), stream.weight, 'a share in (0, 1]');
  if (!(Number.isFinite(stream.dispersion) && stream.dispersion >= 1)) {
    refuse(of('dispersion'), stream.dispersion, '1 or more');
  }
}

function between(name: string, value: number, low: number, high: number): void {
  if (!(value > low && value < high)) refuse(name, value, `a share between ${low} and ${high}`);
}

function refuse(name: string, value: number | string, expected: string): never {
  throw new GraywaveError('SPEC_INVALID', `judge settings: ${name} is ${value}; expected ${expected}`);
}
