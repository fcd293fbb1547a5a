import type { ChangeStatus } from '../../src/workflows/messages.js';

/** Proof of what the world is, read by the demo itself and never by a driver. */
export interface Findings {
  /** Version that each instance's own process says it is, before the change and after it. */
  before: Record<string, string>;
  after: Record<string, string>;
  /** Instance and key of every effective application in the targets' own log. */
  applied: string[];
  /** How often the worker was killed, as planned. */
  kills: string[];
}

export interface Story {
  name: string;
  title: string;
  /** Spec in `examples/changes`. */
  file: string;
  /** Kill the worker when the targets' log first shows a key with this ending. */
  killAt: string[];
  /** What is not as it should be; nothing when all is well. */
  problems(status: ChangeStatus, findings: Findings): string[];
}

export const stories: Story[] = [
  {
    name: 'good',
    title: 'A good release: proven safe and promoted early, wave by wave',
    file: 'good.yaml',
    killAt: [],
    problems: (status, { after }) => [
      ...unless(status.state === 'completed', `it ended ${status.state}, not completed`),
      ...status.waves.flatMap((wave) => {
        const compared = wave.changedShare < 1;
        const bakeMs = (wave.endedMs ?? 0) - (wave.observedFromMs ?? 0);
        const early = bakeMs < wave.bakeMaxSeconds * 1000;
        return unless(
          wave.how === 'proven' && (early || !compared),
          `wave ${wave.index} was not proven before its longest bake`,
        );
      }),
      ...unless(new Set(Object.values(after)).size === 1, 'not every instance serves the new version'),
    ],
  },
  {
    name: 'errors',
    title: 'A release in which 2% of requests fail: caught in the first wave and undone',
    file: 'errors.yaml',
    killAt: [],
    problems: (status, findings) => [...caught(status, 'errors'), ...restored(findings)],
  },
  {
    name: 'slow',
    title: 'A release that is 30% slower at the median and fails nothing: caught and undone',
    file: 'slow.yaml',
    killAt: [],
    problems: (status, findings) => [...caught(status, 'latency'), ...restored(findings)],
  },
  {
    name: 'worker-killed',
    title: 'A bad release while the worker is killed (kill -9) in the middle of a wave and of the rollback',
    file: 'worker-killed.yaml',
    killAt: ['/1/apply', '/1/revert'],
    problems: (status, findings) => [
      ...caught(status, 'errors'),
      ...restored(findings),
      ...unless(findings.kills.length === 2, `the worker was killed ${findings.kills.length} times, not twice`),
      ...unless(new Set(findings.applied).size === findings.applied.length, 'something was applied twice'),
    ],
  },
];

const unless = (holds: boolean, problem: string): string[] => (holds ? [] : [problem]);

function caught(status: ChangeStatus, culprit: string): string[] {
  const verdict = status.verdict?.verdict;
  return [
    ...unless(status.state === 'rolled_back', `it ended ${status.state}, not rolled back`),
    ...unless(status.wave === 1, `it got as far as wave ${status.wave}`),
    ...unless(verdict?.kind === 'fail', `its verdict was ${verdict?.kind ?? 'none'}, not fail`),
    ...unless(
      verdict?.culprit?.startsWith(culprit) ?? false,
      `${verdict?.culprit ?? 'nothing'} was blamed, not ${culprit}`,
    ),
  ];
}

const restored = ({ before, after }: Findings): string[] =>
  Object.keys(before).flatMap((id) =>
    unless(before[id] === after[id], `${id} is ${after[id] ?? 'not there'}, and was ${before[id]}`),
  );
