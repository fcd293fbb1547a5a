import { GraywaveError } from '../../errors.js';
import type { Drift } from '../level/filter.js';
import type { Kind } from '../level/kinds.js';
import type { CountNoise, LevelNoise, NoiseProfile } from './profile.js';

/** More kinds would make the state of a gauge larger than a heartbeat should be. */
const mostKinds = 8;

/**
 * A noise profile as `graywave judge learn` writes it, from parsed JSON. A profile that is wrong in one number would make
 * every bound that rests on it wrong, so everything is checked.
 *
 * @throws GraywaveError DATA_INVALID naming the file, the place in it and what was expected.
 */
export function readNoise(value: unknown, file: string): NoiseProfile {
  const at = new Place(value, file, '');
  const version = at.of('version');
  if (version.value !== 1) version.refuse('1, the version that this release reads');
  const seconds = at.of('intervalSeconds');
  return {
    version: 1,
    name: at.of('name').text(),
    from: at.of('from').text(),
    runs: at.of('runs').number(0, Infinity),
    ...(seconds.value === undefined ? {} : { intervalSeconds: seconds.number(0, 86_400, 'above') }),
    level: levelOf(at.of('level')),
    counts: countsOf(at.of('counts')),
  };
}

function levelOf(at: Place): LevelNoise {
  const kinds = at.of('kinds');
  const each = kinds.each(1, mostKinds).map(kindOf);
  summingToOne(kinds, each);
  return {
    kinds: each,
    bound: at.of('bound').number(0, 1_000),
    slope: at.of('slope').number(0, 1_000),
    horizon: at.of('horizon').number(1, 1e6),
    alpha: at.of('alpha').number(0, 0.5, 'above'),
  };
}

function kindOf(at: Place): Kind {
  const common = at.of('common');
  const weight = at.of('weight').number(0, 1, 'above');
  return { ...driftOf(at), weight, common: common.value === null ? null : driftOf(common) };
}

const driftOf = (at: Place): Drift => ({
  rho: at.of('rho').number(0, 0.9999),
  tau: at.of('tau').number(0, 100, 'above'),
});

function countsOf(at: Place): CountNoise {
  const drift = at.of('drift');
  const each = drift
    .each(1, 100)
    .map((one) => ({ tau: one.of('tau').number(0, 100), weight: one.of('weight').number(0, 1) }));
  summingToOne(drift, each);
  const [harmBound, safeBound] = [at.of('harmBound').number(0, 1_000), at.of('safeBound').number(0, 1_000)];
  return { drift: each, harmBound, safeBound };
}

function summingToOne(at: Place, parts: readonly { weight: number }[]): void {
  const sum = parts.reduce((total, { weight }) => total + weight, 0);
  if (Math.abs(sum - 1) > 1e-6) at.refuse(`weights that sum to 1, not to ${sum}`);
}

/** A value, and where in the file it stands. */
class Place {
  constructor(
    readonly value: unknown,
    private readonly file: string,
    private readonly path: string,
  ) {}

  of(key: string): Place {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.refuse('a map');
    const inside = value as Record<string, unknown>;
    return new Place(
      Object.hasOwn(inside, key) ? inside[key] : undefined,
      this.file,
      `${this.path}${this.path === '' ? '' : '.'}${key}`,
    );
  }

  each(least: number, most: number): Place[] {
    const { value } = this;
    if (!Array.isArray(value) || value.length < least || value.length > most) {
      return this.refuse(`a list of ${least} to ${most}`);
    }
    return value.map((one: unknown, i) => new Place(one, this.file, `${this.path}[${i}]`));
  }

  text(): string {
    const { value } = this;
    return typeof value === 'string' && value !== '' && value.length <= 200 ? value : this.refuse('a text');
  }

  number(least: number, most: number, from: 'from' | 'above' = 'from'): number {
    const { value } = this;
    const fits = typeof value === 'number' && value <= most && (from === 'from' ? value >= least : value > least);
    return fits && Number.isFinite(value) ? value : this.refuse(`a number ${from} ${least} to ${most}`);
  }

  refuse(expected: string): never {
    const found = this.value === undefined ? 'missing' : (JSON.stringify(this.value) ?? 'no JSON').slice(0, 80);
    const where = this.path === '' ? 'the profile' : this.path;
    const what = `${this.file}: noise profile: ${where} is ${found}; expected ${expected}`;
    throw new GraywaveError('DATA_INVALID', what, {
      at: { file: this.file },
      hint: 'Learn it again with `graywave judge learn`; a profile is not to be edited by hand.',
    });
  }
}
