import type { JudgeSettings } from '../judge/types.js';
import type { Controls } from '../policy/controls.js';
import type { FrozenStream } from '../sources/frozen.js';

/** What the judge is told: the level's α and β, and the streams as frozen, gauges among them. */
export const judgeSettings = (streams: FrozenStream[], controls: Controls): JudgeSettings => ({
  version: 1,
  alpha: controls.alpha,
  beta: controls.beta,
  streams: streams.map((stream) => stream.settings),
  ...levelsOf(streams),
  silenceLooks: 3,
  restartSeconds: 600,
});

/** Absent where no stream is a gauge: settings of such a change are as they always were. */
function levelsOf(streams: FrozenStream[]): Pick<JudgeSettings, 'levels'> {
  const levels = streams.flatMap(({ level }) => (level === undefined ? [] : [level]));
  return levels.length === 0 ? {} : { levels };
}
