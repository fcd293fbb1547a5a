import { expect, it } from 'vitest';
import { events } from '../../src/notify/notice.js';
import { rowsOf, textOf } from '../docs/pages.js';

it('the page says of every event how urgent it is and whether it lasts', () => {
  const [, table = ''] = textOf('docs/notify.md').split('\n## Events\n');
  const rows = rowsOf(table.split('\n## ')[0] ?? '').filter(([name = '']) => name.startsWith('`'));
  const documented = rows.map(([name = '', urgency, lasts]) => [
    name.replaceAll('`', ''),
    { urgency, lasts: lasts === 'yes' },
  ]);
  expect(documented).toEqual(Object.entries(events));
});

it('what pages somebody lasts until somebody has looked at it', () => {
  for (const [name, { urgency, lasts }] of Object.entries(events)) {
    if (urgency === 'page') expect(lasts, name).toBe(true);
  }
});
