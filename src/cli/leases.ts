import { Command } from 'commander';
import type { LeaseView } from '../client/leases.js';
import { jsonOption, print, printJson, withClient } from './session.js';
import { span, table } from './table.js';

export const leasesCommand = (): Command =>
  new Command('leases')
    .description('Who has which resource, and who waits for it in which place')
    .addOption(jsonOption())
    .addHelpText('after', '\nExamples:\n  $ graywave leases\n  $ graywave leases --json | jq .leases[].resource')
    .action(({ json }: { json?: boolean }) =>
      withClient(async (client) => {
        const leases = await client.leases();
        if (json) return printJson({ leases });
        if (leases.length === 0) return print('No running change needs a resource.');
        print(table([['resource', '', 'change', 'for'], ...leases.flatMap(rowsOf)]));
      }),
    );

function rowsOf({ resource, how, holder, queue }: LeaseView): string[][] {
  const head = ((): string[] => {
    if (how === 'unanswered') return ['?', 'no worker answers for its queue', ''];
    if (holder === null) return ['free', 'about to be given on', ''];
    const what = how === 'queued' ? 'held by' : 'held or about to be, by';
    return [what, holder.changeId, since(holder.sinceMs)];
  })();
  return [[resource, ...head], ...queue.map((one) => ['', `place ${one.place}`, one.changeId, since(one.sinceMs)])];
}

const since = (ms: number): string => span(Date.now() - ms);
