import { Command } from 'commander';
import { isTerminal } from '../workflows/messages.js';
import { jsonOption, print, printJson, withClient } from './session.js';
import { statusText } from './story.js';

export const statusCommand = (): Command =>
  new Command('status')
    .description('Where a change is, why, and what next')
    .argument('<id>', 'change id')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  $ graywave status checkout-v2\n  $ graywave status checkout-v2 --json | jq .status.state',
    )
    .action((id: string, { json }: { json?: boolean }) =>
      withClient(async (client) => {
        const status = await client.status(id);
        const live = isTerminal(status.state) ? null : await client.live(id);
        if (json) printJson({ status, live });
        else print(statusText(status, live));
      }),
    );
