import { Command } from 'commander';
import { changeJsonSchema } from '../spec/jsonschema.js';
import { print } from './session.js';

export const schemaCommand = (): Command =>
  new Command('schema')
    .description('JSON Schema of a change, for editors and other tools')
    .addHelpText(
      'after',
      '\nExamples:\n  $ graywave schema > change.schema.json\n  and at the top of a spec: # yaml-language-server: $schema=./change.schema.json',
    )
    .option('--json', 'the same; it is JSON anyway')
    .action(() => print(JSON.stringify(changeJsonSchema(), null, 2)));
