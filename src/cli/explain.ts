import { join } from 'node:path';
import { Command } from 'commander';
import { FileCellStore } from '../cells/file.js';
import { readConfig } from '../config.js';
import { GraywaveError } from '../errors.js';
import { explain } from '../judge/judge.js';
import type { Verdict } from '../judge/types.js';
import { evidenceOfChange } from '../judging/of-change.js';
import { isTerminal, type ChangeStatus } from '../workflows/messages.js';
import { judgeSettings } from '../workflows/settings.js';
import { jsonOption, print, printJson, whole, withClient } from './session.js';
import { defaultConfig } from './validate.js';

interface Explained {
  wave: number;
  /** Age of the look in seconds while the wave is watched; null for a verdict that stands. */
  ageSeconds: number | null;
  verdict: Verdict;
}

interface Options {
  wave?: number;
  evidence?: boolean;
  config: string;
  json?: boolean;
}

export const explainCommand = (): Command =>
  new Command('explain')
    .description('Why this verdict, with the numbers that decided')
    .argument('<id>', 'change id')
    .option('--wave <n>', 'only this wave', whole(1, 1_000))
    .option('--evidence', 'everything to recompute the verdicts from, as JSON, for `graywave judge`')
    .option('--config <file>', 'worker configuration: whose state directory keeps the looks', defaultConfig)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ graywave explain checkout-v2
  $ graywave explain checkout-v2 --wave 1 --json
  $ graywave explain checkout-v2 --evidence --config graywave.yaml > evidence.json`,
    )
    .action((id: string, { wave, evidence, config, json }: Options) =>
      withClient(async (client) => {
        const status = await client.status(id);
        const live = isTerminal(status.state) ? null : await client.live(id);
        if (evidence) {
          // Looks stay with the workers; a history only refers to them.
          const directory = join((await readConfig(config)).state, 'cells');
          const looks = await new FileCellStore(directory).read(id);
          if (looks.length === 0 && status.verdict !== null) throw noLooks(id, directory);
          return printJson(evidenceOfChange(status, looks, live?.verdict ?? null));
        }
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

const noLooks = (id: string, directory: string): GraywaveError =>
  new GraywaveError('CELLS_BROKEN', `${directory} has no look of ${id}.`, {
    hint: 'Run it where its workers keep their state, and name their configuration with --config.',
  });

const verdictsOf = (status: ChangeStatus): Explained[] =>
  status.waves.flatMap((wave) => (wave.verdict ? [{ wave: wave.index, ageSeconds: null, verdict: wave.verdict }] : []));
