export const targets: string[];
export function countAt(atMs: number): { total: number; bad: number };
