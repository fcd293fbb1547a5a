/** Seeded draws for thresholds that are simulated: the same profile gives the same thresholds on any machine. */
export interface Draws {
  uniform: () => number;
  normal: () => number;
  /** For means up to some hundreds; larger ones by the normal approximation, at least 0. */
  poisson: (mean: number) => number;
}

/** Beyond this a Poisson count is normal to better than what a threshold can tell. */
const largeMean = 50;

export function draws(seed: number): Draws {
  let state = seed >>> 0;
  // Mulberry32 (Tommy Ettinger, public domain).
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  let spare: number | null = null;
  const normal = () => {
    if (spare !== null) {
      const kept = spare;
      spare = null;
      return kept;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  const poisson = (mean: number) => {
    if (mean > largeMean) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
    const end = Math.exp(-mean);
    let count = 0;
    for (let product = uniform(); product > end; product *= uniform()) count++;
    return count;
  };
  return { uniform, normal, poisson };
}
