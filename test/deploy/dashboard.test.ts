import { expect, it } from 'vitest';
import { dashboard, dashboardQueries } from './dashboard.js';
import { findPromtool, promtool } from './promtool.js';

const graphs = dashboard.panels.filter(({ type }) => type !== 'row');

it('the dashboard can be imported: no id of another Grafana, a name of its own, and the data source is asked for', () => {
  expect(dashboard).toMatchObject({ id: null, uid: 'graywave', title: 'Graywave' });
  expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(36);
  const [source, job] = dashboard.templating.list;
  expect(source).toMatchObject({ name: 'datasource', type: 'datasource', query: 'prometheus' });
  expect(job).toMatchObject({ name: 'job', type: 'query', datasource: { uid: '${datasource}' } });
  expect(JSON.stringify(dashboard)).not.toContain('__inputs');
});

it('every panel asks the data source that was chosen, only for the job that was chosen, and says what it shows', () => {
  for (const { title, description, datasource, targets = [] } of graphs) {
    expect(description, title).toMatch(/\.$/);
    expect(targets.length, title).toBeGreaterThan(0);
    for (const asked of [datasource, ...targets.map((target) => target.datasource)]) {
      expect(asked, title).toEqual({ type: 'prometheus', uid: '${datasource}' });
    }
    for (const { expr } of targets) {
      const selectors = [...expr.matchAll(/\b(?:graywave|temporal)_[a-z_]+|\bup\b/g)];
      expect(expr.split('job="$job"').length - 1, title).toBe(selectors.length);
    }
  }
});

it('no two panels have one id or lie on one another, and none reaches over the edge', () => {
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  const taken = new Set<string>();
  for (const { title, gridPos } of dashboard.panels) {
    expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        expect(taken.has(`${x},${y}`), title).toBe(false);
        taken.add(`${x},${y}`);
      }
    }
  }
});

it.runIf(findPromtool() !== null)('every query is one that Prometheus understands', async () => {
  const queries = dashboardQueries('graywave-worker', '5m');
  const rules = queries.map(({ expr }, at) => ({ record: `query_${at}`, expr }));
  const { ok, said } = await promtool(['check', 'rules'], { groups: [{ name: 'dashboard', rules }] });
  expect(ok, said).toBe(true);
  expect(said).toContain(`${queries.length} rules found`);
});
