import { chance, evidence as odds } from '../judge/wording.js';
import { drawQuestion, type Question } from './evidence-plot.js';
import type { Markup } from './markup.js';
import { crossings, type Evidence } from './refold.js';
import { figure, noFigure, type View } from './view.js';

/** Is it proven harmful? The combined e-value over looks, against 1/α. */
export function harmEvidenceChart(view: View): Markup {
  return evidenceChart(view, 'harm', 'Evidence of harm', ({ settings, stopped }) => {
    const bound = -Math.log(settings.alpha);
    const silence = stopped?.culprit === 'silence';
    return {
      kind: 'harm',
      title: 'Evidence of harm',
      bound,
      says: `stop at ${odds(bound)} = 1/α`,
      note:
        `e-value at each look, log scale: a harmless change ever reaches the line with chance ${chance(settings.alpha)} ` +
        `at most. Thin: what each signal adds${silence ? '. Stopped because changed targets fell silent' : ''}`,
      value: (point) => point.harm,
      by: (point, i) => point.harmBy[i] ?? null,
      crossed: stopped === null ? [] : [stopped.seq],
    };
  });
}

/** Is it proven safe? The e-value of the least proven stream over looks, against 1/β. */
export function safetyEvidenceChart(view: View): Markup {
  return evidenceChart(view, 'safety', 'Proof of safety', ({ settings, points }) => {
    const bound = -Math.log(settings.beta);
    return {
      kind: 'safety',
      title: 'Proof of safety',
      bound,
      says: `safe at ${odds(bound)} = 1/β`,
      note: 'e-value of the least proven signal at each look, log scale, carried from wave to wave. Thin: each signal',
      value: (point) => point.safe,
      by: (point, i) => point.safeBy[i] ?? null,
      crossed: crossings(points, (point) => point.safe, bound).map(({ seq }) => seq),
    };
  });
}

type Known = Evidence & { settings: NonNullable<Evidence['settings']> };

function evidenceChart(view: View, kind: Question['kind'], title: string, ask: (evidence: Known) => Question): Markup {
  const { settings, points, problem } = view.evidence;
  if (settings === null || points.length === 0) {
    return noFigure(`evidence ${kind}`, title, problem ?? 'No look was made.');
  }
  const question = ask({ ...view.evidence, settings });
  const note = problem === null ? question.note : `${question.note}. ${problem}`;
  return figure(view, `evidence ${kind}`, title, note, (sheet) => drawQuestion(view, question, sheet));
}
