import { fileURLToPath } from 'node:url';
import { FileCellStore } from '../../src/cells/file.js';
import { statusText } from '../../src/cli/story.js';
import { messageOf } from '../../src/errors.js';
import { chain } from '../../src/judge/judge.js';
import type { StoryRecord } from '../../src/report/record.js';
import { readChangeFile } from '../../src/spec/file.js';
import type { ChangeSpec } from '../../src/spec/types.js';
import type { ChangeStatus } from '../../src/workflows/messages.js';
import { harmOf } from '../fleet/harm.js';
import type { RequestLog } from './logs.js';
import { narrate } from './narrate.js';
import { Scene } from './scene.js';
import type { Stage } from './stage.js';
import type { Story } from './stories/story.js';
import type { Teller } from './tell.js';

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
  const done = new AbortController();
  const limit = AbortSignal.any([signal, AbortSignal.timeout(storyLimitMs)]);
  const scene = new Scene(stage, spec, teller, startedMs, AbortSignal.any([limit, done.signal]));
  await stage.client.submitSpec(spec, 'demo');
  const acted = act(story, scene);
  let status: ChangeStatus;
  try {
    status = await narrate(stage.client, spec, teller, limit);
  } finally {
    done.abort();
    await acted;
  }
  const endedMs = Date.now();
  const after = await stage.versions(service);
  const applied = scene.applied();
  const puts = applied.filter(({ verb }) => verb === 'put').map(({ instance, key }) => `${instance} ${key}`);
  const { marks } = scene;
  const findings = { before, after, applied: puts, marks: marks.map(({ text }) => text) };
  const problems = [...scene.problems, ...story.problems(status, findings)];
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

/** Runs the script to its end, or to the end of the change. */
async function act(story: Story, scene: Scene): Promise<void> {
  try {
    await story.script?.(scene);
  } catch (error) {
    if (!scene.signal.aborted) scene.expect(false, `the story broke off: ${messageOf(error)}`);
  }
}

function newVersionOf(spec: ChangeSpec): string {
  const version = spec.parts[0]?.with.version;
  return typeof version === 'string' ? version : '';
}

/** Specs stand beside the sources of this file, not in the build. */
const specFile = (file: string): string => fileURLToPath(new URL(`../../../examples/changes/${file}`, import.meta.url));
