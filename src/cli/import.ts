import { Command, InvalidArgumentError, Option } from 'commander';
import pc from 'picocolors';
import { type Arguments, type Format, formats, importText, type Imported } from '../import/import.js';
import { importedText } from '../import/write.js';
import { readText } from '../judging/text.js';
import { jsonOption, printJson, tell } from './session.js';

interface Options {
  as?: Format;
  arg?: Arguments;
  json?: boolean;
}

export const importCommand = (): Command =>
  new Command('import')
    .description(
      'Canary configurations of Kayenta, Argo Rollouts and Flagger as a judge file, with what could not be carried over',
    )
    .argument('<file>', 'JSON or YAML, - for standard input')
    .addOption(new Option('--as <tool>', 'what the file is; told by its content otherwise').choices(formats))
    .option('--arg <name=value>', 'what a placeholder of the file stands for; may be repeated', collect)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ graywave import canary-config.json --arg baseline.scope=v1 --arg canary.scope=v2 > judge.yaml
  $ graywave import analysis-template.yaml --arg service-name=checkout > judge.yaml
  $ kubectl get canary podinfo -o yaml | graywave import - > judge.yaml
  $ graywave judge judge.yaml --from now-30m

The judge file goes to standard output, what could not be carried over to standard error.`,
    )
    .action((file: string, { as, arg = {}, json }: Options) => {
      const input = readText(file);
      const imported = importText(input.text, { file: input.file, as: as ?? null, given: arg });
      if (json) return printJson({ ...imported, text: importedText(imported, input.file) });
      process.stdout.write(importedText(imported, input.file));
      for (const line of reportLines(imported)) tell(line);
    });

function collect(text: string, before: Arguments = {}): Arguments {
  const [, name, value] = /^([\w.-]+)=([\s\S]*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('Expected NAME=VALUE.');
  return { ...before, [name]: value };
}

function reportLines({ format, carried, left }: Imported): string[] {
  const head = `Read as ${format}: ${carried.length} fields carried over, ${left.length} to look at.`;
  return [
    pc.bold(head),
    ...left.flatMap(({ path, at, why, instead }) => [
      `  ${at.file}:${at.line}:${at.column} ${path}`,
      `      ${why}; instead: ${instead}`,
    ]),
  ];
}
