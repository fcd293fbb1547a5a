import type { Channel } from './channel.js';
import { events, type Notice, type NoticeEvent } from './notice.js';
import { type Endpoint, post } from './post.js';
import { cut, defused } from './text.js';

export interface AlertmanagerOptions extends Endpoint {
  labels: Record<string, string>;
  keepSeconds: number;
}

/** How long a moment is an alert: longer than Alertmanager usually gathers a group before it tells (30 s, or 5 min). */
const momentSeconds = 600;
const longestAnnotation = 4_000;

/**
 * An alert of Prometheus' Alertmanager, by its API v2. An alert is its labels: sent again it is the same one, and the
 * notice that is `over` resolves it. Nothing repeats it as Prometheus would, so it carries its own end.
 */
export const alertmanager = (to: AlertmanagerOptions): Channel => {
  const url = new URL(to.url);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/api/v2/alerts`;
  const alerts = { ...to, url: url.href };
  return {
    send: (notice, signal) => post(alerts, 'application/json', [alert(notice, to, Date.now())], signal),
  };
};

export interface Alert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: string;
  endsAt: string;
}

/** `nowMs`: an alert that arrives late still has its whole time ahead, or nobody would be told of it. */
export function alert(
  notice: Notice,
  { labels, keepSeconds }: Pick<AlertmanagerOptions, 'labels' | 'keepSeconds'>,
  nowMs: number,
): Alert {
  const keptMs = 1000 * (events[notice.event].lasts ? keepSeconds : Math.min(momentSeconds, keepSeconds));
  const endMs = notice.over ? notice.atMs : Math.max(notice.atMs, nowMs) + keptMs;
  return {
    labels: filled({ ...labels, ...identity(notice) }),
    annotations: filled({
      summary: text(notice.title),
      description: text(notice.text),
      notice: notice.id,
      event: notice.event,
      urgency: notice.urgency,
      level: notice.level ?? '',
    }),
    startsAt: new Date(notice.atMs).toISOString(),
    endsAt: new Date(endMs).toISOString(),
  };
}

/**
 * Only what is the same in a notice and in the one that ends it: an alert whose labels differ in anything is another
 * alert, and the first would go on. So the severity is that of the event, and level and urgency are annotations.
 */
const identity = ({ event, changeId, owner, services }: Notice): Record<string, string> => ({
  alertname: alertName(event),
  severity: events[event].urgency,
  change: changeId ?? '',
  owner: owner ?? '',
  services: [...services].sort().join(','),
});

/** `not_restored` → `GraywaveNotRestored`. */
export const alertName = (event: NoticeEvent): string =>
  `Graywave${event.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())}`;

/** Alertmanager passes annotations on to Slack and others as they are. */
const text = (foreign: string): string => cut(defused(foreign), longestAnnotation);

/** An empty label is none. */
const filled = (values: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
