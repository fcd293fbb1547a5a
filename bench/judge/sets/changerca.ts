/** Concurrent changes with one culprit (ChangeRCA, FSE 2024): is each of them bad, one and five minutes after the alert? */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rolloutConstants, type RolloutConstants } from '../../../src/judge/rollout/constants.js';
import { judgeRollouts, nothingLearnt } from '../../../src/judge/rollout/judge.js';
import { joinProfiles, learnRollouts } from '../../../src/judge/rollout/learn.js';
import type { RolloutInput, RolloutProfile } from '../../../src/judge/rollout/types.js';
import { type Case, inputOf } from './changerca-case.js';
import { type Candidate, leaveOneFaultOut, thresholds } from './changerca-cross.js';
import { figuresOf, type Labels } from './changerca-score.js';
import type { DataSet, Mode, Vary, VerdictLine } from './set.js';

interface OpenedCase {
  name: string;
  alertMs: number;
  input: Omit<RolloutInput, 'atMs'>;
  /** Learnt from the rollouts of all other cases. */
  profile: RolloutProfile;
}

const minute = 60_000;
const lastMinute = 5;

export const changerca: DataSet = {
  name: 'changerca',
  async open(dir) {
    const folder = join(dir, 'changerca');
    const files = await readdir(folder).catch(() => []);
    const names = files.filter((file) => file.endsWith('.json') && file !== 'labels.json').toSorted();
    if (names.length === 0) return null;
    const cases = await Promise.all(names.map((file) => readCase(join(folder, file))));
    const opened = withProfiles(cases);
    let cross: object | undefined;
    return {
      cases: cases.length,
      judge: (mode, vary) => opened.flatMap((one) => judgeCase(one, mode, varied(vary))),
      async score(lines) {
        const text = await readFile(join(folder, 'labels.json'), 'utf8').catch(() => null);
        if (text === null) return null;
        const labels = JSON.parse(text) as Labels;
        cross ??= leaveOneFaultOut(candidatesOf(opened), labels);
        return figuresOf(lines, labels, cross);
      },
    };
  },
};

async function readCase(file: string): Promise<Case> {
  return JSON.parse(await readFile(file, 'utf8')) as Case;
}

function withProfiles(cases: readonly Case[]): OpenedCase[] {
  const inputs = cases.map(inputOf);
  const learnt = inputs.map((input) => learnRollouts([{ ...input, atMs: Infinity }]));
  return cases.map((one, i) => ({
    name: one.case,
    alertMs: one.alert_ts * 1000,
    input: inputs[i] ?? inputOf(one),
    profile: joinProfiles(learnt.filter((_, j) => j !== i)),
  }));
}

function varied(vary: Vary): RolloutConstants {
  const constants = { ...rolloutConstants };
  for (const name of Object.keys(constants) as (keyof RolloutConstants)[]) constants[name] = vary(constants[name]);
  return constants;
}

function candidatesOf(opened: readonly OpenedCase[]): Candidate[] {
  return thresholds.map((threshold) => {
    const constants = { ...rolloutConstants, ...threshold };
    return { ...threshold, lines: opened.flatMap((one) => judgeCase(one, 'profile', constants)) };
  });
}

/** Looks every minute up to alert + 5; the lines are those of alert + 1 and + 5, the latter with the first minute of `fail`. */
function judgeCase(one: OpenedCase, mode: Mode, constants: RolloutConstants): VerdictLine[] {
  const profile = mode === 'profile' ? one.profile : nothingLearnt;
  const released = one.input.changes.map(({ releasedMs }) => releasedMs);
  const first = Math.ceil((Math.min(...released) - one.alertMs) / minute);
  const failedMinute = new Map<string, number>();
  const lines: VerdictLine[] = [];
  for (let at = Math.min(first, 1); at <= lastMinute; at++) {
    const atMs = one.alertMs + at * minute;
    judgeRollouts({ ...one.input, atMs }, profile, constants).forEach(({ change, kind }, i) => {
      if (kind === 'fail' && !failedMinute.has(change)) {
        failedMinute.set(change, Math.round((atMs - (released[i] ?? atMs)) / (minute / 10)) / 10);
      }
      if (at !== 1 && at !== lastMinute) return;
      const line = {
        set: 'changerca',
        case: one.name,
        change,
        at,
        verdict: kind === 'fail' ? 'fail' : 'pass',
      } as const;
      lines.push(at === lastMinute ? { ...line, minute: failedMinute.get(change) ?? null } : line);
    });
  }
  return lines;
}
