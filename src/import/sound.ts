import { GraywaveError, messageOf } from '../errors.js';
import { readJudge } from '../judging/read.js';
import type { WrittenJudge } from '../judging/schema.js';
import { readChange } from '../spec/read.js';
import type { ChangeFragment } from './types.js';

/** What is printed must be readable again. Throws DATA_INVALID when what the file says makes no judge file. */
export function soundJudge(judge: WrittenJudge, file: string): WrittenJudge {
  try {
    readJudge(JSON.stringify(judge), { file });
    return judge;
  } catch (cause) {
    const what = messageOf(cause).replaceAll(/^.*?:\d+:\d+: /gm, '');
    throw new GraywaveError('DATA_INVALID', `${file}: what it says makes no judge file: ${what}`, {
      cause,
      at: { file },
    });
  }
}

/** A fragment is an offer: what would not fit into a change is not offered. Signals have names of their own. */
export function soundChange({ signals = [], ...rest }: ChangeFragment): ChangeFragment {
  const names = new Set<string>();
  const good = signals.filter((signal) => {
    const isNew = names.size < names.add(signal.name ?? signal.kind).size;
    return isNew && fits({ signals: [signal] });
  });
  const { waves, gates, bake } = rest;
  return {
    ...(good.length === 0 ? {} : { signals: good.slice(0, 50) }),
    ...offered({ waves, gates }),
    ...(waves !== undefined && !fits({ waves, gates }) ? offered({ waves }) : {}),
    ...offered({ bake }),
  };
}

type Loose = { [key in keyof ChangeFragment]: ChangeFragment[key] | undefined };

/** What is there of it, when all of it fits; else nothing. */
function offered(fragment: Loose): ChangeFragment {
  const there = Object.entries(fragment).filter(([, value]) => value !== undefined);
  return there.length > 0 && fits(fragment) ? (Object.fromEntries(there) as ChangeFragment) : {};
}

const around = {
  apiVersion: 'graywave/v1',
  kind: 'Change',
  id: 'x',
  owner: 'x',
  services: ['x'],
  parts: [{ driver: 'x' }],
};

function fits(fragment: Loose): boolean {
  try {
    readChange(JSON.stringify({ ...around, ...fragment }), { file: '' });
    return true;
  } catch (error) {
    if (error instanceof GraywaveError) return false;
    throw error;
  }
}
