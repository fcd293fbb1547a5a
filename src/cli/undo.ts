import { Command } from 'commander';
import { readConfig } from '../config.js';
import { GraywaveError } from '../errors.js';
import type { RecordedTouch } from '../offline/recorded.js';
import { type Undone, undoOffline, type UndoPlan } from '../offline/undo.js';
import { yes } from './ask.js';
import { exitCodes, exitWith } from './exit.js';
import { byOption, interrupted, jsonOption, print, printJson, tell } from './session.js';
import { clock } from './table.js';
import { defaultConfig } from './validate.js';

interface Options {
  offline?: boolean;
  config: string;
  reason: string;
  by: string;
  yes?: boolean;
  json?: boolean;
}

export const undoCommand = (): Command =>
  new Command('undo')
    .description('Take a change back without Temporal, by the journal and the drivers in this process')
    .argument('<id>', 'change id')
    .option('--offline', 'there is no Temporal; with one, `graywave abort ID` does it')
    .requiredOption('--reason <text>', 'why, for the record')
    .option('--config <file>', 'worker configuration: its journal, its drivers', defaultConfig)
    .option('--yes', 'go ahead without asking')
    .addOption(byOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ graywave undo checkout-v2 --offline --reason "Temporal is down" --config graywave.yaml
  $ DATABASE_URL=postgres://… graywave undo checkout-v2 --offline --reason "Temporal is down" --yes

Exit code 0 when every target was read back as before, else 1. Run again it goes on where it was.`,
    )
    .action(async (id: string, options: Options) => {
      if (!options.offline) {
        const hint = `With Temporal there, \`graywave abort ${id}\` takes a change back.`;
        throw new GraywaveError('USAGE', 'undo needs --offline: it works without Temporal.', { hint });
      }
      const { openWorld } = await import('../worker.js');
      const { ports, drivers } = await openWorld(await readConfig(options.config));
      const signal = interrupted();
      const { by, reason } = options;
      try {
        const undone = await undoOffline(
          {
            journal: ports.journal,
            drivers: new Map(drivers.map((driver) => [driver.name, driver])),
            confirm: (plan) => agreed(plan, options.yes ?? false, signal),
            tell: (line) => tell(`${clock(Date.now())}  ${line}`),
          },
          { changeId: id, by, reason, signal },
        );
        finish(id, undone, options.json ?? false);
      } catch (error) {
        if (!signal.aborted) throw error;
        tell(`\nStopped. ${id} is not settled: run the same command again, it goes on where it was.`);
        process.exit(exitCodes.interrupted);
      } finally {
        await ports.journal.close();
      }
    });

function finish(id: string, undone: Undone, json: boolean): void {
  if (json) printJson({ id, ...undone });
  switch (undone.outcome) {
    case 'declined':
      if (!json) print('Nothing was done.');
      return exitWith('refused');
    case 'ended':
      if (!json && undone.meanwhile)
        print(`${id}  ${words(undone.state)}, settled by a live run of it\n${undone.reason}`);
      else if (!json) print(`${id} had ended before, ${words(undone.state)}; nothing was done. ${undone.reason}`);
      return exitWith(undone.state === 'rolled_back' ? 'ok' : 'refused');
    case 'undone':
      if (!json) print(`${id}  ${words(undone.state)}\n${undone.reason}`);
      return exitWith(undone.state === 'rolled_back' ? 'ok' : 'change did not complete');
    default:
      return undone satisfies never;
  }
}

const words = (state: string): string => state.replaceAll('_', ' ');

/** Shows what will be done, and asks; without a terminal to ask on, `--yes` has to have been said. */
async function agreed(plan: UndoPlan, said: boolean, signal: AbortSignal): Promise<boolean> {
  for (const line of planLines(plan)) tell(line);
  if (said) return true;
  if (!process.stdin.isTTY) {
    throw new GraywaveError('REQUEST_REFUSED', 'There is nobody to ask here; nothing was done.', {
      hint: 'Read what stands above, and say --yes.',
    });
  }
  return yes('Undo it?', signal);
}

function planLines({ changeId, title, owner, touches, unserved, adopted, doubtful, again }: UndoPlan): string[] {
  const lines = [`${changeId}: ${title} (owner ${owner})${again ? '; its undoing was begun before' : ''}`];
  lines.push('', 'will be taken back, in this order');
  for (const { part, driver, wave, targets } of touches) {
    const left = unserved.includes(driver) ? `  stays as it is: nobody here serves driver ${driver}` : '';
    if (targets.length > 0) lines.push(`  ${part} on ${targets.join(', ')}  (wave ${wave})${left}`);
  }
  if (adopted.length > 0) lines.push(`  left alone, as adopted: ${adopted.join(', ')}`);
  lines.push('', ...doubtful.map(doubt), '');
  return lines;
}

const doubt = ({ part, targets, wave, epoch }: RecordedTouch): string =>
  `the apply of ${part} to ${targets.join(', ')} (wave ${wave}, epoch ${epoch}) may still be on its way: stop the workers that serve it first, or rely on the target refusing older epochs`;
