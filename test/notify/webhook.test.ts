import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { slackText } from '../../src/notify/text.js';
import { message } from '../../src/notify/webhook.js';
import { aNotice, tell } from './notices.js';
import { aReceiver, type Receiver } from './receiver.js';

let receiver: Receiver | null = null;
afterEach(async () => {
  await receiver?.close();
  receiver = null;
});

/** Every text of a message that Slack shows. */
const texts = (value: unknown): string[] => {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) =>
    key === 'text' && typeof one === 'string' ? [one] : texts(one),
  );
};

it('a message has the id, the text in words, and blocks that make no links of their own', async () => {
  receiver = await aReceiver();
  await tell({ kind: 'webhook', url: `${receiver.url}/services/T/B/x` });
  expect(receiver.received).toHaveLength(1);
  expect(receiver.received[0]?.path).toBe('/services/T/B/x');
  expect(receiver.received[0]?.headers['content-type']).toBe('application/json');
  expect(receiver.received[0]?.body).toMatchInlineSnapshot(`
    {
      "blocks": [
        {
          "text": {
            "text": "*[page] checkout-v2 could not be restored*",
            "type": "mrkdwn",
            "verbatim": true,
          },
          "type": "section",
        },
        {
          "text": {
            "text": "app-3 is still v2. Look at it, then submit the change again.",
            "type": "mrkdwn",
            "verbatim": true,
          },
          "type": "section",
        },
        {
          "elements": [
            {
              "text": "not_restored · change checkout-v2 · L3 · team-checkout · checkout, cart",
              "type": "mrkdwn",
              "verbatim": true,
            },
          ],
          "type": "context",
        },
      ],
      "id": "checkout-v2/not_restored/1",
      "link_names": false,
      "parse": "none",
      "text": "[page] checkout-v2 could not be restored
    app-3 is still v2. Look at it, then submit the change again.",
      "unfurl_links": false,
      "unfurl_media": false,
    }
  `);
});

it('a notice that ends another says so, and an empty text makes no empty block, which Slack refuses', () => {
  const sent = message(aNotice({ over: true, text: ' ' }));
  expect(texts(sent)[0]).toBe('[over] checkout-v2 could not be restored');
  expect(texts(sent).every((text) => text.trim() !== '')).toBe(true);
});

it.each([
  '<!here> look',
  '<!channel>',
  '<!subteam^S123|@oncall>',
  '<@U024BE7LH>',
  '<#C024BE7LR>',
  '<https://evil.example|the report>',
  '<mailto:x@evil.example|write>',
  '@channel @here @everyone @ada',
  'see https://evil.example/x now',
  'see www.evil.example now',
  '[the report](https://evil.example)',
  '[the report](//evil.example)',
  '&lt;!here&gt;',
])('a title of a spec can neither ping nor lead anywhere: %s', (title) => {
  for (const text of texts(message(aNotice({ title, text: title, changeId: title, owner: title })))) {
    expect(text).not.toMatch(/[<>]/);
    expect(text).not.toMatch(/@\w/);
    expect(text).not.toMatch(/:\/\/|\]\(|www\./);
    // What is left of & is an entity of ours: the text of another is shown, not obeyed.
    expect(text.replaceAll(/&(amp|lt|gt);/g, '')).not.toContain('&');
  }
});

it('what was written is what people read', () => {
  const read = slackText('a < b && c > d, <!here> @ada', 300)
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replaceAll('\u200b', '');
  expect(read).toBe('a < b && c > d, <!here> @ada');
});

it('law: whatever the text, no sign of Slack’s is left, no control character, and no block is longer than Slack takes', () => {
  const letters = fc.string({
    unit: fc.constantFrom(...Array.from('<>&@!#|:/[]()w. \n\u202e\u0007\ud800x😀')),
    maxLength: 5_000,
  });
  fc.assert(
    fc.property(letters, (foreign) => {
      for (const text of texts(message(aNotice({ title: foreign, text: foreign, owner: foreign }))).slice(1)) {
        expect(text).not.toMatch(/[<>\u202e]|[^\P{Cc}\n]|\p{Surrogate}|@\w|:\/\//u);
        expect(text.replaceAll(/&(amp|lt|gt);/g, '')).not.toContain('&');
        expect(text.length).toBeLessThanOrEqual(3_000);
      }
    }),
  );
});
