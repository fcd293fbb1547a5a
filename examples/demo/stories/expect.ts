import type { ChangeStatus } from '../../../src/workflows/messages.js';
import type { Findings } from './story.js';

/** What stories expect of their end, each as the problems it finds. */
export const unless = (holds: boolean, problem: string): string[] => (holds ? [] : [problem]);

export const ended = (status: ChangeStatus, state: ChangeStatus['state']): string[] =>
  unless(status.state === state, `it ended ${status.state}, not ${state}`);

/** Stopped in its first wave by a verdict that blames the right thing. */
export function caught(status: ChangeStatus, culprit: string): string[] {
  const verdict = status.verdict?.verdict;
  const blamed = verdict?.culprit ?? 'nothing';
  return [
    ...ended(status, 'rolled_back'),
    ...unless(status.wave === 1, `it got as far as wave ${status.wave}`),
    ...unless(verdict?.kind === 'fail', `its verdict was ${verdict?.kind ?? 'none'}, not fail`),
    ...unless(blamed.startsWith(culprit), `${blamed} was blamed, not ${culprit}`),
  ];
}

export const restored = ({ before, after }: Findings): string[] =>
  Object.keys(before).flatMap((id) =>
    unless(before[id] === after[id], `${id} is ${after[id] ?? 'not there'}, and was ${before[id]}`),
  );

/** Every instance serves one version, and it is another than before. */
export function carriedOut({ before, after }: Findings): string[] {
  const versions = new Set(Object.values(after));
  return [
    ...unless(versions.size === 1, `the instances serve ${[...versions].join(' and ')}`),
    ...Object.keys(before).flatMap((id) => unless(before[id] !== after[id], `${id} is still ${before[id]}`)),
  ];
}

export const onceEach = ({ applied }: Findings): string[] =>
  unless(new Set(applied).size === applied.length, 'something was applied twice');
