/**
 * A zero of f between a and b by Brent's method (Algorithms for Minimization without Derivatives, 1973, ch. 4), with the
 * acceptance rules of R's uniroot, so that a step function gives the same point as there. f(a) and f(b), given as fa and
 * fb, must differ in sign. The answer is within tolerance of a change of sign.
 */
export function zero(
  f: (at: number) => number,
  [start, end]: readonly [number, number],
  [fStart, fEnd]: readonly [number, number],
  tolerance: number,
): number {
  if (fStart === 0) return start;
  if (fEnd === 0) return end;
  let [previous, best, other] = [start, end, start];
  let [fPrevious, fBest, fOther] = [fStart, fEnd, fStart];
  for (let left = 1000; left >= 0; left--) {
    const last = best - previous;
    if (Math.abs(fOther) < Math.abs(fBest)) {
      [previous, best, other] = [best, other, best];
      [fPrevious, fBest, fOther] = [fBest, fOther, fBest];
    }
    const near = 2 * Number.EPSILON * Math.abs(best) + tolerance / 2;
    const half = (other - best) / 2;
    if (Math.abs(half) <= near || fBest === 0) return best;
    let step = half;
    if (Math.abs(last) >= near && Math.abs(fPrevious) > Math.abs(fBest)) {
      const guess = interpolate(previous, best, other, fPrevious, fBest, fOther);
      const { p, q } = guess;
      if (p < 0.75 * (other - best) * q - Math.abs(near * q) / 2 && p < Math.abs((last * q) / 2)) step = p / q;
    }
    if (Math.abs(step) < near) step = step > 0 ? near : -near;
    previous = best;
    fPrevious = fBest;
    best += step;
    fBest = f(best);
    if ((fBest > 0 && fOther > 0) || (fBest < 0 && fOther < 0)) {
      other = previous;
      fOther = fPrevious;
    }
  }
  return best;
}

/** Step p/q by the secant through two points, or by inverse quadratic interpolation through three; p ≥ 0. */
function interpolate(a: number, b: number, c: number, fa: number, fb: number, fc: number): { p: number; q: number } {
  let p: number;
  let q: number;
  if (a === c) {
    const t = fb / fa;
    p = (c - b) * t;
    q = 1 - t;
  } else {
    const s = fa / fc;
    const t = fb / fc;
    const u = fb / fa;
    p = u * ((c - b) * s * (s - t) - (b - a) * (t - 1));
    q = (s - 1) * (t - 1) * (u - 1);
  }
  return p > 0 ? { p, q: -q } : { p: -p, q };
}
