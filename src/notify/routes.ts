import { levels } from '../spec/types.js';
import type { Route } from './config.js';
import type { Notice } from './notice.js';

/** What a notice is routed by. */
export type Routed = Pick<Notice, 'event' | 'owner' | 'level' | 'services'>;

/** Every route that matches counts: the union of their channels, each once, in the order of the routes. */
export const routed = (routes: readonly Route[], notice: Routed): string[] => [
  ...new Set(routes.filter((route) => matches(route, notice)).flatMap(({ channels }) => channels)),
];

const matches = (route: Route, { event, owner, level, services }: Routed): boolean =>
  holds(route.events, [event]) &&
  holds([route.owner], owner === null ? [] : [owner]) &&
  holds(route.services, services) &&
  reaches(route.level, level);

const holds = (wanted: readonly string[], given: readonly string[]): boolean =>
  wanted.includes('*') || given.some((word) => wanted.includes(word));

/** What has no level yet may have any: telling too much is the smaller mistake. */
const reaches = (least: Route['level'], level: Routed['level']): boolean =>
  least === null || level === null || levels.indexOf(level) >= levels.indexOf(least);
