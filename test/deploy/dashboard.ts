import { readFileSync } from 'node:fs';

export interface Panel {
  id: number;
  type: string;
  title: string;
  description?: string;
  datasource?: { type: string; uid: string };
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { refId: string; datasource: { type: string; uid: string }; expr: string }[];
}

export interface Dashboard {
  title: string;
  uid: string;
  schemaVersion: number;
  id: null;
  templating: { list: { name: string; type: string; query: unknown; datasource?: { uid: string } }[] };
  panels: Panel[];
}

export const dashboard = JSON.parse(readFileSync('deploy/grafana-dashboard.json', 'utf8')) as Dashboard;

/** What its panels ask Prometheus for, with the variables of Grafana filled in. */
export const dashboardQueries = (job: string, rateInterval: string): { title: string; expr: string }[] =>
  dashboard.panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({
      title,
      expr: expr.replaceAll('$job', job).replaceAll('$__rate_interval', rateInterval),
    })),
  );

/** Names of metrics of ours and of Temporal's SDK in a text. */
export const metricNamesIn = (text: string): string[] => [
  ...new Set([...text.matchAll(/\b(?:graywave|temporal)_[a-z_]+\b/g)].map(([name]) => name)),
];
