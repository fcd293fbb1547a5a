import { Command } from 'commander';
import { GraywaveError } from '../errors.js';
import { durationSeconds } from '../spec/units.js';
import { exitWith } from './exit.js';
import { byOption, jsonOption, print, printJson, withClient } from './session.js';
import { instant, table } from './table.js';

const scopeHelp = 'all, service/NAME, region/NAME, kind/KIND or level/LEVEL';

export const holdCommand = (): Command =>
  new Command('hold')
    .description('Stop the line over a scope: when this returns, no wave begins there any more; rollbacks pass')
    .argument('<scope>', scopeHelp)
    .requiredOption('--reason <text>', 'why; whoever waits reads it')
    .option('--for <duration>', 'it ends by itself after so long, at most 30d', '4h')
    .addOption(byOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ graywave hold service/checkout --reason "incident 4711" --for 2h
  $ graywave hold all --reason "stop the line"
  $ graywave hold service/checkout --reason "still at it" --for 6h     one that is there lasts longer`,
    )
    .action(async (scope: string, options: { reason: string; for: string; by: string; json?: boolean }) => {
      const { reason, by, json } = options;
      const forSeconds = durationSeconds(options.for);
      if (forSeconds === null) {
        throw new GraywaveError('USAGE', `--for "${options.for}" is no duration; write for example 30m, 2h or 1d.`);
      }
      await withClient(async (client) => {
        const held = await client.hold(scope, { reason, by, forSeconds });
        if (json) return printJson(held);
        const until = `until ${instant(held.untilMs)}`;
        if (held.extended) print(`Held already, by ${held.owner}: ${held.scope} now ${until}.`);
        else print(`Held: ${held.scope} ${until}. No wave begins there any more; rollbacks pass.`);
        print(`graywave unhold ${held.scope}   to end it`);
      });
    });

export const unholdCommand = (): Command =>
  new Command('unhold')
    .description('End a hold; the changes that wait for it go on within seconds')
    .argument('<scope>', scopeHelp)
    .option('--reason <text>', 'why, for the record')
    .addOption(byOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExamples:\n  $ graywave unhold service/checkout --reason "incident 4711 is over"')
    .action((scope: string, { reason, by, json }: { reason?: string; by: string; json?: boolean }) =>
      withClient(async (client) => {
        const answer = await client.unhold(scope, { by, ...(reason ? { reason } : {}) });
        if (json) printJson(answer);
        else print(answer.text);
        if (!answer.over) exitWith('not reachable');
      }),
    );

export const holdsCommand = (): Command =>
  new Command('holds')
    .description('The holds in force, and how many changes wait for each')
    .addOption(jsonOption())
    .addHelpText('after', '\nExamples:\n  $ graywave holds\n  $ graywave holds --json | jq .holds[].scope')
    .action(({ json }: { json?: boolean }) =>
      withClient(async (client) => {
        const holds = await client.holds();
        if (json) return printJson({ holds });
        if (holds.length === 0) return print('No holds.');
        const rows = holds.map((hold) => [
          hold.scope,
          hold.owner,
          instant(hold.sinceMs),
          hold.untilMs === null ? 'not said' : instant(hold.untilMs),
          hold.waiting === null ? '?' : String(hold.waiting),
          hold.reason,
        ]);
        print(table([['scope', 'by', 'since', 'until', 'waiting', 'reason'], ...rows]));
      }),
    );
