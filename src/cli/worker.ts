import { Command } from 'commander';
import { whereTemporalIs } from '../client/connect.js';
import { namesOf, readConfig } from '../config.js';
import { printJson } from './session.js';
import { defaultConfig } from './validate.js';

export const workerCommand = (): Command =>
  new Command('worker')
    .description('Run a worker: workflows, watchers, drivers. SIGTERM hands everything over and ends')
    .option('--config <file>', 'worker configuration', defaultConfig)
    .option('--json', 'one JSON document on stdout once it works; its log is JSON lines on stderr anyway')
    .addHelpText(
      'after',
      '\nExamples:\n  $ graywave worker --config graywave.yaml\n  $ TEMPORAL_PROFILE=prod graywave worker',
    )
    .action(async ({ config, json }: { config: string; json?: boolean }) => {
      const settings = await readConfig(config);
      const { installRuntime, startWorker } = await import('../worker.js');
      const { makeLog } = await import('../log.js');
      const log = makeLog();
      installRuntime(log, settings.metrics);
      const where = await whereTemporalIs(settings.state);
      const worker = await startWorker(settings, where, log);
      if (json)
        printJson({ temporal: where.address, namespace: where.namespace, state: settings.state, ...namesOf(settings) });
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
