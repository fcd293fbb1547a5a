import { Command } from 'commander';
import { GraywaveError } from '../errors.js';
import { byOption, jsonOption, print, printJson, tell, withClient } from './session.js';
import { waitToEnd } from './submit.js';

export const rollbackCommand = (): Command =>
  new Command('rollback')
    .description('Take up again a change that ended not restored')
    .argument('<id>', 'change id')
    .option('--retry', 'what there is to do: revert, read back and settle once more')
    .requiredOption('--reason <text>', 'why it should work now, for the record')
    .option('--wait', 'wait for the end; exit code 0 when it is rolled back, else 1')
    .addOption(byOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  $ graywave rollback checkout-v2 --retry --reason "the host is back" --wait\n\nOne that still runs is taken back by `graywave abort ID`.',
    )
    .action(
      async (
        id: string,
        {
          retry,
          reason,
          by,
          wait,
          json,
        }: { retry?: boolean; reason: string; by: string; wait?: boolean; json?: boolean },
      ) => {
        if (!retry) {
          const hint = `A change that runs is taken back by \`graywave abort ${id}\`.`;
          throw new GraywaveError('USAGE', 'rollback needs --retry: it takes up a change that ended not restored.', {
            hint,
          });
        }
        await withClient(async (client) => {
          const retried = await client.retryRollback(id, { reason, by });
          tell(retried.joined ? `${id} was taken up again already; joined.` : `${id} is taken up again.`);
          if (wait) return waitToEnd(client, id, json ?? false, 'rolled_back');
          if (json) return printJson(retried);
          print(`graywave watch ${id}   to see it happen`);
        });
      },
    );
