import { Command } from 'commander';
import { GraywaveError } from '../errors.js';
import { interrupted, jsonOption, tell, withClient } from './session.js';
import { evidenceText } from './story.js';
import { waitToEnd } from './submit.js';

const evidenceEveryMs = 2_000;

export const watchCommand = (): Command =>
  new Command('watch')
    .description('Follow a change to its end: states, waves, evidence; exit code 1 unless it completes')
    .argument('<id>', 'change id')
    .addOption(jsonOption())
    .addHelpText('after', '\nExamples:\n  $ graywave watch checkout-v2')
    .action((id: string, { json }: { json?: boolean }) =>
      withClient(async (client) => {
        // One that was ended outside Graywave is started again, and is worth waiting for.
        await client.status(id).catch((error: unknown) => {
          if (!(error instanceof GraywaveError && error.code === 'CHANGE_ENDED')) throw error;
        });
        const signal = interrupted();
        let told = 0;
        const timer = setInterval(() => {
          if (signal.aborted) return;
          client.live(id).then(
            (live) => {
              if (live && live.lookMs !== told)
                tell(`          ${evidenceText(live.verdict)}  (${live.ageSeconds.toFixed(0)} s ago)`);
              told = live?.lookMs ?? told;
            },
            (error: unknown) => tell(`          the watcher's report cannot be read now: ${String(error)}`),
          );
        }, evidenceEveryMs);
        try {
          await waitToEnd(client, id, json ?? false);
        } finally {
          clearInterval(timer);
        }
      }),
    );
