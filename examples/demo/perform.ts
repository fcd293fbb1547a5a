import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { FileCellStore } from '../../src/cells/file.js';
import { statusText } from '../../src/cli/story.js';
import { chain } from '../../src/judge/judge.js';
import type { Mark, StoryRecord } from '../../src/report/record.js';
import { readChangeFile } from '../../src/spec/file.js';
import type { ChangeSpec } from '../../src/spec/types.js';
import type { ChangeStatus } from '../../src/workflows/messages.js';
import { harmOf } from '../fleet/harm.js';
import { appliedSince, type RequestLog } from './logs.js';
import type { Stage } from './stage.js';
import type { Story } from './stories.js';
import { narrate, type Teller } from './tell.js';

const storyLimitMs = 240_000;

/** Carries one story out for real, and measures it from the outside. */
export async function perform(
  stage: Stage,
  story: Story,
  log: RequestLog,
  teller: Teller,
  signal: AbortSignal,
): Promise<StoryRecord> {
  const { spec } = readChangeFile(specFile(story.file));
  const service = spec.services[0] ?? '';
  const before = await stage.versions(service);
  const startedMs = Date.now();
  teller.story(story, spec, before);
  const marks: Mark[] = [];
  const done = new AbortController();
  const limit = AbortSignal.any([signal, AbortSignal.timeout(storyLimitMs)]);
  const killer = killWhen(stage, story, spec.id, startedMs, marks, teller, AbortSignal.any([limit, done.signal]));
  let status: ChangeStatus;
  try {
    await stage.client.submitSpec(spec, 'demo');
    status = await narrate(stage.client, spec, teller, limit);
  } finally {
    done.abort();
    await killer;
  }
  const endedMs = Date.now();
  const after = await stage.versions(service);
  const applied = appliedSince(stage.appliedFile, startedMs);
  const puts = applied.filter(({ verb }) => verb === 'put').map(({ instance, key }) => `${instance} ${key}`);
  const problems = story.problems(status, { before, after, applied: puts, kills: marks.map(({ text }) => text) });
  const oldVersion = Object.values(before)[0] ?? '';
  const lines = await log.between(startedMs, endedMs);
  const { harmed, byVersion } = harmOf(lines, oldVersion);
  const record: StoryRecord = {
    name: story.name,
    title: story.title,
    ok: problems.length === 0,
    problems,
    oldVersion,
    newVersion: newVersionOf(spec),
    startedMs,
    endedMs,
    status,
    looks: chain(await new FileCellStore(stage.cellsDir).read(spec.id)),
    requests: lines.map((line) => ({
      atMs: line.t,
      latencyMs: line.ms,
      status: line.s,
      version: line.v,
      instance: line.i,
    })),
    harmed,
    byVersion,
    applied,
    marks,
    requestsPerSecond: stage.requestsPerSecond,
  };
  teller.ended(record, lines.length, statusText(status, null));
  return record;
}

/** Kills the worker the moment the targets' log shows the first touch of each kind, and starts another. */
async function killWhen(
  stage: Stage,
  story: Story,
  changeId: string,
  sinceMs: number,
  marks: Mark[],
  teller: Teller,
  signal: AbortSignal,
): Promise<void> {
  for (const ending of story.killAt) {
    while (!appliedSince(stage.appliedFile, sinceMs).some(({ key }) => key === `${changeId}/image${ending}`)) {
      if (signal.aborted) return;
      await sleep(5);
    }
    const { pid } = stage.worker;
    await stage.worker.kill('SIGKILL');
    marks.push({ atMs: Date.now(), text: `worker killed during ${ending.split('/').at(-1)}` });
    stage.startWorker();
    teller.line(
      `kill -9 ${pid}: the worker died in the middle of the ${ending.split('/').at(-1)}; another one starts as ${stage.worker.pid}`,
    );
  }
}

function newVersionOf(spec: ChangeSpec): string {
  const version = spec.parts[0]?.with.version;
  return typeof version === 'string' ? version : '';
}

/** Specs stand beside the sources of this file, not in the build. */
const specFile = (file: string): string => fileURLToPath(new URL(`../../../examples/changes/${file}`, import.meta.url));
