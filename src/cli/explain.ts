import { Command } from 'commander';
import { explain } from '../judge/judge.js';
import type { Verdict } from '../judge/types.js';
import { isTerminal, type ChangeStatus } from '../workflows/messages.js';
import { judgeSettings } from '../workflows/settings.js';
import { jsonOption, print, printJson, whole, withClient } from './session.js';

interface Explained {
  wave: number;
  /** Age of the look in seconds while the wave is watched; null for a verdict that stands. */
  ageSeconds: number | null;
  verdict: Verdict;
}

export const explainCommand = (): Command =>
  new Command('explain')
    .description('Why this verdict, with the numbers that decided')
    .argument('<id>', 'change id')
    .option('--wave <n>', 'only this wave', whole(1, 1_000))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  $ graywave explain checkout-v2\n  $ graywave explain checkout-v2 --wave 1 --json',
    )
    .action((id: string, { wave, json }: { wave?: number; json?: boolean }) =>
      withClient(async (client) => {
        const status = await client.status(id);
        const live = isTerminal(status.state) ? null : await client.live(id);
        const explained = verdictsOf(status).filter((one) => wave === undefined || one.wave === wave);
        if (live && (wave === undefined || wave === status.wave)) {
          explained.push({ wave: status.wave, ageSeconds: live.ageSeconds, verdict: live.verdict });
        }
        const settings = status.classification ? judgeSettings(status.streams, status.classification.controls) : null;
        if (json) return printJson({ id, state: status.state, reason: status.reason, settings, verdicts: explained });
        print(`${id}: ${status.state.replaceAll('_', ' ')}. ${status.reason}`);
        if (explained.length === 0) print('No look has been made yet.');
        for (const one of explained) {
          const when = one.ageSeconds === null ? '' : `, as of ${one.ageSeconds.toFixed(0)} s ago`;
          print(`\nwave ${one.wave}${when}`);
          if (settings) for (const line of explain(settings, one.verdict)) print(`  ${line}`);
        }
      }),
    );

const verdictsOf = (status: ChangeStatus): Explained[] =>
  status.waves.flatMap((wave) => (wave.verdict ? [{ wave: wave.index, ageSeconds: null, verdict: wave.verdict }] : []));
