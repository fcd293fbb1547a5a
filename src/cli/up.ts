import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import pc from 'picocolors';
import { checkConfig, namesOf, readConfig } from '../config.js';
import { startTemporal } from '../embedded/temporal.js';
import { printJson, tell, whole } from './session.js';
import { defaultConfig, noConfig } from './validate.js';

export const upCommand = (): Command =>
  new Command('up')
    .description('Run a Temporal server (its database in a file) and a worker on this machine, until Ctrl-C')
    .option('--config <file>', `worker configuration (default: ${defaultConfig}, if there)`)
    .option('--port <n>', 'port of the Temporal server', whole(1, 65_535), 7233)
    .option('--ui-port <n>', 'port of the Temporal UI', whole(1, 65_535), 8233)
    .addHelpText(
      'after',
      '\nExamples:\n  $ graywave up\n  $ graywave up --config graywave.yaml --port 7300 --ui-port 8300',
    )
    .option('--json', 'one JSON document on stdout once it is up')
    .action(async (options: { config?: string; port: number; uiPort: number; json?: boolean }) => {
      if (options.config && !existsSync(options.config)) throw noConfig(options.config);
      const path = options.config ?? (existsSync(defaultConfig) ? defaultConfig : null);
      const config = path ? await readConfig(path) : checkConfig({}, resolve(defaultConfig));
      const { installRuntime, startWorker } = await import('../worker.js');
      const { makeLog } = await import('../log.js');
      // From here on there are processes to end, so Ctrl-C is ours.
      const interrupted = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort());
      const temporal = await startTemporal({
        stateDir: config.state,
        port: options.port,
        uiPort: options.uiPort,
        tell,
      });
      const note = join(config.state, 'up.json');
      try {
        await mkdir(config.state, { recursive: true });
        await writeFile(note, JSON.stringify({ address: temporal.address, uiUrl: temporal.uiUrl, pid: process.pid }));
        const log = makeLog(process.env.GRAYWAVE_LOG ?? 'warn');
        installRuntime(log, config.metrics);
        const where = {
          connectionOptions: { address: temporal.address },
          namespace: 'default',
          address: temporal.address,
        };
        const worker = await startWorker(config, where, log);
        if (options.json) {
          printJson({ temporal: temporal.address, uiUrl: temporal.uiUrl, state: config.state, ...namesOf(config) });
        }
        tell(
          `${pc.bold('Graywave is up.')} Temporal ${temporal.address}, its UI ${pc.underline(temporal.uiUrl)}, state in ${config.state}`,
        );
        tell(
          `Drivers: ${Object.keys(config.drivers).join(', ') || 'none configured'}; sources: ${Object.keys(config.sources).join(', ') || 'none configured'}.`,
        );
        tell(
          'Next: graywave submit change.yaml --wait   (Ctrl-C here ends both; running changes go on at the next `up`)',
        );
        const stop = (): void => void worker.stop();
        if (interrupted.signal.aborted) stop();
        else interrupted.signal.addEventListener('abort', stop);
        await Promise.race([
          worker.done,
          temporal.ended.then(() =>
            Promise.reject(new Error(`the Temporal server ended; see ${join(config.state, 'temporal.log')}`)),
          ),
        ]);
      } finally {
        await rm(note, { force: true });
        await temporal.stop();
      }
      process.exit(0);
    });
