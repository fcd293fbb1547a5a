import type { Forecast, Outlook } from '../client/forecast.js';
import { type Suggestion, usualRatio } from '../client/suggest.js';
import type { StreamSettings } from '../judge/types.js';
import type { Delay } from '../spec/delay.js';
import { durationText } from '../spec/units.js';
import type { ChangePlan } from '../workflows/planning.js';
import { percent, span, table } from './table.js';

/** What each wave can see of each stream, what a bad change would cost meanwhile, and what would help where it is nothing. */
export function watchedText(plan: ChangePlan, seen: readonly Forecast[], delay: Delay): string[] {
  if (seen.length === 0) return ['  nothing: no wave can be proven safe'];
  const undo = `${span(delay.seconds * 1000)} (a look every ${span(delay.lookSeconds * 1000)}, about ${span(delay.undoSeconds * 1000)} to take back)`;
  const helps = seen.flatMap((row) => helpText(plan, row));
  return [
    `  How long until harm is found, and bad events beyond the normal until it is undone: ${undo} later.`,
    table([
      [
        '',
        'stream',
        'events',
        'normal',
        '2 times',
        '3 times',
        '10 times',
        'all fail',
        'proves below',
        'by its end',
        'then',
      ],
      ...seen.map((row) => rowOf(plan, row)),
    ]),
    ...(helps.length === 0 ? [] : ['', '  What a wave cannot see, and what would be enough, one of:', ...helps]),
  ];
}

function rowOf(plan: ChangePlan, row: Forecast): string[] {
  const settings = plan.streams.find((stream) => stream.settings.name === row.stream)?.settings;
  const rate = row.eventsPerSecond;
  return [
    `  wave ${row.wave}`,
    row.stream,
    rate === null ? '-' : `${Number(rate.toPrecision(3))}/s`,
    row.badShare === null ? '-' : percent(row.badShare),
    ...(row.outlooks.length === 0 ? ['-', '-', '-'] : row.outlooks.map(outlookText)),
    row.failing === null ? '-' : found(row.failing.findsAfterSeconds, row.failing.failed),
    provesText(row, settings),
    row.excludesAtEnd === null ? '-' : `${row.excludesAtEnd.toPrecision(3)}x`,
    row.note,
  ];
}

function provesText({ provesAfterSeconds: after, outlooks }: Forecast, settings: StreamSettings | undefined): string {
  if (settings === undefined || outlooks.length === 0) return '-';
  return `${settings.detectRatio.toPrecision(3)}x ${after === null ? 'not' : `after ${span(after * 1000)}`}`;
}

function outlookText({ meaning, findsAfterSeconds, excessBad }: Outlook): string {
  if (meaning === 'harm') return found(findsAfterSeconds, excessBad ?? 0);
  return meaning === 'harmless' ? 'no harm' : 'cannot be';
}

const found = (seconds: number | null, bad: number): string =>
  `${seconds === null ? 'not found' : span(seconds * 1000)}, ${bad < 1 ? '<1' : Number(bad.toPrecision(3))} bad`;

/** One line a wave and stream that cannot see what it should. */
function helpText(plan: ChangePlan, row: Forecast): string[] {
  const twice = row.outlooks.find(({ ratio }) => ratio === usualRatio);
  const misses = twice?.meaning === 'harm' && twice.findsAfterSeconds === null;
  const settings = plan.streams.find((stream) => stream.settings.name === row.stream)?.settings;
  const wave = plan.waves[row.wave - 1];
  const unproven = settings?.prove === true && row.provesAfterSeconds === null;
  if (settings === undefined || wave?.control !== 'concurrent' || row.outlooks.length === 0) return [];
  if (!misses && !unproven) return [];
  const cannot = [
    ...(unproven ? [`prove less than ${settings.detectRatio.toPrecision(3)}x`] : []),
    ...(misses ? [`find ${usualRatio}x`] : []),
  ].join(' nor ');
  const enough = row.suggestions.map((one) => suggestionText(one, settings.detectRatio)).join('; or ');
  const none = 'nothing would be enough';
  const head = `  wave ${row.wave}, ${row.stream}: cannot ${cannot} within ${span(wave.bake.maxSeconds * 1000)}`;
  return [`${head}: ${enough === '' ? none : enough}`];
}

function suggestionText(one: Suggestion, ratio: number): string {
  switch (one.what) {
    case 'bake':
      return `a bake of max ${durationText(one.seconds)}`;
    case 'wave': {
      const { targets, share } = one;
      return `${percent(share)} of the traffic changed${targets === null ? '' : ` (${targets.part} ${targets.count} of ${targets.of})`}`;
    }
    case 'signal': {
      const least = percent(one.badShare);
      const quantile = Math.floor((1 - one.badShare) * 1000) / 10;
      return `a signal of the same requests whose normal bad share is ${least} or more, such as latency p${quantile}, for ${ratio.toPrecision(3)}x`;
    }
    case 'traffic':
      return `no bake up to a day, no wave that the level allows and no denser signal, only about ${one.eventsPerSecond} events/s`;
    default:
      return one satisfies never;
  }
}
