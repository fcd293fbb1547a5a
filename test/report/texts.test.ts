import { describe, expect, it } from 'vitest';
import { appliedPart, appliedTwice } from '../../src/report/applied.js';
import { atOnceOf, harmPart } from '../../src/report/harm.js';
import { html } from '../../src/report/markup.js';
import { actsPart, verdictsPart } from '../../src/report/verdicts.js';
import { viewOf } from '../../src/report/view.js';
import { explain } from '../../src/judge/judge.js';
import type { Verdict } from '../../src/judge/types.js';
import { judgeSettings } from '../../src/workflows/settings.js';
import { controlsOf } from '../../src/policy/controls.js';
import { startMs, status, story, stream, verdict, wave } from './stories.js';

describe('applied keys', () => {
  const touch = story().applied[0] ?? { atMs: 0, instance: 'a', from: '', to: '', key: '', epoch: 0, verb: '' };

  it('prove that nothing was applied twice', () => {
    const applied = [touch, { ...touch, instance: 'checkout-2' }, { ...touch, key: 'checkout-v2/image/1/revert' }];
    expect(appliedTwice(applied)).toEqual([]);
    expect(appliedPart(story({ applied })).text).toContain('✓ nothing was applied twice');
  });

  it('say which target was touched twice under which key', () => {
    const { instance, key, verb } = touch;
    expect(appliedTwice([touch, { ...touch, atMs: 9 }])).toEqual([{ instance, key, verb, times: 2 }]);
    expect(appliedPart(story({ applied: [touch, touch] })).text).toContain('✕ applied more than once');
  });
});

describe('harm', () => {
  const byVersion = { v1: { n: 600, failed: 0, slow: 30 }, v2: { n: 180, failed: 60, slow: 9 } };

  it('is set against the same excess on all requests of the time the new version served', () => {
    const one = story({ harmed: 60, byVersion });
    const served = one.requests.filter(({ version }) => version === 'v2').map(({ atMs }) => atMs);
    const all = one.requests.filter(({ atMs }) => atMs >= Math.min(...served) && atMs <= Math.max(...served)).length;
    expect(atOnceOf(one)?.requests).toBe(all);
    expect(atOnceOf(one)?.harmed).toBeCloseTo((60 / 180) * all, 6);
    expect(harmPart(one).text).toContain('all at once (estimate)');
  });

  it('is not scaled up when it is within chance, or a version was not seen', () => {
    const chance = { v1: { n: 600, failed: 6, slow: 30 }, v2: { n: 180, failed: 3, slow: 10 } };
    expect(atOnceOf(story({ byVersion: chance }))).toBeNull();
    expect(harmPart(story({ byVersion: chance, harmed: 3 })).text).toContain('within chance');
    expect(atOnceOf(story({ byVersion: { v2: byVersion.v2 } }))).toBeNull();
    expect(harmPart(story({ byVersion: { v1: byVersion.v1 } })).text).toContain('The new version served nobody.');
  });
});

describe('words', () => {
  it('are those of explain', () => {
    const one = story({ status: status({ waves: [wave(1, { verdict: verdict() })] }) });
    const text = verdictsPart(viewOf(one)).text;
    const [first, ...rest] = explain(judgeSettings([stream('errors')], controlsOf('L1')), verdict());
    expect(text).toContain(html`<p>${first ?? ''}</p>`.text);
    for (const line of rest) expect(text).toContain(html`<li>${line}</li>`.text);
  });

  it('have a dash for a number that JSON could not keep', () => {
    const stored = JSON.parse(JSON.stringify(verdict({ logSafe: -Infinity, reason: 'infinite' }))) as Verdict;
    const text = verdictsPart(viewOf(story({ status: status({ waves: [wave(1, { verdict: stored })] }) }))).text;
    expect(text).toContain('safety: least evidence –, proven at 20');
  });

  it('name who acted, or that nobody did', () => {
    const acts = [{ atMs: startMs + 5000, by: 'ann', what: 'promote', detail: 'in a hurry' }] as const;
    expect(actsPart(status({ acts: [...acts] })).text).toMatch(/5 s<\/td><td>promote<\/td><td>ann<\/td><td>in a hurry/);
    expect(actsPart(status()).text).toContain('Nobody acted');
  });
});
