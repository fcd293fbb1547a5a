import { randomUUID } from 'node:crypto';
import { WorkflowFailedError } from '@temporalio/client';
import { Command } from 'commander';
import pc from 'picocolors';
import type { GraywaveClient } from '../client/client.js';
import { asGraywave } from '../client/failure.js';
import { type Forecast, forecast, planDelay } from '../client/forecast.js';
import { GraywaveError } from '../errors.js';
import { onErrorOf, onInconclusiveOf } from '../policy/controls.js';
import type { ChangeSpec } from '../spec/types.js';
import { changeQueue } from '../workflows/names.js';
import type { ChangePlan } from '../workflows/planning.js';
import type { Preview } from '../workflows/preview.js';
import { jsonOption, print, printJson, tell, withClient } from './session.js';
import { percent, span, table } from './table.js';
import { readChecked } from './validate.js';
import { watchedText } from './watched.js';

const within = '3 minutes';

export const planCommand = (): Command =>
  new Command('plan')
    .description('Dry run: what a change would touch, what is watched, what it could not see, what a rollback would do')
    .argument('<file>', 'YAML or JSON, - for standard input')
    .option('--config <file>', 'worker configuration whose drivers and sources the spec may name')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  $ graywave plan change.yaml\n  $ graywave plan change.yaml --json | jq .waves',
    )
    .action(async (file: string, { config, json }: { config?: string; json?: boolean }) => {
      const { spec, warnings } = await readChecked(file, config);
      await withClient(async (client) => {
        const plan = await planned(client, spec);
        const seen = forecast(spec, plan);
        if (json)
          return printJson({
            id: spec.id,
            classification: plan.classification,
            parts: plan.parts,
            waves: plan.waves,
            delay: planDelay(spec, plan),
            forecast: seen,
            warnings,
          });
        for (const warning of warnings) tell(`warning: ${warning.message}`);
        print(planText(spec, plan, seen));
      });
    });

async function planned(client: GraywaveClient, spec: ChangeSpec): Promise<ChangePlan> {
  const options = {
    workflowId: `preview/${spec.id}/${randomUUID()}`,
    taskQueue: changeQueue,
    args: [spec],
    workflowExecutionTimeout: within,
  };
  const answer = await client.temporal.workflow.execute('preview', options).then(
    (told: Preview) => told,
    (error: unknown) => {
      if (!(error instanceof WorkflowFailedError)) throw asGraywave(error, spec.id);
      throw new GraywaveError('NOT_ANSWERED', `No worker planned change ${spec.id} within ${within}.`, {
        cause: error,
      });
    },
  );
  if (!answer.ok) throw new GraywaveError('PLAN_REFUSED', answer.reason);
  return answer.plan;
}

function planText(spec: ChangeSpec, plan: ChangePlan, seen: Forecast[]): string {
  const { classification: its } = plan;
  const { controls } = its;
  const lines = [
    `${pc.bold(spec.id)}: ${spec.title}`,
    '',
    `level ${its.level}: ${[...its.floors.map((floor) => `at least ${floor.level}, ${floor.why}`), `expected loss ${percent(10 ** its.score)} of a month's error budget`].join('; ')}`,
    ...its.contributions.map((item) => `  ${item.effect >= 0 ? '+' : ''}${item.effect.toFixed(2)}  ${item.why}`),
    `controls: α ${controls.alpha}, β ${controls.beta}${controls.approval ? ', a person must approve first' : ''}; without proof: ${onInconclusiveOf(spec, controls)}; source broken: ${onErrorOf(spec, controls)}`,
    '',
    pc.bold('touches'),
    ...plan.parts.flatMap(({ part, plan: answer }) => answer.preview.map((line) => `  ${part.name}: ${line}`)),
    '',
    pc.bold('waves'),
    table([
      ['', '  changed', 'bake', 'targets'],
      ...plan.waves.map((wave) => [
        `  ${wave.index} ${wave.name}`,
        `  ${percent(wave.changedShare)}`,
        `${span(wave.bake.minSeconds * 1000)} to ${span(wave.bake.maxSeconds * 1000)}`,
        `${Object.values(wave.targets).flat().join(' ')}${wave.gate === null ? '' : `  (approval first: ${wave.gate})`}`,
      ]),
    ]),
    ...plan.waves.map((wave) => `  ${wave.index}: ${wave.why}`),
    '',
    pc.bold('watched'),
    ...watchedText(plan, seen, planDelay(spec, plan)),
    '',
    pc.bold('a rollback would'),
    ...plan.parts.map(({ part, plan: answer }) =>
      answer.reversible
        ? `  take ${part.name} back on every changed target (${percent(spec.rollback.batchShare)} of them together), read it back, and watch for ${span(spec.rollback.observeSeconds * 1000)}`
        : pc.yellow(`  NOT be able to take ${part.name} back`),
    ),
    `  be over ${span(spec.rollback.deadlineSeconds * 1000)} after it began; what is not restored by then is taken out of service and said so`,
  ];
  return lines.join('\n');
}
