import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { GraywaveError } from '../errors.js';
import { doctorCommand } from './doctor.js';
import { explainCommand } from './explain.js';
import { exitCodes, exitWith, report } from './exit.js';
import { holdCommand, holdsCommand, unholdCommand } from './hold.js';
import { importCommand } from './import.js';
import { judgeCommand } from './judge.js';
import { leasesCommand } from './leases.js';
import { listCommand } from './list.js';
import { planCommand } from './plan.js';
import { rollbackCommand } from './rollback.js';
import { schemaCommand } from './schema.js';
import { statusCommand } from './status.js';
import { steerCommands } from './steer.js';
import { submitCommand } from './submit.js';
import { undoCommand } from './undo.js';
import { upCommand } from './up.js';
import { validateCommand } from './validate.js';
import { watchCommand } from './watch.js';
import { workerCommand } from './worker.js';

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('graywave')
  .description(
    'Carries changes to production with nobody watching: gray-scale waves, verdicts by statistics, rollback.',
  )
  .version(version)
  .showHelpAfterError('(graywave COMMAND --help shows examples)')
  .showSuggestionAfterError()
  .addHelpText(
    'after',
    `
Examples:
  $ graywave up                          a Temporal server and a worker on this machine
  $ graywave validate change.yaml        is this spec right?
  $ graywave plan change.yaml            what would it do, and what could it not see?
  $ graywave submit change.yaml --wait   carry it out, and wait for its end
  $ graywave explain checkout-v2         why this verdict?

Exit codes: ${Object.entries(exitCodes)
      .map(([name, code]) => `${code} ${name}`)
      .join(', ')}.
Temporal is found by TEMPORAL_ADDRESS or TEMPORAL_PROFILE, else where \`graywave up\` runs, else on 127.0.0.1:7233.`,
  );

for (const command of [
  upCommand(),
  workerCommand(),
  validateCommand(),
  planCommand(),
  submitCommand(),
  watchCommand(),
  listCommand(),
  statusCommand(),
  ...steerCommands(),
  rollbackCommand(),
  undoCommand(),
  holdCommand(),
  unholdCommand(),
  holdsCommand(),
  leasesCommand(),
  explainCommand(),
  judgeCommand(),
  importCommand(),
  schemaCommand(),
  doctorCommand(),
]) {
  program.addCommand(command);
}
for (const command of [program, ...program.commands]) command.exitOverride();

// Whoever reads us has heard enough; the exit code still says what it was.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  await program.parseAsync();
} catch (error) {
  const json = process.argv.includes('--json');
  if (!(error instanceof CommanderError)) report(error, json);
  else if (error.exitCode === 0) exitWith('ok');
  // Commander has told a person already; a program reads stdout.
  else if (json) report(new GraywaveError('USAGE', error.message), true);
  else exitWith('usage');
  // Temporal's native runtime, once started, would keep a failed command alive.
  process.stdout.write('', () => process.exit());
}
