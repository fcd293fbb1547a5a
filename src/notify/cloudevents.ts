import type { Channel } from './channel.js';
import type { Notice } from './notice.js';
import { type Endpoint, post } from './post.js';

export interface CloudEventsOptions extends Endpoint {
  source: string;
}

/** An event by CloudEvents 1.0 over HTTP in structured mode; source and id stay the same when it is sent again. */
export const cloudevents = (to: CloudEventsOptions): Channel => ({
  send: (notice, signal) => post(to, 'application/cloudevents+json', cloudEvent(notice, to.source), signal),
});

/** The data is the notice as it is, for programs: whoever shows its texts to people has to escape them. */
export const cloudEvent = (notice: Notice, source: string): object => ({
  specversion: '1.0',
  id: notice.id,
  source,
  type: `graywave.notice.${notice.event}`,
  ...(notice.changeId === null ? {} : { subject: notice.changeId }),
  time: new Date(notice.atMs).toISOString(),
  datacontenttype: 'application/json',
  data: notice,
});
