import { readChange } from '../../src/spec/read.js';
import type { ChangeSpec } from '../../src/spec/types.js';

/** The services of this bench, one a change: names, instances and counters follow from a number and the clock alone. */
export const serviceOf = (index: number): string => `svc-${index}`;

/** Two to four, as services have them. */
export const instancesOf = (index: number): string[] =>
  Array.from({ length: 2 + (index % 3) }, (_, i) => `${serviceOf(index)}-${i + 1}`);

const perSecond = 20;
const badShare = 0.01;
/** Share of requests at or below each bound, in seconds. */
const bounds: readonly [le: string, share: number][] = [
  ['0.01', 0.2],
  ['0.025', 0.5],
  ['0.05', 0.7],
  ['0.1', 0.85],
  ['0.25', 0.95],
  ['0.5', 0.98],
  ['1', 0.995],
  ['2.5', 1],
];

/** What one instance has counted `seconds` after its start, as lines of a `/metrics` page. */
export function exposed(service: string, instance: string, seconds: number, startSeconds: number): string {
  // So much on the clock already that the histogram has a shape to freeze buckets from.
  const total = Math.floor(10_000 + seconds * perSecond);
  const bad = Math.floor(total * badShare);
  const labels = `service="${service}",instance="${instance}"`;
  const lines = [
    `http_requests_total{${labels},code="200"} ${total - bad}`,
    `http_requests_total{${labels},code="503"} ${bad}`,
    ...bounds.map(([le, share]) => `http_request_seconds_bucket{${labels},le="${le}"} ${Math.floor(total * share)}`),
    `http_request_seconds_bucket{${labels},le="+Inf"} ${total}`,
    `http_request_seconds_count{${labels}} ${total}`,
    `process_start_time_seconds{${labels}} ${startSeconds}`,
  ];
  return lines.join('\n');
}

/** A change that touches nothing and sits in its first wave's bake for hours, watched by errors and latency. */
export function changeOf(index: number): ChangeSpec {
  const written = {
    apiVersion: 'graywave/v1',
    kind: 'Change',
    id: `scale-${index}`,
    owner: 'bench',
    type: 'deploy',
    tier: 3,
    services: [serviceOf(index)],
    parts: [{ name: 'image', driver: 'nothing', with: { index } }],
    waves: [
      { name: 'canary', to: 1 },
      { name: 'all', to: '100%' },
    ],
    bake: { min: '6h', max: '12h' },
    signals: [
      { name: 'errors', source: 'prometheus', kind: 'errors', counter: 'http_requests_total', detect: '3x' },
      { name: 'latency', source: 'prometheus', kind: 'latency', histogram: 'http_request_seconds', quantiles: ['p95'] },
    ],
  };
  return readChange(JSON.stringify(written), { file: '(bench)' }).spec;
}
