import type { Measured, Perturbed } from './sets/measure.js';
import { mainFigure } from './sets/measure.js';
import type { Figures } from './sets/set.js';
import type { Row, Suite } from './suite/suite.js';

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;
const number = (value: unknown): string => (typeof value === 'number' ? value.toFixed(3) : '-');

/** A line a set: what was learnt from its own past, what the product assumes without it, and how firm both are. */
export function setTable(measured: readonly Measured[]): string {
  const head = ['set', 'cases', 'profile', 'default', '±30%: median, worst', 'default ±30%', 'goal of profile'];
  const rows = measured.map(({ set, cases, figures, byDefault, perturbed }) => [
    set,
    String(cases),
    main(figures),
    main(byDefault),
    firm(perturbed?.profile),
    firm(perturbed?.default),
    goals[set] ?? '',
  ]);
  return aligned([head, ...rows]);
}

const goals: Record<string, string> = {
  kontrast: 'F1 ≥ .94',
  changerca: 'F1 ≥ .92',
  synthetic: 'F1 ≥ .97',
  sequential: 'see its figures',
  fixtures: 'all',
  kayenta: 'all',
};

function main(figures: Figures | null): string {
  if (figures === null) return 'no labels';
  const { passed, n } = figures;
  if (typeof passed === 'number' && typeof n === 'number') return `${passed} of ${n}`;
  return number(mainFigure(figures));
}

const firm = (perturbed: Perturbed | undefined): string =>
  perturbed === undefined ? '-' : `${number(perturbed.median)}, ${number(perturbed.worst)}`;

/** Conditions down, rules across: share of runs stopped; and for harm the median minutes and the requests harmed. */
export function suiteTable({ nulls, harms, closedForm }: Suite): string {
  const rules = [...new Set(nulls.map(({ rule }) => rule))];
  const conditions = (rows: readonly Row[]): string[] => [...new Set(rows.map(({ condition }) => condition))];
  const cell = (rows: readonly Row[], condition: string, rule: string): Row | undefined =>
    rows.find((row) => row.condition === condition && row.rule === rule);
  const falseStops = conditions(nulls).map((condition) => [
    condition,
    ...rules.map((rule) => percent(cell(nulls, condition, rule)?.stopped ?? 0)),
  ]);
  const caught = conditions(harms).map((condition) => [
    condition,
    ...rules.map((rule) => {
      const row = cell(harms, condition, rule);
      if (row === undefined) return '';
      const when = row.medianMinutes === null ? 'never' : `${row.medianMinutes.toFixed(1)} min`;
      return `${percent(row.stopped)}, ${when}, ${row.harmed.toFixed(0)} harmed`;
    }),
  ]);
  const forms = closedForm.map(({ condition, ratio }) => `${condition}: ${ratio.toFixed(2)}`).join('; ');
  return [
    'false stops in an hour, a look every 10 s',
    aligned([['no harm', ...rules], ...falseStops]),
    'caught, median time, mean bad requests beyond those that would have been',
    aligned([['harm from the start', ...rules], ...caught]),
    `seconds to detect, measured by closed form: ${forms}`,
  ].join('\n');
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((text, i) => text.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
