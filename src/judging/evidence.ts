/**
 * The evidence of a change: settings, looks, and every verdict said, so that anybody can recompute the verdicts, on any
 * machine, later (DESIGN §6, invariant 7).
 */
import { z } from 'zod';
import { genesis, makeLine } from '../cells/chain.js';
import { messageOf } from '../errors.js';
import { begin, chain, fold, type JudgeState, verdict } from '../judge/judge.js';
import type { JudgeSettings, Look, Verdict } from '../judge/types.js';
import { canonicalJson } from '../spec/canonical.js';
import { type Input, wrongData } from './text.js';

export interface EvidenceWave {
  index: number;
  name: string;
  observedFromMs: number | null;
  endsAtMs: number | null;
  endedMs: number | null;
  minSeconds: number;
  maxSeconds: number;
  /** Whether an unchanged side was compared with; null: no look was made. For people: the looks say it too. */
  control: 'concurrent' | 'none' | null;
}

export interface Said {
  wave: number;
  /** Look that it was said at; null: known only by the number of looks in the verdict. */
  seq: number | null;
  /** What the history keeps of the looks so far; null where it keeps nothing. */
  cellsHash: string | null;
  verdict: Verdict;
}

export interface Evidence {
  apiVersion: 'graywave/v1';
  kind: 'Evidence';
  id: string;
  state: string;
  reason: string;
  /** null: the change was never classified, and nobody looked. */
  settings: JudgeSettings | null;
  waves: EvidenceWave[];
  looks: Look[];
  said: Said[];
}

const envelope = z.looseObject({
  apiVersion: z.literal('graywave/v1'),
  kind: z.literal('Evidence'),
  id: z.string(),
  settings: z.looseObject({ version: z.literal(1) }).nullable(),
  waves: z.array(z.looseObject({ index: z.int(), minSeconds: z.number(), maxSeconds: z.number() })),
  looks: z.array(z.looseObject({ seq: z.int(), after: z.int(), cells: z.array(z.looseObject({})) })),
  said: z.array(
    z.looseObject({
      wave: z.int(),
      verdict: z.looseObject({ kind: z.string(), looks: z.int(), asOf: z.looseObject({ nowMs: z.number() }) }),
    }),
  ),
});

/** The judge checks looks and settings itself when it folds; here only what leads to them. Throws DATA_INVALID. */
export function evidenceOf(value: unknown, { file }: Input): Evidence {
  const parsed = envelope.safeParse(value);
  if (!parsed.success) throw wrongData({ file }, `not the evidence of a change:\n${z.prettifyError(parsed.error)}`);
  return value as Evidence;
}

export interface Recomputed {
  wave: number;
  seq: number | null;
  kind: string;
  reason: string;
  same: boolean;
  /** Why it is not the same, or cannot be told; null when it is. */
  problem: string | null;
}

/** Every verdict from the looks alone, held against what was said, bit for bit. */
export function recompute(evidence: Evidence): Recomputed[] {
  const hashes = hashesOf(evidence);
  return evidence.said.map((said): Recomputed => {
    const { wave, seq, verdict: told } = said;
    const problem = lostLooks(said, hashes) ?? differs(evidence, said);
    return { wave, seq, kind: told.kind, reason: told.reason, same: problem === null, problem };
  });
}

/** The hash after each look; what a history refers to is one of them, unless looks were edited, added or taken out. */
function hashesOf({ id, looks }: Evidence): Set<string> {
  let head = genesis(id);
  const hashes = new Set([head.hash]);
  for (const look of looks) {
    head = { seq: look.seq, hash: makeLine(head, look).hash };
    hashes.add(head.hash);
  }
  return hashes;
}

function lostLooks({ cellsHash }: Said, hashes: ReadonlySet<string>): string | null {
  if (cellsHash === null || cellsHash.startsWith('unreadable') || hashes.has(cellsHash)) return null;
  return 'the looks are not those that the history of the change refers to';
}

function differs(evidence: Evidence, said: Said): string | null {
  const { settings } = evidence;
  const wave = evidence.waves.find(({ index }) => index === said.wave);
  if (settings === null || wave === undefined) return 'there are no settings, or no wave, to recompute it with';
  try {
    const found = stateAt(evidence, settings, said);
    if (found === null) return `there is no look ${said.seq ?? `number ${said.verdict.looks}`} in the evidence`;
    const wanted = canonicalJson(said.verdict);
    const again = asJson(judged(settings, found, said));
    return canonicalJson(again) === wanted ? null : differenceOf(said.verdict, again);
  } catch (error) {
    return `it cannot be recomputed: ${messageOf(error)}`;
  }
}

function stateAt(evidence: Evidence, settings: JudgeSettings, { seq, verdict: told }: Said): JudgeState | null {
  const looks = looksUpTo(evidence, seq, told.looks);
  let state = begin(settings);
  if (told.looks === 0) return state;
  for (const look of looks) {
    state = fold(settings, state, look);
    if (state.looks === told.looks) return state;
  }
  return null;
}

/** Where the look is not known by its number, the looks before the last one that is known are surely those. */
function looksUpTo({ looks, said }: Evidence, seq: number | null, count: number): Look[] {
  if (seq !== null) return chain(looks, seq);
  const known = said.reduce((most, one) => Math.max(most, one.seq ?? 0), 0);
  const sure = chain(looks, known);
  return sure.length >= count ? sure : chain(looks);
}

/** As the watcher says it: a wave that no look has been made of does not pass by what an earlier one proved. */
function judged(settings: JudgeSettings, state: JudgeState, said: Said): Verdict {
  const told = verdict(settings, state, said.verdict.asOf);
  if (told.kind !== 'pass' || state.wave === said.wave) return told;
  return { ...told, kind: 'inconclusive', reason: 'still looking: no look has been made of this wave alone' };
}

/** As it went through JSON: numbers without end are null there. */
const asJson = (value: Verdict): Verdict => JSON.parse(JSON.stringify(value)) as Verdict;

function differenceOf(told: Verdict, found: Verdict): string {
  const keys = Object.keys({ ...told, ...found }) as (keyof Verdict)[];
  const different = keys.filter((key) => canonicalJson(told[key] ?? null) !== canonicalJson(found[key] ?? null));
  const shown = different.slice(0, 3).map((key) => `${key} was ${short(told[key])}, is ${short(found[key])}`);
  return shown.join('; ');
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? 'missing';
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
