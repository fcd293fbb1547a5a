import { Command } from 'commander';
import { jsonOption, print, printJson, whole, withClient } from './session.js';
import { instant, span, table } from './table.js';

export const listCommand = (): Command =>
  new Command('list')
    .description('The changes there are, the newest first')
    .option('--state <state>', 'only changes in this state, for example paused')
    .option('--service <name>', 'only changes of this service')
    .option('--limit <n>', 'at most so many', whole(1, 10_000), 50)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  $ graywave list --state rolling_out\n  $ graywave list --service checkout --json',
    )
    .action(({ state, service, limit, json }: { state?: string; service?: string; limit: number; json?: boolean }) =>
      withClient(async (client) => {
        const filters = [
          ...(state ? [`ChangeState = '${quoted(state)}'`] : []),
          ...(service ? [`ChangeServices = '${quoted(service)}'`] : []),
        ];
        const changes = await client.list({ limit, ...(filters.length > 0 ? { query: filters.join(' AND ') } : {}) });
        if (json) return printJson({ changes });
        if (changes.length === 0) return print('No changes.');
        const rows = changes.map((change) => [
          change.id,
          change.state,
          change.level ?? '',
          change.verdict ?? '',
          change.services.join(','),
          change.owner ?? '',
          instant(change.startedMs),
          span((change.endedMs ?? Date.now()) - change.startedMs),
        ]);
        print(table([['id', 'state', 'level', 'verdict', 'services', 'owner', 'started', 'took'], ...rows]));
      }),
    );

const quoted = (text: string): string => text.replaceAll("'", "''");
