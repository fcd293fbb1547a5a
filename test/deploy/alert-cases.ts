/** Stories of a series each, for `promtool test rules`: what Prometheus has seen, every 10 s, and what it then says. */
export interface Story {
  title: string;
  alert: string;
  /** Series → values in promtool's notation. */
  seen: Record<string, string>;
  at: string;
  /** Null: quiet. Else the labels of the alert besides its name and severity, and its value as the texts show it. */
  fires: { labels: Record<string, string>; value?: string } | null;
}

const up = (instance = 'a'): string => `up{job="graywave-worker",instance="${instance}"}`;
const of = (name: string, labels = '', instance = 'a'): string =>
  `${name}{job="graywave-worker",instance="${instance}"${labels === '' ? '' : `,${labels}`}}`;
const queue = (name: string): string => `task_queue="${name}"`;
const sweep = (instance = 'a'): string => of('graywave_last_sweep_seconds', '', instance);
/** A sweep every 10 s, as seen by a scrape right after it. */
const swept = (count: number): string => `0+10x${count}`;
const notices = (outcome: string): string => of('graywave_notices_total', `channel="slack",outcome="${outcome}"`);
const pollsFail = of(
  'temporal_long_request_failure',
  'operation="PollWorkflowTaskQueue",status_code="TRANSPORT_ERROR"',
);
const othersFail = of('temporal_long_request_failure', 'operation="GetWorkflowExecutionHistory"');
const tasksFail = of(
  'temporal_workflow_task_execution_failed',
  'workflow_type="change",failure_reason="WorkflowError"',
);
const slots = (kind: string): string =>
  of('temporal_worker_task_slots_available', `${queue('graywave')},worker_type="${kind}"`);

/** A histogram of the SDK: `fast` of its events, each 10 s, within the first bucket, and `slow` up to `slowMs`. */
const waits = (name: string, task: string, fast: number, slow: number, slowMs: number): Record<string, string> =>
  Object.fromEntries(
    [100, 500, 1_000, 5_000, 10_000, 100_000, Number.POSITIVE_INFINITY].map((le) => [
      of(`${name}_bucket`, `${queue(task)},le="${Number.isFinite(le) ? le : '+Inf'}"`),
      `0+${le >= slowMs ? fast + slow : fast}x120`,
    ]),
  );
const workflowWaits = 'temporal_workflow_task_schedule_to_start_latency';
const activityWaits = 'temporal_activity_schedule_to_start_latency';

const fires = (title: string, alert: string, at: string, seen: Story['seen'], labels = {}, value = ''): Story => ({
  title,
  alert,
  at,
  seen,
  fires: { labels, value },
});
const quiet = (title: string, alert: string, at: string, seen: Story['seen']): Story => ({
  title,
  alert,
  at,
  seen,
  fires: null,
});

