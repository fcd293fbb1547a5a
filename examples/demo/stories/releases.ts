import { carriedOut, caught, ended, restored, unless } from './expect.js';
import type { Story } from './story.js';

/** Releases of which each is just what it is, and nothing happens beside them. */
export const good: Story = {
  name: 'good',
  title: 'A good release: proven safe and promoted early, wave by wave',
  file: 'good.yaml',
  usual: true,
  problems: (status, findings) => [
    ...ended(status, 'completed'),
    ...status.waves.flatMap((wave) => {
      const compared = wave.changedShare < 1;
      const bakeMs = (wave.endedMs ?? 0) - (wave.observedFromMs ?? 0);
      const early = bakeMs < wave.bakeMaxSeconds * 1000;
      return unless(
        wave.how === 'proven' && (early || !compared),
        `wave ${wave.index} was not proven before its longest bake`,
      );
    }),
    ...carriedOut(findings),
  ],
};

export const errors: Story = {
  name: 'errors',
  title: 'A release in which 2% of requests fail: caught in the first wave and undone',
  file: 'errors.yaml',
  usual: true,
  problems: (status, findings) => [...caught(status, 'errors'), ...restored(findings)],
};

export const slow: Story = {
  name: 'slow',
  title: 'A release that is 30% slower at the median and fails nothing: caught and undone',
  file: 'slow.yaml',
  usual: true,
  problems: (status, findings) => [...caught(status, 'latency'), ...restored(findings)],
};

export const crash: Story = {
  name: 'crash',
  title: 'A release that dies some seconds after its start, without a word: its silence is evidence, and it is undone',
  file: 'crash.yaml',
  usual: false,
  problems: (status, findings) => {
    const silent = status.verdict?.verdict.silent ?? [];
    return [
      ...caught(status, 'silence'),
      ...unless(silent.length > 0, 'no target is named as silent'),
      ...restored(findings),
    ];
  },
};
