import { describe, expect, it } from 'vitest';
import { begin, fold } from '../../src/judge/judge.js';
import { errorsChart } from '../../src/report/errors.js';
import { harmEvidenceChart, safetyEvidenceChart } from '../../src/report/evidence.js';
import { latencyChart } from '../../src/report/latency.js';
import type { StoryRecord } from '../../src/report/record.js';
import { evidenceOver } from '../../src/report/refold.js';
import { wavesStrip } from '../../src/report/strip.js';
import { trafficChart } from '../../src/report/traffic.js';
import { viewOf } from '../../src/report/view.js';
import { judgeSettings } from '../../src/workflows/settings.js';
import { controlsOf } from '../../src/policy/controls.js';
import { looks, startMs, status, story, stream, wave } from './stories.js';

const harm = (one: StoryRecord) => harmEvidenceChart(viewOf(one)).text;
const safety = (one: StoryRecord) => safetyEvidenceChart(viewOf(one)).text;
/** Looks marked in a chart; each is there twice, for the wide and the narrow picture. */
const marked = (text: string) => [...text.matchAll(/data-look="(\d+)"/g)].map((match) => Number(match[1]));

describe('evidence', () => {
  const bad = looks([1, 4, 9, 9, 9, 9, 1, 1]);

  it('is marked at the look at which the judge stopped, and nowhere else', () => {
    const settings = judgeSettings([stream('errors')], controlsOf('L1'));
    const state = bad.reduce((so, look) => fold(settings, so, look), begin(settings));
    const seq = state.stopped?.seq ?? 0;
    expect(seq).toBeGreaterThan(1);
    const text = harm(story({ looks: bad }));
    expect(marked(text)).toEqual([seq, seq]);
    expect(text).toContain(`look ${seq}: `);
  });

  it('has the mark on its line, at the time of that look', () => {
    const text = harm(story({ looks: bad }));
    const circle = /<circle cx="([\d.]+)" cy="([\d.]+)" r="5"/.exec(text);
    const path = /<path d="([^"]+)" class="line main harm"/.exec(text)?.[1] ?? '';
    const points = path
      .slice(1)
      .split('L')
      .map((point) => point.split(' ').map(Number));
    const at = points[(marked(text)[0] ?? 0) - 1] ?? [];
    expect(points.length).toBe(bad.length);
    expect(Number(circle?.[1])).toBeCloseTo(at[0] ?? 0, 0);
    expect(Number(circle?.[2])).toBeCloseTo(at[1] ?? 0, 0);
  });

  it('shows both bounds by name', () => {
    expect(harm(story())).toContain('stop at 100 = 1/α');
    expect(safety(story())).toContain('safe at 20 = 1/β');
  });

  it('marks where safety was proven', () => {
    const one = story({ looks: looks(Array.from({ length: 40 }, () => 1)) });
    const [first] = marked(safety(one));
    const point = evidenceOver(one).points.find(({ safe }) => safe >= Math.log(20));
    expect(first).toBe(point?.seq);
    expect(marked(harm(one))).toEqual([]);
  });

  it('says so when there was no look, or the looks are broken', () => {
    expect(harm(story({ looks: [] }))).toContain('No look was made.');
    const broken = looks([1, 1, 1]).filter(({ seq }) => seq !== 2);
    expect(harm(story({ looks: broken }))).toContain('cannot be refolded');
  });
});

describe('charts over time', () => {
  it('name versions beside their lines and areas, with units on the axis', () => {
    const view = viewOf(story());
    expect(trafficChart(view).text).toMatch(/>v1<\/text>[^]*>v2<\/text>/);
    expect(trafficChart(view).text).toContain('>20/s</text>');
    expect(errorsChart(view).text).toMatch(/>v1<\/text>[^]*>v2<\/text>/);
    expect(latencyChart(view).text).toMatch(/>v2 p95<\/text>[^]*ms<\/text>|ms<\/text>[^]*>v2 p95<\/text>/);
  });

  it('carry waves and marks with their texts', () => {
    const text = trafficChart(viewOf(story({ marks: [{ atMs: startMs + 20_000, text: 'worker killed' }] }))).text;
    for (const said of ['>wave 1</text>', '>worker killed</text>', '>end</text>']) expect(text).toContain(said);
  });

  it('keep a thousand versions and a hundred marks readable', () => {
    const many = story().requests.map((one, i) => ({ ...one, version: `v${i}` }));
    const marks = Array.from({ length: 100 }, (_, i) => ({ atMs: startMs + 100 * i, text: `mark ${i}` }));
    const text = trafficChart(viewOf(story({ requests: many, marks }))).text;
    expect(text).toContain('other versions');
    expect([...text.matchAll(/class="area/g)].length).toBeLessThan(20);
  });

  it('show what nobody answered', () => {
    const requests = story().requests.map((one, i) => (i % 5 === 0 ? { ...one, version: '', status: 0 } : one));
    expect(errorsChart(viewOf(story({ requests }))).text).toContain('>no answer</text>');
  });
});

describe('waves', () => {
  it('end in words: proven, by hand, inconclusive, stopped, not begun', () => {
    const waves = [
      wave(1),
      wave(2, { how: 'by_hand' }),
      wave(3, { how: 'inconclusive' }),
      wave(4, { how: null, phase: 'stopped' }),
      wave(5, { how: null, phase: 'ahead', startedMs: null }),
    ];
    const text = wavesStrip(viewOf(story({ status: status({ waves }) }))).text;
    for (const end of ['✓ proven', '◆ by hand', '? inconclusive', '✕ stopped', '○ not begun'])
      expect(text).toContain(`>${end}</text>`);
  });

  it('have a square for each instance, filled by the wave that changed it', () => {
    const text = wavesStrip(viewOf(story())).text;
    expect(text).toContain('<title>checkout-1: added</title>');
    expect(text).toContain('<title>checkout-1: changed</title>');
    expect(text).toContain('<title>checkout-2: unchanged</title>');
  });

  it('show many instances as shares', () => {
    const targets = Array.from({ length: 500 }, (_, i) => `i-${i}`);
    const text = wavesStrip(viewOf(story({ status: status({ waves: [wave(1, { targets })] }) }))).text;
    expect(text).toContain('<title>500 added</title>');
    expect([...text.matchAll(/class="square/g)].length).toBe(8);
  });
});
