import { GraywaveError } from '../errors.js';
import { alertmanager } from './alertmanager.js';
import { type Channel, refused } from './channel.js';
import { cloudevents } from './cloudevents.js';
import { command } from './command.js';
import type { ChannelConfig, NotifyConfig } from './config.js';
import type { Notice } from './notice.js';
import type { Endpoint } from './post.js';
import { type Routed, routed } from './routes.js';
import { isHttpUrl, isReference, resolved, resolvedAll } from './secrets.js';
import { webhook } from './webhook.js';

export interface Notifier {
  /** Names of the channels that are to be told, in the order of the routes. Pure. */
  channelsFor(notice: Routed): string[];
  /**
   * One try; whoever calls it repeats it. Throws GraywaveError NOTICE_FAILED or NOTICE_REFUSED (also for a channel that
   * the configuration no longer has), and the signal's reason once that is aborted.
   */
  send(channel: string, notice: Notice, options: { signal: AbortSignal }): Promise<void>;
}

/** Resolves every reference to the environment; nothing is contacted yet. Throws GraywaveError CONFIG_INVALID. */
export function openNotifier(config: NotifyConfig): Notifier {
  const channels = new Map(Object.entries(config.channels).map(([name, one]) => [name, open(name, one)]));
  return {
    channelsFor: (notice) => routed(config.routes, notice),
    send: async (name, notice, { signal }) => {
      const channel = channels.get(name);
      if (!channel) {
        const hint = 'The configuration of the worker has changed meanwhile; name the channel again if it is needed.';
        throw refused(name, 'there is no such channel', hint);
      }
      await channel.send(notice, signal);
    },
  };
}

function open(name: string, config: ChannelConfig): Channel {
  const what = `notify.channels.${name}`;
  const timeoutMs = config.timeoutSeconds * 1000;
  switch (config.kind) {
    case 'webhook':
      return webhook(endpoint(name, what, config));
    case 'alertmanager': {
      const { labels, keepSeconds } = config;
      return alertmanager({ ...endpoint(name, what, config), labels, keepSeconds });
    }
    case 'cloudevents':
      return cloudevents({ ...endpoint(name, what, config), source: config.source });
    case 'command':
      return command({ name, timeoutMs, argv: config.argv, env: resolvedAll(`${what}.env`, config.env) });
    default:
      return config satisfies never;
  }
}

type HttpConfig = Exclude<ChannelConfig, { kind: 'command' }>;

function endpoint(name: string, what: string, { url, headers, timeoutSeconds }: HttpConfig): Endpoint {
  const address = isReference(url) ? resolved(`${what}.url`, url) : url;
  if (!isHttpUrl(address)) {
    throw invalid(`${what}.url: the value of ${url} is no http(s) URL without user and password`);
  }
  const values = resolvedAll(`${what}.headers`, headers);
  for (const [header, value] of Object.entries(values)) checkHeader(`${what}.headers ${header}`, header, value);
  return { name, url: address, headers: values, timeoutMs: timeoutSeconds * 1000 };
}

/** Here and not at the first notice; and the message of `Headers` itself would show the value. */
function checkHeader(what: string, header: string, value: string): void {
  try {
    new Headers({ [header]: value });
  } catch {
    throw invalid(`${what}: its name or its value cannot stand in a header of HTTP`);
  }
}

const invalid = (what: string): GraywaveError => new GraywaveError('CONFIG_INVALID', what);
