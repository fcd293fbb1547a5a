import type { JudgeSettings, LevelSettings, StreamEvidence, StreamSettings, Verdict } from './types.js';
import { comparisonOfLevel, shiftsOf } from './level/wording.js';
import { chance, comparison, evidence, figure, names, percent } from './wording.js';

/**
 * A verdict for the person who is paged: what was decided and why, then each stream's numbers against their bounds. Lines
 * without trailing newlines, plain text.
 */
export function explain(settings: JudgeSettings, verdict: Verdict): string[] {
  const lines = [`${verdict.kind}: ${verdict.reason}`];
  if (verdict.culprit !== null && verdict.culprit !== 'silence') lines.push(`to blame: ${verdict.culprit}`);
  if (verdict.silent.length > 0) lines.push(`silent: ${names(verdict.silent)}`);
  lines.push(
    `harm: evidence ${evidence(verdict.logHarm)}, stops at ${evidence(verdict.harmBound)} ` +
      `(at most ${percent(settings.alpha)} of harmless changes are ever stopped, α=${chance(settings.alpha)})`,
    `safety: least evidence ${evidence(verdict.logSafe)}, proven at ${evidence(verdict.safeBound)} ` +
      `(β=${chance(settings.beta)})`,
    verdict.control === 'concurrent'
      ? 'control: the unchanged side over the same intervals'
      : 'control: none in this wave; proof is carried from earlier waves',
  );
  for (const stream of verdict.streams) {
    const its = settings.streams.find((one) => one.name === stream.stream);
    if (its === undefined) continue;
    const level = settings.levels?.find(({ name }) => name === stream.stream);
    if (level === undefined) lines.push(...explainStream(its, stream, verdict));
    else lines.push(...explainLevel(its, level, stream, verdict));
  }
  return lines;
}

function explainLevel(its: StreamSettings, level: LevelSettings, stream: StreamEvidence, verdict: Verdict): string[] {
  const safe = its.prove
    ? `a shift of ${shiftsOf(level)} is ${stream.logSafe >= verdict.safeBound ? 'excluded' : 'not excluded'} ` +
      `(${evidence(stream.logSafe)} of ${evidence(verdict.safeBound)})`
    : 'not asked to be proven';
  return [
    `${its.name}: ${stream.level === undefined ? 'not read yet' : comparisonOfLevel(level, stream.level)}`,
    `${its.name}: harm evidence ${evidence(stream.logHarm)} at weight ${figure(its.weight)}; ${safe}`,
  ];
}

function explainStream(its: StreamSettings, stream: StreamEvidence, verdict: Verdict): string[] {
  const safe = its.prove
    ? `${stream.logSafe >= verdict.safeBound ? 'proven' : 'not proven'} below ratio ${figure(its.detectRatio)} ` +
      `(${evidence(stream.logSafe)} of ${evidence(verdict.safeBound)})`
    : 'not asked to be proven';
  const guard =
    its.limit < 1 ? `; above its limit of ${percent(its.limit)}: evidence ${evidence(stream.logGuard)}` : '';
  return [
    `${its.name}: ${comparison(stream)}`,
    `${its.name}: harm evidence ${evidence(stream.logHarm)} at weight ${figure(its.weight)}${guard}; ${safe}`,
  ];
}
