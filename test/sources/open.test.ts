import { afterEach, describe, expect, it } from 'vitest';
import { openSource } from '../../src/sources/open.js';

afterEach(() => {
  delete process.env['GRAYWAVE_TEST_TOKEN'];
});

describe('a source’s configuration', () => {
  it('opens both kinds without contacting anything', () => {
    expect(openSource('one', { kind: 'prometheus', url: 'http://127.0.0.1:1/prom' }).name).toBe('one');
    expect(openSource('two', { kind: 'scrape', discovery: { httpSd: 'http://127.0.0.1:1/sd' } }).name).toBe('two');
    expect(openSource('three', { kind: 'scrape', discovery: { static: [] } }).name).toBe('three');
  });

  it.each([
    ['an unknown kind', { kind: 'graphite' }, 'kind'],
    ['no kind', {}, 'kind'],
    ['nothing', null, 'source "bad"'],
    ['a URL of another protocol', { kind: 'prometheus', url: 'file:///etc/passwd' }, 'http(s) URL'],
    ['a password in the URL', { kind: 'prometheus', url: 'http://me:secret@host' }, 'headers'],
    [
      'a secret in a header',
      { kind: 'prometheus', url: 'http://host', headers: { authorization: 'Bearer x' } },
      'env:NAME',
    ],
    [
      'a variable that is not set',
      { kind: 'prometheus', url: 'http://host', headers: { authorization: 'env:GRAYWAVE_TEST_TOKEN' } },
      'GRAYWAVE_TEST_TOKEN',
    ],
    ['an unknown key', { kind: 'scrape', discovery: { static: [] }, interval: 5 }, 'interval'],
    ['a time limit of zero', { kind: 'scrape', discovery: { static: [] }, timeoutSeconds: 0 }, 'timeoutSeconds'],
  ])('is refused with %s', (_what, config, text) => {
    expect(() => openSource('bad', config)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(text) }),
    );
  });

  it('never repeats a password in its error', () => {
    expect(() => openSource('bad', { kind: 'prometheus', url: 'http://me:s3cret@host' })).not.toThrow(/s3cret/);
  });

  it('takes headers from the environment', () => {
    process.env['GRAYWAVE_TEST_TOKEN'] = 'Bearer x';
    const config = { kind: 'prometheus', url: 'http://host', headers: { authorization: 'env:GRAYWAVE_TEST_TOKEN' } };
    expect(openSource('one', config).name).toBe('one');
  });
});
