import type { JudgeSettings } from '../judge/types.js';
import type { Controls } from '../policy/controls.js';
import type { FrozenStream } from '../sources/frozen.js';

/** What the judge is told: the level's α and β, and the streams as frozen. */
export const judgeSettings = (streams: FrozenStream[], controls: Controls): JudgeSettings => ({
  version: 1,
  alpha: controls.alpha,
  beta: controls.beta,
  streams: streams.map((stream) => stream.settings),
  silenceLooks: 3,
  restartSeconds: 600,
});
