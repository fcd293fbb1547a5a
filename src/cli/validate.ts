import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { namesOf, readConfig } from '../config.js';
import { GraywaveError } from '../errors.js';
import { readChangeFile } from '../spec/file.js';
import { specHash } from '../spec/hash.js';
import { checkNames } from '../spec/names.js';
import type { ReadChange } from '../spec/read.js';
import { jsonOption, print, printJson, tell } from './session.js';

export const defaultConfig = 'graywave.yaml';

export const validateCommand = (): Command =>
  new Command('validate')
    .description('Check a spec; exit code 2 and every wrong place when it is not right')
    .argument('<file>', 'YAML or JSON, - for standard input')
    .option(
      '--config <file>',
      `worker configuration whose drivers and sources the spec may name (default: ${defaultConfig}, if there)`,
    )
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  $ graywave validate change.yaml\n  $ cat change.yaml | graywave validate - --json',
    )
    .action(async (file: string, { config, json }: { config?: string; json?: boolean }) => {
      const change = await readChecked(file, config);
      const hash = specHash(change.spec);
      if (json)
        return printJson({
          ok: true,
          id: change.spec.id,
          specHash: hash,
          warnings: change.warnings,
          spec: change.spec,
        });
      for (const warning of change.warnings) tell(`warning: ${warning.message}`);
      print(
        `${file}: right. Change ${change.spec.id}, ${change.spec.parts.length} part(s), spec ${hash.slice(0, 12)}.`,
      );
    });

/** Reads a spec; where a worker configuration is at hand, its drivers and sources are checked too. */
export async function readChecked(file: string, config?: string): Promise<ReadChange> {
  const change = readChangeFile(file);
  const path = config ?? (existsSync(defaultConfig) ? defaultConfig : undefined);
  if (path !== undefined) {
    const known = namesOf(await readConfig(path));
    checkNames(change.spec, known, change.locate);
  }
  return change;
}

export const noConfig = (path: string): GraywaveError =>
  new GraywaveError('CONFIG_INVALID', `There is no worker configuration ${path}.`, {
    hint: `Write one (docs/getting-started.md has an example) or name it with --config.`,
  });
