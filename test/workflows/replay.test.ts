import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, describe, expect, test } from 'vitest';
import * as workflows from '../../src/workflows/index.js';
import { histories, kept } from '../support/kept-history.js';
import { acts, continuing, endings } from '../support/record-histories.js';
import { others } from '../support/record-others.js';

/*
 * Every history here ended on some released version of the workflow, and must replay on today's code. They are recorded
 * by `GRAYWAVE_RECORD=1 npx vitest run test/workflows/record.test.ts`; add to them, never replace those of a release.
 */
const codePath = fileURLToPath(new URL('../../dist/src/workflow-bundle.js', import.meta.url));
const names = (await readdir(histories)).map((file) => file.replace(/\.json$/, '')).sort();

const replay = async (workflowBundle: WorkflowBundleOption, name: string): Promise<void> =>
  Worker.runReplayHistory({ workflowBundle, replayName: name }, await kept(name));

const typeOf = async (name: string): Promise<string> => {
  const [first] = (await kept(name)).events as {
    workflowExecutionStartedEventAttributes?: { workflowType?: { name?: string } };
  }[];
  return first?.workflowExecutionStartedEventAttributes?.workflowType?.name ?? '';
};

beforeAll(() => {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
});

test('there is a history of every ending', () => {
  const all = { ...endings, ...acts, ...continuing, ...others };
  expect(names).toEqual(expect.arrayContaining(Object.keys(all)));
});

test('and of every type of workflow that there is', async () => {
  const started = await Promise.all(names.map(typeOf));
  expect([...new Set(started)].sort()).toEqual(Object.keys(workflows).sort());
});

test.each(names)('%s replays on the code of today', (name) => replay({ codePath }, name));

describe('the guard itself', () => {
  let changed: WorkflowBundleOption;
  beforeAll(async () => {
    const workflowsPath = fileURLToPath(new URL('../support/changed-workflow.ts', import.meta.url));
    changed = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  });

  test.each(names)('%s does not replay on a workflow with one activity more', async (name) => {
    await expect(replay(changed, name)).rejects.toBeInstanceOf(DeterminismViolationError);
  });
});
