import type { Grant } from '../drivers/protocol.js';
import type { TouchRecord } from '../journal/port.js';
import { scopesOf } from '../policy/scope.js';
import type { PlannedWave } from '../spec/waves.js';
import { besideWatching } from './beside.js';
import { holdWorkflowId } from './names.js';
import type { PlannedPart } from './planning.js';
import { askGate } from './record.js';
import { Behind, controlsOf, resourcesOf, type Run, Stop } from './run.js';
import { resumed, standBy } from './standby.js';

/** What this wave would touch, as the journal keeps it. */
function recordsOf(run: Run, planned: PlannedWave, parts: PlannedPart[]): TouchRecord[] {
  const { spec, specHash, engine, submittedBy } = run.input;
  const resources = resourcesOf(run);
  return parts.map(({ part, plan }, i): TouchRecord => {
    const targets = targetsOf(run, planned, part.name);
    const record: TouchRecord = {
      kind: 'touch',
      changeId: spec.id,
      key: `${spec.id}/${part.name}/${planned.index}/apply`,
      resources,
      part: part.name,
      driver: part.driver,
      targets,
      before: Object.fromEntries(targets.map((id) => [id, plan.before[id] ?? null])),
      specHash,
    };
    return planned.index === 1 && i === 0
      ? { ...record, plannedAfter: run.plannedAfter, submitted: { engine, spec, submittedBy } }
      : record;
  });
}

/** Every hold that would cover this wave. */
function holdsOf(run: Run, planned: PlannedWave): string[] {
  const { services, type, labels } = run.input.spec;
  const ids = new Set(Object.values(planned.targets).flat());
  const regions = run.planned.flatMap(({ plan }) =>
    plan.targets.flatMap((target) => (ids.has(target.id) && target.labels.region ? [target.labels.region] : [])),
  );
  if (labels.region) regions.push(labels.region);
  const { level } = controlsOf(run);
  return scopesOf({ services, type, level, regions: [...new Set(regions)] }).map(holdWorkflowId);
}

/**
 * Asks until the wave is granted; null when nothing was on record yet and it had to wait, for what was planned before
 * a wait is of no use; nor is what was planned before another change ended there. Asked again after a hold, the same
 * keys get the same answer.
 */
export async function gate(
  run: Run,
  planned: PlannedWave,
  parts: PlannedPart[],
): Promise<Record<string, Grant> | null> {
  const changeId = run.input.spec.id;
  const records = recordsOf(run, planned, parts);
  const holds = holdsOf(run, planned);
  const summary = `wave ${planned.index} ${planned.name}: may it begin?`;
  run.onRecord = true;
  await run.noted;
  for (;;) {
    const request = { changeId, expect: run.epoch, records, holds, onBusy: run.input.spec.onBusy };
    const answer = await askGate(request, summary, (ask) => besideWatching(run, ask));
    switch (answer.outcome) {
      case 'held':
      case 'queued':
        await standBy(run, answer, { changeId, holds, resources: resourcesOf(run) });
        if (run.touched.length === 0) return null;
        await resumed(run);
        break;
      case 'stale':
        return null;
      case 'busy':
        throw new Stop(
          'refused',
          `${answer.resource} is held by change ${answer.holder}, and this change says onBusy: refuse.`,
        );
      case 'behind':
        throw new Behind('This run was started over a world that an earlier run had changed.');
      case 'granted':
        // The same keys again get their old epochs, and an act may have been put on record since.
        run.epoch = Math.max(run.epoch, answer.epoch);
        remember(run, planned, records, answer.grants);
        return answer.grants;
    }
  }
}

/** Before-states are kept in history too, so that a revert needs no journal to begin. */
function remember(run: Run, planned: PlannedWave, records: TouchRecord[], grants: Record<string, Grant>): void {
  for (const { part, driver, targets, before } of records) {
    const grant = grants[part];
    if (!grant) throw new Stop('failed', `the gate gave no grant for part ${part}`);
    if (run.touched.some(({ epoch }) => epoch === grant.epoch)) continue;
    run.touched.push({ part, driver, wave: planned.index, targets, before, epoch: grant.epoch });
  }
}

/** What of a wave's targets is this change's to touch. */
export const targetsOf = (run: Run, planned: PlannedWave, part: string): string[] =>
  (planned.targets[part] ?? []).filter((id) => !run.status.adopted.includes(id));