export const stories: readonly Story[] = [
  fires('no worker is scraped', 'GraywaveNoWorker', '2m', { 'up{job="other"}': '1x60' }),
  fires('all workers are down', 'GraywaveNoWorker', '10m', { [up()]: '1x30 0x60', [up('b')]: '0x90' }),
  quiet('one of two workers is up', 'GraywaveNoWorker', '10m', { [up()]: '0x90', [up('b')]: '1x90' }),
  quiet('the only worker starts again', 'GraywaveNoWorker', '5m30s', { [up()]: '1x30 0x3 1x60' }),

  fires(
    'one of two is down',
    'GraywaveWorkerDown',
    '10m',
    { [up()]: '0x90', [up('b')]: '1x90' },
    {
      job: 'graywave-worker',
      instance: 'a',
    },
  ),
  quiet('a worker starts again', 'GraywaveWorkerDown', '6m', { [up()]: '1x30 0x6 1x60' }),
  quiet('another job is down', 'GraywaveWorkerDown', '10m', { 'up{job="other"}': '0x90' }),

  fires(
    'polls fail once a second',
    'GraywaveTemporalUnreachable',
    '10m',
    { [pollsFail]: '0x30 0+10x60' },
    {
      job: 'graywave-worker',
      instance: 'a',
    },
  ),
  quiet('polls failed for half a minute', 'GraywaveTemporalUnreachable', '7m', { [pollsFail]: '0x30 0+10x3 30x60' }),
  quiet('something else fails', 'GraywaveTemporalUnreachable', '10m', { [othersFail]: '0+10x90' }),

  fires(
    'a task fails every ten minutes',
    'GraywaveWorkflowTasksFail',
    '45m',
    { [tasksFail]: '3x59 4x59 5x59 6x120' },
    {
      workflow_type: 'change',
      failure_reason: 'WorkflowError',
    },
  ),
  quiet('one task failed once', 'GraywaveWorkflowTasksFail', '45m', { [tasksFail]: '0x200 1x200' }),
  quiet('tasks failed an hour ago', 'GraywaveWorkflowTasksFail', '90m', { [tasksFail]: '0+1x60 60x600' }),

  fires(
    'one workflow task in ten waits 5 s',
    'GraywaveWorkflowTasksWait',
    '20m',
    waits(workflowWaits, 'graywave', 9, 1, 5_000),
    { task_queue: 'graywave' },
    '3k',
  ),
  quiet('one in fifty does', 'GraywaveWorkflowTasksWait', '20m', waits(workflowWaits, 'graywave', 49, 1, 5_000)),
  quiet('there is no work', 'GraywaveWorkflowTasksWait', '20m', waits(workflowWaits, 'graywave', 0, 0, 5_000)),

  fires(
    'one step in ten waits 10 s',
    'GraywaveActivitiesWait',
    '20m',
    { ...waits(activityWaits, 'graywave.observe', 9, 1, 10_000), ...waits(activityWaits, 'graywave', 10, 0, 100) },
    { task_queue: 'graywave.observe' },
    '7.5k',
  ),
  quiet('one in ten waits 5 s', 'GraywaveActivitiesWait', '20m', waits(activityWaits, 'graywave', 9, 1, 5_000)),

  fires(
    'all slots are taken',
    'GraywaveSlotsFull',
    '10m',
    { [slots('ActivityWorker')]: '5x20 0x60' },
    {
      job: 'graywave-worker',
      instance: 'a',
      task_queue: 'graywave',
      worker_type: 'ActivityWorker',
    },
  ),
  quiet('they were for a minute', 'GraywaveSlotsFull', '10m', { [slots('ActivityWorker')]: '5x20 0x6 1x60' }),
  quiet('slots that nothing uses', 'GraywaveSlotsFull', '10m', { [slots('LocalActivityWorker')]: '0x90' }),

  fires('the last sweep was 5 min ago', 'GraywaveSweepLate', '10m', { [sweep()]: `${swept(30)} 300x60` }, {}, '5m 0s'),
  quiet('a sweep failed', 'GraywaveSweepLate', '6m30s', { [sweep()]: `${swept(30)} 300x8 390+10x60` }),
  quiet('another worker sweeps now', 'GraywaveSweepLate', '15m', {
    [sweep()]: `${swept(30)} 300x90`,
    [sweep('b')]: `0x29 ${swept(120).replace('0+', '300+')}`,
  }),

  fires('nobody ever swept', 'GraywaveSweepAbsent', '10m', { [up()]: '1x90' }),
  quiet('the workers have just started', 'GraywaveSweepAbsent', '4m', { [up()]: '1x90' }),
  quiet('one of them swept', 'GraywaveSweepAbsent', '20m', { [sweep()]: swept(120) }),

  fires(
    'the last sweep saw two',
    'GraywaveChangeStuck',
    '10m',
    { [sweep()]: swept(90), [of('graywave_stuck_changes')]: '0x20 2x90' },
    {},
    '2',
  ),
  quiet('it saw none', 'GraywaveChangeStuck', '10m', { [sweep()]: swept(90), [of('graywave_stuck_changes')]: '0x90' }),
  quiet('only a worker that swept long ago still shows one', 'GraywaveChangeStuck', '10m', {
    [sweep('old')]: '0x90',
    [of('graywave_stuck_changes', '', 'old')]: '1x90',
    [sweep('new')]: swept(90),
    [of('graywave_stuck_changes', '', 'new')]: '0x90',
  }),

  fires(
    'the oldest look was 90 s old',
    'GraywaveLookOld',
    '10m',
    { [sweep()]: swept(90), [of('graywave_oldest_look_age_seconds')]: '8x20 90x90' },
    {},
    '1m 30s',
  ),
  quiet('looks come every 15 s', 'GraywaveLookOld', '10m', {
    [sweep()]: swept(90),
    [of('graywave_oldest_look_age_seconds')]: '15x90',
  }),
  quiet('a worker that swept long ago shows an old one', 'GraywaveLookOld', '10m', {
    [sweep('old')]: '0x90',
    [of('graywave_oldest_look_age_seconds', '', 'old')]: '600x90',
    [sweep('new')]: swept(90),
    [of('graywave_oldest_look_age_seconds', '', 'new')]: '5x90',
  }),

  fires('the first ever', 'GraywaveRollbackFailed', '20m', {
    [of('graywave_changes_ended_total', 'state="not_restored"')]: '0x60 1x120',
    [of('graywave_changes_ended_total', 'state="not_restored"', 'b')]: '0x180',
  }),
  quiet('changes are rolled back', 'GraywaveRollbackFailed', '20m', {
    [of('graywave_changes_ended_total', 'state="rolled_back"')]: '0+1x180',
    [of('graywave_changes_ended_total', 'state="not_restored"')]: '3x180',
  }),
  quiet('a worker starts again at 0', 'GraywaveRollbackFailed', '20m', {
    [of('graywave_changes_ended_total', 'state="not_restored"')]: '3x60 0x120',
  }),

  fires(
    'a source is down',
    'GraywaveSourceErrors',
    '20m',
    { [of('graywave_source_errors_total', 'source="prom",code="SOURCE_DOWN"')]: '0x30 0+1x120' },
    { source: 'prom', code: 'SOURCE_DOWN' },
  ),
  quiet('it failed three times', 'GraywaveSourceErrors', '10m', {
    [of('graywave_source_errors_total', 'source="prom",code="SOURCE_DOWN"')]: '0x30 0+1x3 3x90',
  }),

  fires(
    'every try fails',
    'GraywaveNoticesFail',
    '20m',
    { [notices('failed')]: '0x30 0+1x120', [notices('sent')]: '7x180' },
    { channel: 'slack' },
  ),
  quiet('tries fail, and later ones do not', 'GraywaveNoticesFail', '20m', {
    [notices('failed')]: '0x30 0+1x120',
    [notices('sent')]: '0x60 0+1x120',
  }),
  quiet('one failed twice', 'GraywaveNoticesFail', '10m', { [notices('failed')]: '0x30 1x2 2x120' }),

  fires('the first ever', 'GraywaveNoticeRefused', '20m', { [notices('refused')]: '0x60 1x120' }, { channel: 'slack' }),
  quiet('notices fail, and are tried again', 'GraywaveNoticeRefused', '20m', {
    [notices('refused')]: '2x180',
    [notices('failed')]: '0+1x180',
  }),
];
