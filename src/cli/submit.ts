import { Command } from 'commander';
import type { GraywaveClient } from '../client/client.js';
import type { ChangeStatus, TerminalState } from '../workflows/messages.js';
import { exitCodes, exitWith } from './exit.js';
import { byOption, interrupted, jsonOption, print, printJson, tell, withClient } from './session.js';
import { progressLine, statusText } from './story.js';
import { readChecked } from './validate.js';

export const submitCommand = (): Command =>
  new Command('submit')
    .description('Start a change; the same file again joins it, and waits on where it stands')
    .argument('<file>', 'YAML or JSON, - for standard input')
    .option('--wait', 'wait for the end; exit code 1 unless it completes')
    .option('--config <file>', 'worker configuration whose drivers and sources the spec may name')
    .addOption(byOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExamples:\n  $ graywave submit change.yaml\n  $ graywave submit change.yaml --wait --json')
    .action(async (file: string, options: { wait?: boolean; config?: string; by: string; json?: boolean }) => {
      const { spec, warnings } = await readChecked(file, options.config);
      for (const warning of warnings) tell(`warning: ${warning.message}`);
      await withClient(async (client) => {
        const { id, workflowId, joined, ended } = await client.submitSpec(spec, options.by);
        const head = ended
          ? `${id} had ended before.`
          : joined
            ? `${id} is running already; joined.`
            : `${id} started as ${workflowId}.`;
        tell(head);
        if (options.wait || ended) return waitToEnd(client, id, options.json ?? false);
        if (options.json) return printJson({ id, workflowId, joined });
        print(`graywave watch ${id}   to see it happen\ngraywave abort ${id}   to stop it`);
      });
    });

/** Follows a change to its end, which is hoped to be `wanted`; Ctrl-C stops the following, never the change. */
export async function waitToEnd(
  client: GraywaveClient,
  id: string,
  json: boolean,
  wanted: TerminalState = 'completed',
): Promise<void> {
  const signal = interrupted();
  try {
    const end = await client.wait(id, {
      signal,
      onStatus: (status) => tell(progressLine(status)),
      onTrouble: (error) => tell(`${error.message} Still waiting.`),
    });
    finish(end, json, wanted);
  } catch (error) {
    if (!signal.aborted) throw error;
    tell(`\n${id} goes on without us: graywave watch ${id} follows it again, graywave abort ${id} stops it.`);
    process.exit(exitCodes.interrupted);
  }
}

function finish(end: ChangeStatus, json: boolean, wanted: TerminalState): void {
  if (json) printJson({ status: end });
  else print(statusText(end, null));
  if (end.state !== wanted) exitWith('change did not complete');
}
