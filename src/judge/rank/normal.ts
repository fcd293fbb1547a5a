/** The standard normal distribution, to about 1e-14. */

const density = (z: number) => Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);

/**
 * P(Z > z). Taylor's series about 0 in the middle (Marsaglia 2004, Evaluating the normal distribution), Laplace's
 * continued fraction in the tails, so that small chances keep their relative precision.
 */
export function upperTail(z: number): number {
  if (z < 0) return 1 - upperTail(-z);
  if (z > 38) return 0;
  if (z < 2.5) {
    let term = z;
    let sum = z;
    for (let k = 3; Math.abs(term) > 1e-17 * sum; k += 2) {
      term *= (z * z) / k;
      sum += term;
    }
    return 0.5 - density(z) * sum;
  }
  let fraction = z;
  for (let k = z < 4 ? 70 : 25; k >= 1; k--) fraction = z + k / fraction;
  return density(z) / fraction;
}

/** The z with P(Z > z) = p; ±38 at the ends, where chances underflow. Newton on ln P, which is near parabolic. */
export function upperQuantile(p: number): number {
  if (p > 0.5) return -upperQuantile(1 - p);
  if (p <= 0) return 38;
  const t = Math.sqrt(-2 * Math.log(p));
  let z = Math.max(0, t - (2.30753 + 0.27061 * t) / (1 + t * (0.99229 + 0.04481 * t)));
  for (let i = 0; i < 20; i++) {
    const tail = upperTail(z);
    const step = ((Math.log(tail) - Math.log(p)) * tail) / density(z);
    z += step;
    if (Math.abs(step) < 1e-14 * (1 + z)) break;
  }
  return z;
}

/** P(T > t) for Student's t, by Wallace's normal approximation (1959); within 2% of the chance from 4 degrees on. */
export function studentTail(t: number, degrees: number): number {
  const z = Math.sqrt(degrees * Math.log1p((t * t) / degrees)) * ((8 * degrees + 1) / (8 * degrees + 3));
  return upperTail(Math.sign(t) * z);
}
