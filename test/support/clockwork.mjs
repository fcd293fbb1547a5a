// Counters that follow from the clock alone, the same in every process.
const perMs = 0.4;
export const targets = Array.from({ length: 8 }, (_, i) => `app-${i + 1}`);
export const countAt = (atMs) => {
  const total = Math.floor((atMs % 1e9) * perMs);
  return { total, bad: Math.floor(total / 100) };
};
