import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { notifyConfig } from '../../src/notify/config.js';
import { noticeEvents } from '../../src/notify/notice.js';
import { aNotifier } from './notices.js';

afterEach(() => {
  delete process.env['GRAYWAVE_TEST_SECRET'];
});

const url = 'http://127.0.0.1:1/hook';

/** What a person reads when the configuration is refused. */
function refusal(config: unknown): string {
  const parsed = notifyConfig.safeParse(config);
  return parsed.success ? 'taken' : z.prettifyError(parsed.error);
}

describe('the configuration of channels and routes', () => {
  it('has a careful default for everything that a channel does not say', () => {
    const { channels } = notifyConfig.parse({
      channels: {
        a: { kind: 'webhook', url },
        b: { kind: 'alertmanager', url },
        c: { kind: 'cloudevents', url },
        d: { kind: 'command', argv: ['/usr/local/bin/page'] },
      },
    });
    expect(channels).toEqual({
      a: { kind: 'webhook', url, headers: {}, timeoutSeconds: 10 },
      b: { kind: 'alertmanager', url, headers: {}, timeoutSeconds: 10, labels: {}, keepSeconds: 604_800 },
      c: { kind: 'cloudevents', url, headers: {}, timeoutSeconds: 10, source: 'graywave' },
      d: { kind: 'command', argv: ['/usr/local/bin/page'], env: {}, timeoutSeconds: 10 },
    });
  });

  it('tells every channel everything when no routes are written, and nobody when an empty list is', () => {
    const channels = { a: { kind: 'webhook' as const, url }, b: { kind: 'webhook' as const, url } };
    const anything = { owner: null, level: null, services: [] };
    for (const event of noticeEvents) {
      expect(aNotifier({ channels }).channelsFor({ event, ...anything })).toEqual(['a', 'b']);
      expect(aNotifier({ channels, routes: [] }).channelsFor({ event, ...anything })).toEqual([]);
    }
    expect(aNotifier({}).channelsFor({ event: 'waits', ...anything })).toEqual([]);
  });

  it.each([
    ['a URL of another protocol', { kind: 'webhook', url: 'file:///etc/passwd' }, 'expected an http(s) URL'],
    ['a password in a URL', { kind: 'webhook', url: 'http://me:s3cret@host' }, 'without user and password'],
    ['a secret in a header', { kind: 'webhook', url, headers: { authorization: 'Bearer s3cret' } }, 'env:NAME'],
    ['a program without its whole path', { kind: 'command', argv: ['page'] }, 'absolute path'],
    ['no program', { kind: 'command', argv: [] }, 'argv'],
    ['an argument that no program can get', { kind: 'command', argv: ['/bin/echo', 'a\0b'] }, 'no NUL'],
    ['a credential written out for a program', { kind: 'command', argv: ['/x'], env: { TOKEN: 's3cret' } }, 'env:NAME'],
    ['a time limit of zero', { kind: 'webhook', url, timeoutSeconds: 0 }, 'timeoutSeconds'],
    ['a time limit longer than a try may take', { kind: 'webhook', url, timeoutSeconds: 26 }, 'timeoutSeconds'],
    ['a label that Alertmanager refuses', { kind: 'alertmanager', url, labels: { 'a-b': 'x' } }, 'label name'],
    [
      'a variable that no program can get',
      { kind: 'command', argv: ['/x'], env: { 'A=B': 'env:X' } },
      'name of a variable',
    ],
    ['an unknown kind', { kind: 'pager', url }, 'kind'],
    ['an unknown key', { kind: 'webhook', url, chanel: 'x' }, 'chanel'],
  ])('refuses %s, and does not repeat what may be secret', (_what, channel, text) => {
    const told = refusal({ channels: { it: channel } });
    expect(told).toContain(text);
    expect(told).toContain('channels.it');
    expect(told).not.toContain('s3cret');
  });

  it('refuses an event and a channel that are not there with the nearest that is', () => {
    const channels = { 'team-slack': { kind: 'webhook', url }, pager: { kind: 'alertmanager', url } };
    expect(refusal({ channels, routes: [{ events: ['rolled_bak'], channels: ['pager'] }] })).toMatch(
      /"rolled_bak" is no event; .*did you mean "rolled_back"\?\n.*routes\[0\]\.events\[0\]/,
    );
    expect(
      refusal({
        channels,
        routes: [{ events: ['*'], channels: ['pager'] }, { channels: ['pager', 'team-slck'] }],
      }),
    ).toMatch(
      /"team-slck" is no channel .*team-slack, pager; did you mean "team-slack"\?\n.*routes\[1\]\.channels\[1\]/,
    );
    expect(refusal({ channels: { 'a b': { kind: 'webhook', url } } })).toMatch(/expected a name: letters, digits/);
    expect(refusal({ routes: [{ channels: ['pager'] }] })).toMatch(/"pager" is no channel .*there are none/);
  });

  it.each([
    ['a URL', { kind: 'webhook', url: 'env:GRAYWAVE_TEST_SECRET' }],
    ['a header', { kind: 'webhook', url, headers: { authorization: 'env:GRAYWAVE_TEST_SECRET' } }],
    ['a variable of a program', { kind: 'command', argv: ['/x'], env: { T: 'env:GRAYWAVE_TEST_SECRET' } }],
  ] as const)('refuses to open %s that refers to a variable which is not set', (_what, channel) => {
    expect(() => aNotifier({ channels: { it: { ...channel } as never } })).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: expect.stringMatching(/notify\.channels\.it\..*GRAYWAVE_TEST_SECRET, which is not set/),
      }),
    );
  });

  it.each([
    ['is no URL', 's3cret', { kind: 'webhook', url: 'env:GRAYWAVE_TEST_SECRET' }],
    ['has a password', 'http://me:s3cret@host', { kind: 'webhook', url: 'env:GRAYWAVE_TEST_SECRET' }],
    ['breaks a header', 's3cret\nx', { kind: 'webhook', url, headers: { authorization: 'env:GRAYWAVE_TEST_SECRET' } }],
  ] as const)('refuses to open a reference whose value %s, and does not show the value', (_what, value, channel) => {
    process.env['GRAYWAVE_TEST_SECRET'] = value;
    expect(() => aNotifier({ channels: { it: { ...channel } } })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.not.stringContaining('s3cret') }),
    );
  });
});
