/**
 * Seeded draws for simulations: the same seed gives the same run on any machine. Exact samplers, no normal approximation:
 * what is being tested are tail chances.
 */
export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  uniform: () => number;
  /** Number of events with mean ≥ 0. */
  poisson: (mean: number) => number;
  /** Successes among `n` with chance `p`. */
  binomial: (n: number, p: number) => number;
  normal: () => number;
}

export function random(seed: number): Random {
  const uniform = mulberry32(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return {
    uniform,
    normal,
    poisson: (mean) => (mean < 10 ? smallPoisson(uniform, mean) : largePoisson(uniform, mean)),
    binomial: (n, p) => (p > 0.5 ? n - skip(uniform, n, 1 - p) : skip(uniform, n, p)),
  };
}

/** Mulberry32 (Tommy Ettinger, public domain): 32-bit state, passes gjrand; short, and enough for 10⁸ draws. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Knuth: count uniform factors until their product is below e^−mean. */
function smallPoisson(uniform: () => number, mean: number): number {
  const end = Math.exp(-mean);
  let count = 0;
  for (let product = uniform(); product > end; product *= uniform()) count++;
  return count;
}

/** PTRS, transformed rejection (Hörmann 1993), for means of 10 and more. */
function largePoisson(uniform: () => number, mean: number): number {
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverse = 1.1239 + 1.1328 / (b - 3.4);
  const edge = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = uniform() - 0.5;
    const v = uniform();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= edge) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const left = Math.log((v * inverse) / (a / (us * us) + b));
    if (left <= k * Math.log(mean) - mean - logFactorial(k)) return k;
  }
}

/** Stirling's series; error below 1e−9 from 10 on, exact sums below. */
function logFactorial(n: number): number {
  if (n < 10) {
    let sum = 0;
    for (let i = 2; i <= n; i++) sum += Math.log(i);
    return sum;
  }
  const x = n + 1;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * x) - 1 / (360 * x ** 3);
}

/** Binomial by skipping over failures (geometric gaps): time in n·p. */
function skip(uniform: () => number, n: number, p: number): number {
  if (p <= 0) return 0;
  const gap = Math.log1p(-p);
  let count = 0;
  for (let at = 0; ; count++) {
    at += Math.floor(Math.log(1 - uniform()) / gap) + 1;
    if (at > n) return count;
  }
}
