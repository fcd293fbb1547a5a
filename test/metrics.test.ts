import { readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { type MetricMeter, noopMetricMeter } from '@temporalio/common';
import { Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraywaveClient } from '../src/client/client.js';
import { checkConfig } from '../src/config.js';
import { freePort } from '../src/embedded/ports.js';
import { type EmbeddedTemporal, startTemporal } from '../src/embedded/temporal.js';
import { makeLog } from '../src/log.js';
import { type Metrics, metricNames, openMetrics } from '../src/metrics.js';
import { installRuntime, type RunningWorker, startWorker } from '../src/worker.js';
import { dashboardQueries, metricNamesIn } from './deploy/dashboard.js';
import { textOf } from './docs/pages.js';
import { findPrometheus, type PrometheusServer, startPrometheus } from './sources/prometheus-server.js';
import { eventually } from './support/engine.js';

const known = { sources: ['prom'], channels: ['team-slack'] };
const sweep = { atMs: 1_795_183_379_500, unsettled: 7, stuck: 2, held: 3, oldestLookAgeSeconds: 12.5 };

/** Each function once. */
function useAll(metrics: Metrics): void {
  metrics.swept(sweep);
  metrics.looked('fail');
  metrics.sourceFailed('prom', 'SOURCE_DOWN');
  metrics.changeEnded('not_restored');
  metrics.noticed('team-slack', 'sent');
}

it('without an exporter metrics do nothing, and do not even make a runtime', () => {
  useAll(openMetrics(null, known));
  expect((Runtime as unknown as { _instance?: Runtime })._instance).toBeUndefined();
});

it('a meter that breaks, and numbers that make no sense, never reach the caller', () => {
  const broken: MetricMeter = {
    createHistogram: (name) => noopMetricMeter.createHistogram(name),
    withTags: () => broken,
    createCounter: (name) => ({
      ...noopMetricMeter.createCounter(name),
      add: () => {
        throw new Error('broken');
      },
    }),
    createGauge: (name) => ({
      ...noopMetricMeter.createGauge(name),
      set: () => {
        throw new Error('broken');
      },
    }),
  };
  const metrics = openMetrics(broken, known);
  expect(() => useAll(metrics)).not.toThrow();
  expect(() => metrics.swept({ ...sweep, atMs: Number.NaN, stuck: -1 })).not.toThrow();
});

describe('a real worker with metrics', () => {
  let temporal: EmbeddedTemporal;
  let worker: RunningWorker;
  let prometheus: PrometheusServer | null = null;
  let address = '';
  let metrics: Metrics;
  const scrape = async (): Promise<string> => (await fetch(`http://${address}/metrics`)).text();
  /** Every name that was served at any time. */
  const served = new Set<string>();
  const note = (page: string): string => {
    for (const [, name = ''] of page.matchAll(/^(\w+)(?=[{ ])/gm)) served.add(name);
    return page;
  };
  const samplesOf = (page: string, name: string): string[] =>
    page.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));

  beforeAll(async () => {
    const log = makeLog('silent');
    address = `127.0.0.1:${await freePort()}`;
    installRuntime(log, address);
    const stateDir = await mkdtemp(join(tmpdir(), 'metrics-'));
    temporal = await startTemporal({
      stateDir,
      port: await freePort(),
      uiPort: await freePort(),
      tell: () => undefined,
    });
    const config = checkConfig(
      { state: stateDir, drivers: { process: { fleets: { none: { url: 'http://127.0.0.1:1' } } } } },
      join(stateDir, 'graywave.yaml'),
    );
    const where = { address: temporal.address, namespace: 'default', connectionOptions: { address: temporal.address } };
    worker = await startWorker(config, where, log);
    metrics = openMetrics(Runtime.instance().metricMeter, known);
    const binary = findPrometheus();
    if (binary) prometheus = await startPrometheus(binary, [{ target: address, labels: {} }]);
  });
  afterAll(async () => {
    await prometheus?.stop();
    await temporal?.stop();
  });

  it('serves every counter at 0 from the start, and no gauge before a sweep', async () => {
    const page = note(await scrape());
    expect(samplesOf(page, metricNames.ended)).toEqual([
      'graywave_changes_ended_total{state="cancelled"} 0',
      'graywave_changes_ended_total{state="completed"} 0',
      'graywave_changes_ended_total{state="intercepted"} 0',
      'graywave_changes_ended_total{state="not_restored"} 0',
      'graywave_changes_ended_total{state="rolled_back"} 0',
    ]);
    expect(samplesOf(page, metricNames.looks)).toHaveLength(4);
    expect(samplesOf(page, metricNames.notices)).toHaveLength(3);
    expect(samplesOf(page, metricNames.sourceErrors)).toHaveLength(3);
    for (const name of [metricNames.lastSweep, metricNames.unsettled, metricNames.stuck, metricNames.oldestLookAge]) {
      expect(samplesOf(page, name), name).toEqual([]);
    }
  });

  it('serves each metric under exactly its name, with its value, after its function was called once', async () => {
    useAll(metrics);
    metrics.swept({ ...sweep, held: null, unsettled: Number.NaN });
    const page = note(await scrape());
    const expected = [
      'graywave_last_sweep_seconds 1795183379.5',
      'graywave_unsettled_changes 7',
      'graywave_stuck_changes 2',
      'graywave_held_changes 3',
      'graywave_oldest_look_age_seconds 12.5',
      'graywave_looks_total{outcome="fail"} 1',
      'graywave_source_errors_total{code="SOURCE_DOWN",source="prom"} 1',
      'graywave_changes_ended_total{state="not_restored"} 1',
      'graywave_notices_total{channel="team-slack",outcome="sent"} 1',
    ];
    expect(page.split('\n')).toEqual(expect.arrayContaining(expected));
    expect(Object.values(metricNames).filter((name) => !served.has(name))).toEqual([]);
    metrics.swept({ ...sweep, oldestLookAgeSeconds: null });
    expect(samplesOf(await scrape(), metricNames.oldestLookAge)).toEqual(['graywave_oldest_look_age_seconds 0']);
  });

  it('shows every panel of the dashboard something', async () => {
    const connection = await Connection.connect({ address: temporal.address });
    const client = new Client({ connection });
    const { id } = await new GraywaveClient(client).submit({
      apiVersion: 'graywave/v1',
      kind: 'Change',
      id: 'measured',
      owner: 'tests',
      services: ['app'],
      parts: [{ driver: 'process', with: { fleet: 'none', service: 'app', version: 'v2' } }],
    });
    expect(id).toBe('measured');
    // A workflow that no worker knows: its task fails, and is tried again.
    await client.workflow.start('nobodyKnows', { taskQueue: 'graywave', workflowId: 'fails' });
    const needed = ['temporal_activity_schedule_to_start_latency_bucket', 'temporal_workflow_task_execution_failed'];
    const seen = async (): Promise<string[]> => {
      note(await scrape());
      return needed.filter((name) => !served.has(name));
    };
    await eventually('both have been seen', seen, (missing) => missing.length === 0);
    await connection.close();
    if (!prometheus) return;
    const { url } = prometheus;
    const ask = async (expr: string): Promise<number> => {
      const answer = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query: expr }).toString()}`);
      const { data } = (await answer.json()) as { data?: { result: unknown[] } };
      return data?.result.length ?? -1;
    };
    // What shows only when Temporal is gone comes in the next test.
    const queries = dashboardQueries('fleet', '1m').filter(({ expr }) => !expr.includes('long_request_failure'));
    const empty = async (): Promise<string[]> => {
      const rows = await Promise.all(queries.map(async ({ title, expr }) => ({ title, rows: await ask(expr) })));
      return rows.filter((panel) => panel.rows < 1).map(({ title }) => title);
    };
    await eventually('no panel is empty', empty, (titles) => titles.length === 0);
  });

  it('serves every metric that an alert rule, the dashboard or the documentation names', async () => {
    await temporal.stop();
    await eventually(
      'polls fail',
      async () => samplesOf(note(await scrape()), 'temporal_long_request_failure'),
      (samples) => samples.some((line) => /operation="PollWorkflowTaskQueue"/.test(line)),
    );
    for (const file of ['deploy/alerts.yml', 'deploy/grafana-dashboard.json']) {
      const names = metricNamesIn(readFileSync(file, 'utf8'));
      expect(names.length, file).toBeGreaterThan(10);
      expect(
        names.filter((name) => !served.has(name)),
        file,
      ).toEqual([]);
    }
    const documented = metricNamesIn(textOf('docs/notify.md')).filter((name) => name.startsWith('graywave_'));
    expect(documented.toSorted()).toEqual(Object.values(metricNames).toSorted());
  });

  it('says nothing more, and nothing bad, when the runtime has been shut down', async () => {
    void worker.stop().catch(() => undefined);
    await Runtime.instance().shutdown();
    expect(() => useAll(metrics)).not.toThrow();
  });
});
