import { Command } from 'commander';
import { whereTemporalIs } from '../client/connect.js';
import { readConfig } from '../config.js';
import { defaultConfig } from './validate.js';

export const workerCommand = (): Command =>
  new Command('worker')
    .description('Run a worker: workflows, watchers, drivers. SIGTERM hands everything over and ends')
    .option('--config <file>', 'worker configuration', defaultConfig)
    .addHelpText(
      'after',
      '\nExamples:\n  $ graywave worker --config graywave.yaml\n  $ TEMPORAL_PROFILE=prod graywave worker',
    )
    .action(async ({ config }: { config: string }) => {
      const settings = await readConfig(config);
      const { installRuntime, startWorker } = await import('../worker.js');
      const { makeLog } = await import('../log.js');
      const log = makeLog();
      installRuntime(log, settings.metrics);
      const worker = await startWorker(settings, await whereTemporalIs(settings.state), log);
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        process.once(signal, () => {
          log.info({ signal }, 'stopping: watchers hand over, touches come to their end');
          worker.stop().catch((error: unknown) => log.error({ error }, 'stopping failed'));
        });
      }
      await worker.done;
      log.info('worker stopped');
      process.exit(0);
    });
