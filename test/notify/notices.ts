import { notifyConfig, type NotifyConfigText } from '../../src/notify/config.js';
import type { Notice } from '../../src/notify/notice.js';
import { type Notifier, openNotifier } from '../../src/notify/notifier.js';

/** A notice; anything of it can be said otherwise. */
export const aNotice = (more: Partial<Notice> = {}): Notice => ({
  id: 'checkout-v2/not_restored/1',
  event: 'not_restored',
  urgency: 'page',
  title: 'checkout-v2 could not be restored',
  text: 'app-3 is still v2. Look at it, then submit the change again.',
  changeId: 'checkout-v2',
  owner: 'team-checkout',
  level: 'L3',
  services: ['checkout', 'cart'],
  atMs: Date.UTC(2026, 10, 20, 12, 0, 0),
  over: false,
  ...more,
});

/** From a configuration as a person writes it. */
export const aNotifier = (config: NotifyConfigText): Notifier => openNotifier(notifyConfig.parse(config));

/** One try to tell, by a notifier with this one channel, named `it`. */
export const tell = (
  channel: NonNullable<NotifyConfigText['channels']>[string],
  notice: Notice = aNotice(),
  signal: AbortSignal = new AbortController().signal,
): Promise<void> => aNotifier({ channels: { it: channel } }).send('it', notice, { signal });

/** What it fails with. */
export async function failureOf(telling: Promise<void>): Promise<Error & { code?: string; hint?: string }> {
  try {
    await telling;
  } catch (error) {
    return error as Error;
  }
  throw new Error('it was told');
}
