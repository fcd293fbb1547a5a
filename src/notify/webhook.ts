import type { Channel } from './channel.js';
import type { Notice } from './notice.js';
import { type Endpoint, post } from './post.js';
import { slackText } from './text.js';

/** Bounds of Slack for the text of a block; a line of context needs far less. */
const longestText = 2_900;
const longestTitle = 300;

/**
 * A message in Slack's form, which Mattermost, Discord (with `/slack` behind its address) and others understand. A
 * receiver that keeps the `id` can drop a repetition; Slack does not, and shows a message that was sent twice twice.
 */
export const webhook = (to: Endpoint): Channel => ({
  send: (notice, signal) => post(to, 'application/json', message(notice), signal),
});

interface Block {
  type: 'section' | 'context';
  text?: Mrkdwn;
  elements?: Mrkdwn[];
}

/** `verbatim`: Slack makes no links and mentions of its own out of plain words. */
interface Mrkdwn {
  type: 'mrkdwn';
  verbatim: true;
  text: string;
}

const mrkdwn = (text: string): Mrkdwn => ({ type: 'mrkdwn', verbatim: true, text });

export function message(notice: Notice): object {
  const mark = notice.over ? 'over' : notice.urgency;
  const title = `[${mark}] ${slackText(notice.title, longestTitle)}`;
  const text = slackText(notice.text, longestText);
  const blocks: Block[] = [
    { type: 'section', text: mrkdwn(`*${title}*`) },
    ...(text.trim() === '' ? [] : [{ type: 'section' as const, text: mrkdwn(text) }]),
    { type: 'context', elements: [mrkdwn(context(notice))] },
  ];
  return {
    id: notice.id,
    // Shown where blocks are not: in notifications, and by receivers that know no blocks.
    text: text.trim() === '' ? title : `${title}\n${text}`,
    blocks,
    parse: 'none',
    link_names: false,
    unfurl_links: false,
    unfurl_media: false,
  };
}

function context({ event, changeId, level, owner, services }: Notice): string {
  const facts = [event, changeId && `change ${changeId}`, level, owner, services.join(', ')];
  return slackText(facts.filter(Boolean).join(' · '), longestText);
}
