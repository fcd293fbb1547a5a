/** The clock, and what this wave is: the judge has no clock of its own. */
export interface When {
  nowMs: number;
  waveStartedMs: number;
  minSeconds: number;
  maxSeconds: number;
  /** `none`: the wave has no unchanged arm (the last one). */
  control: 'concurrent' | 'none';
}

/** Seconds of this wave so far; 0 when two machines' clocks disagree about its start. */
export function elapsedSeconds(when: When): number {
  return Math.max(0, (when.nowMs - when.waveStartedMs) / 1000);
}

export function isOver(when: When): boolean {
  return elapsedSeconds(when) >= when.maxSeconds;
}

/** A bake cut short by a person may end before its least time: then it is over and not passed. @throws RangeError */
export function checkWhen(when: When): void {
  for (const name of ['nowMs', 'waveStartedMs', 'minSeconds', 'maxSeconds'] as const) {
    if (!Number.isFinite(when[name])) throw new RangeError(`verdict: ${name} is ${when[name]}; expected a number`);
  }
}
