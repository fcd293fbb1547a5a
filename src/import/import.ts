/**
 * Canary configurations of other tools, read as they are: what of them Graywave can run, and what not. Every field is
 * either carried over or reported; what a tool's own documentation shows is in the tests.
 */
import { GraywaveError } from '../errors.js';
import type { WrittenJudge } from '../judging/schema.js';
import { fromArgo, isArgo } from './argo.js';
import { readDocuments } from './documents.js';
import { Account, type Field } from './field.js';
import { fromFlagger, isFlagger } from './flagger.js';
import { fromKayenta, isKayenta } from './kayenta.js';
import { soundChange, soundJudge } from './sound.js';
import type { Arguments, Format, Imported } from './types.js';

export { type Arguments, type Carried, type Format, formats, type Imported, type Left } from './types.js';

interface Options {
  file: string;
  /** null: told by the content. */
  as: Format | null;
  given: Arguments;
}

/** Throws IMPORT_UNKNOWN when it is none of the three; DATA_INVALID and SpecError with the place of what is wrong. */
export function importText(text: string, { file, as, given }: Options): Imported {
  const account = new Account();
  const documents = readDocuments(text, file).map((document) => account.open(document));
  const format = as ?? detected(documents);
  if (format === null || documents.length === 0) {
    const message = `${file}: neither a Kayenta canary configuration, nor AnalysisTemplates of Argo Rollouts, nor a Canary of Flagger`;
    throw new GraywaveError('IMPORT_UNKNOWN', message, { at: { file, line: 1, column: 1 } });
  }
  const found = read(documents, format, given);
  account.finish();
  const judge = found.judge === null ? null : soundJudge(found.judge, file);
  const change = soundChange(found.change);
  if (judge === null && Object.keys(change).length === 0) {
    const message = `${file}: read as ${format}, it has no metric`;
    throw new GraywaveError('IMPORT_UNKNOWN', message, { at: { file, line: 1, column: 1 } });
  }
  return { format, judge, change, carried: account.carried, left: account.left };
}

function detected(documents: readonly Field[]): Format | null {
  if (documents.some(isArgo)) return 'argo';
  if (documents.some(isFlagger)) return 'flagger';
  return documents.some(isKayenta) ? 'kayenta' : null;
}

function read(documents: readonly Field[], format: Format, given: Arguments): Pick<Imported, 'judge' | 'change'> {
  switch (format) {
    case 'kayenta': {
      const [first, ...more] = documents;
      for (const document of more) document.left('a second document', 'import it by itself');
      return { judge: first === undefined ? null : fromKayenta(first, given), change: {} };
    }
    case 'argo':
      return withBounds(fromArgo(documents, given));
    case 'flagger':
      return withBounds(fromFlagger(documents, given));
    default:
      return format satisfies never;
  }
}

interface Read {
  title: string;
  metrics: WrittenJudge['metrics'];
  change: Imported['change'];
}

function withBounds({ title, metrics, change }: Read): Pick<Imported, 'judge' | 'change'> {
  if (metrics.length === 0) return { judge: null, change };
  const named = metrics.map((metric, i) => {
    const before = metrics.slice(0, i).filter(({ name }) => name === metric.name).length;
    return before === 0 ? metric : { ...metric, name: `${metric.name} ${before + 1}` };
  });
  return {
    judge: {
      apiVersion: 'graywave/v1',
      kind: 'Judge',
      ...(title === '' ? {} : { title: title.slice(0, 200) }),
      metrics: named,
    },
    change,
  };
}
