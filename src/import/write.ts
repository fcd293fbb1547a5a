import { stringify } from 'yaml';
import type { Imported } from './types.js';

const yaml = (value: object): string => stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });

/**
 * What is printed: the judge file, and below it, as comments, what belongs into a change spec, so that the whole is a
 * judge file as it stands.
 */
export function importedText({ format, judge, change }: Imported, file: string): string {
  const head = `# Imported from ${file} (${format}).\n`;
  const fragment = Object.keys(change).length === 0 ? '' : changeComment(yaml(change));
  return `${head}${judge === null ? '' : yaml(judge)}${fragment}`;
}

function changeComment(text: string): string {
  const lines = [
    '',
    'For a change spec. `source` is the name that the configuration of your worker has for this server;',
    'a signal counts by target, so look at `by` and `service`, and leave out what selects one side only.',
    ...text.trimEnd().split('\n'),
  ];
  return lines.map((line) => (line === '' ? '#\n' : `# ${line}\n`)).join('');
}
