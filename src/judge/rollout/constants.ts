/**
 * Every constant of judging rollouts, in one place, so that each can be varied. Shares are in [0, 1], times in seconds,
 * evidence in nats. None is of one data set: where a value can be learnt it is, and this is what is assumed otherwise.
 */
export const rolloutConstants = {
  /** How far back "before" goes for levels of edges. */
  baselineSeconds: 1800,
  /** How far back unchanged instances are compared with the changed ones. */
  compareSeconds: 600,
  /** Least standard deviation of a success share between two instances of one edge, per sample. */
  successSd: 0.05,
  /** Weight of the prior in a variance learnt from few samples, in samples. */
  varianceSamples: 2,
  /** A standard score up to this is chance. */
  failureScore: 1.5,
  /** Most that failures of its own requests, silence or memory can say. */
  partCap: 5,
  /** Evidence of n samples counts n / (n + this): one sample never decides by itself. */
  fewSamples: 2,
  /** Expected count of silent instances among healthy ones, before any is seen. */
  silentPrior: 0.05,
  /** Weight of all services' rollouts in the readiness of one service, in rollouts. */
  pooledRollouts: 5,
  /** A past wait could have been seen so much earlier or later: samples are a step apart. */
  smearSeconds: 30,
  /** Where nothing was learnt: seconds from complete by which a healthy instance has been seen. */
  readySeconds: 90,
  /** What silence keeps when nothing is wrong at the service or at those that call it. */
  calmShare: 0.35,
  /** Memory may differ between versions by e^memoryFree; evidence is full at e^memorySpan times that. */
  memoryFree: 0.25,
  memorySpan: 0.6,
  /** Latency: this many times slower, and by so many seconds. */
  latencyRatio: 10,
  latencySeconds: 0.1,
  latencyNats: 1,
  /** Least fall of a success share below its level that counts as a symptom. */
  symptomFall: 0.03,
  /** And so many standard deviations of the edge before. */
  symptomScore: 3,
  /** Reference value of its onset, as a part of its largest fall. */
  onsetPart: 0.2,
  /** Fall at which a symptom counts in full. */
  symptomFull: 0.2,
  /** A symptom is older than the change if in so long before it its edges had fallen by such a part of what they did since. */
  olderSeconds: 180,
  olderPart: 0.3,
  /** Symptoms follow the first changed requests after about this long. */
  followSeconds: 60,
  /** A symptom seen earlier than the changed requests fades so fast: samples are a minute apart. */
  precedeSeconds: 30,
  /** Share of incidents by a change that begin at no such time. */
  untimedShare: 0.2,
  /** Without a cause a symptom begins once in so long. */
  chanceSeconds: 2400,
  /** Against a change when all that fell is where it cannot be at work. */
  strayNats: 3,
  /** Share of changes that are bad, where nothing fails. */
  badShare: 0.05,
  /**
   * Share of incidents that no change in flight caused: about 70% of outages are due to changes (Beyer et al., Site
   * Reliability Engineering, 2016, ch. 1).
   */
  noneShare: 0.3,
  /** Evidence that is enough: of its own instances alone, or all of it where it is the likely cause. */
  failNats: 2,
  /** Least chance of being the cause, where its own instances do not show it. */
  failChance: 0.45,
};

export type RolloutConstants = typeof rolloutConstants;
