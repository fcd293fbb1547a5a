import { describe, expect, it } from 'vitest';
import { type Report, renderReport } from '../../src/report/render.js';
import { startMs, status, story, stream, unbegun, verdict, wave } from './stories.js';

const page = (part: Partial<Report> = {}): string =>
  renderReport({ title: 'Demo', generatedAtMs: startMs, stories: [story()], environment: { node: '20' }, ...part });
const times = (text: string, part: string): number => text.split(part).length - 1;

/** Every text that a spec, a driver, a source or an operator can put into a record. */
const hostile = `"><script>alert(1)</script><img src=x onerror=y>'</style></svg>\u202e`;
const attacked = () =>
  story({
    name: hostile,
    title: hostile,
    problems: [hostile],
    oldVersion: hostile,
    newVersion: `new ${hostile}`,
    status: status({
      id: hostile,
      reason: hostile,
      streams: [stream(hostile), stream('b', { weight: 0.5 })],
      waves: [wave(1, { name: hostile, targets: [hostile], verdict: verdict({ reason: hostile, silent: [hostile] }) })],
      acts: [{ atMs: startMs, by: hostile, what: 'pause', detail: hostile }],
      rollback: {
        startedMs: startMs + 9000,
        reason: hostile,
        deadlineMs: 0,
        restored: 0,
        of: 1,
        attempts: 1,
        left: [{ id: hostile, found: hostile }],
      },
    }),
    requests: story().requests.map((one) => ({ ...one, version: one.version === 'v1' ? hostile : `new ${hostile}` })),
    byVersion: { [hostile]: { n: 9, failed: 1, slow: 0 } },
    applied: story().applied.flatMap((one) => [
      { ...one, instance: hostile, from: hostile, to: hostile, key: hostile, verb: hostile },
      { ...one, instance: hostile, key: hostile, verb: hostile },
    ]),
    marks: [{ atMs: startMs + 5000, text: hostile }],
  });

describe('the page', () => {
  it('gives every story its charts, each for a wide and a narrow screen', () => {
    const text = page({ stories: [story(), story({ name: 'errors' }), story({ name: 'slow' })] });
    for (const kind of ['traffic', 'errors', 'latency', 'evidence harm', 'evidence safety', 'waves']) {
      expect(times(text, `<figure class="${kind}">`), kind).toBe(3);
    }
    expect(times(text, '<svg ')).toBe(3 * 6 * 2);
    for (const heading of ['Harm', 'Operator acts', 'Verdicts', 'What the targets say was applied']) {
      expect(times(text, `<h3>${heading}</h3>`), heading).toBe(3);
    }
  });

  it('has no script and asks nothing of the network', () => {
    const text = page();
    expect(text).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|\bsrc=|https?:|\son\w+=/i);
    expect(text.match(/href="[^"]*"/g)?.every((href) => href.startsWith('href="#'))).toBe(true);
    expect(text).toContain("default-src 'none'");
  });

  it('turns no text of a spec into markup', () => {
    const plain = page({ stories: [story()] });
    const text = page({ title: hostile, stories: [attacked()], environment: { [hostile]: hostile } });
    expect(text).not.toMatch(/<script|<img|onerror=y>'|\u202e/);
    expect(times(text, '</style>')).toBe(times(plain, '</style>'));
    const tags = new Set(text.match(/<\/?[a-z]+\d?/gi));
    for (const tag of ['<script', '</script', '<img']) expect(tags.has(tag)).toBe(false);
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  });

  it('says in words and signs which stories are not ok, not by colour alone', () => {
    const text = page({ stories: [story(), story({ ok: false, problems: ['ended as completed'] })] });
    expect(text).toContain('✕</span> 1 of 2 stories did not end as it should.');
    expect(text).toContain('✓ ok');
    expect(text).toContain('✕ not ok');
    expect(text).toContain('<li>ended as completed</li>');
    expect(page()).toContain('✓</span> 1 story ended as it should.');
  });

  it('has an overview of state, waves, requests, harm and what was restored', () => {
    const rollback = {
      startedMs: startMs + 9000,
      reason: '',
      deadlineMs: 0,
      restored: 2,
      of: 2,
      attempts: 1,
      left: [],
    };
    const waves = [wave(1, { phase: 'stopped', how: null }), wave(2, { phase: 'ahead', startedMs: null, how: null })];
    const text = page({
      stories: [story({ harmed: 1234, status: status({ state: 'rolled_back', rollback, waves }) })],
    });
    for (const cell of ['rolled back', 'stopped in 1 of 2', '40 s', '800', '1,234', '2 of 2']) {
      expect(text).toMatch(new RegExp(`<td data-label="\\w+" class="\\w*">${cell}</td>`));
    }
  });

  it('says so when a story failed before its start', () => {
    const text = page({ stories: [unbegun()] });
    for (const said of [
      'The client sent no request.',
      'never classified',
      'No wave was planned.',
      'nothing was applied',
      'No verdict was made',
      'the fleet did not start',
    ]) {
      expect(text).toContain(said);
    }
    expect(text).not.toMatch(/<svg|NaN|undefined|Infinity/);
    expect(page({ stories: [] })).toContain('No story was run.');
  });

  it('is the same for the same record', () => {
    expect(page()).toBe(page());
  });
});
