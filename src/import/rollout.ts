import type { WrittenWave } from '../spec/schema.js';
import { durationText } from '../spec/units.js';
import type { Field } from './field.js';
import type { ChangeFragment } from './types.js';

/** Steps of an Argo Rollout as waves, and pauses without an end as gates. */
export function wavesOf(rollout: Field): ChangeFragment {
  for (const [key, field] of rollout.get('spec').entries()) {
    if (key !== 'strategy') field.left('what runs, and where, is the business of a driver', 'parts: of the change');
  }
  const canary = rollout.get('spec', 'strategy', 'canary');
  const analysis = canary.get('analysis');
  analysis.get('args').left('arguments are put in when the file is imported', 'nothing, where a query shows the value');
  analysis.left('every wave is watched from its beginning to its end', 'signals: of the change');
  for (const [key, field] of canary.entries()) {
    if (key !== 'steps' && key !== 'analysis')
      field.left('how instances and traffic are moved is the business of a driver', 'parts: of the change');
  }
  rollout
    .get('spec', 'strategy', 'blueGreen')
    .left('there is no canary beside the old side', 'waves: [{ to: 100% }] with a bake');
  const waves: WrittenWave[] = [];
  const gates: { beforeWave: number; reason: string }[] = [];
  for (const step of canary.get('steps').items()) stepOf(step, waves, gates);
  const last = waves.at(-1);
  if (last === undefined) return {};
  if (last.to !== '100%') waves.push({ to: '100%' });
  return { waves, ...(gates.length === 0 ? {} : { gates }) };
}

function stepOf(step: Field, waves: WrittenWave[], gates: { beforeWave: number; reason: string }[]): void {
  for (const [key, field] of step.entries()) {
    if (key === 'setWeight') {
      const weight = field.number() ?? 0;
      const before = waves.at(-1);
      if (weight <= 0 || weight > 100 || (before !== undefined && weight <= percentOf(before)))
        field.left('a wave only adds to the waves before it', 'leave it out');
      else {
        field.carried('waves[].to');
        waves.push({ to: `${weight}%` });
      }
    } else if (key === 'pause') pauseOf(field, waves, gates);
    else
      field.left(
        'a wave is applied, verified and watched; there are no other steps',
        'signals, gates, or a part of its own',
      );
  }
}

function pauseOf(field: Field, waves: WrittenWave[], gates: { beforeWave: number; reason: string }[]): void {
  const seconds = field.get('duration').seconds();
  const wave = waves.at(-1);
  if (seconds === undefined) {
    const beforeWave = waves.length + 1;
    if (wave?.to === '100%') return void field.left('nothing comes after it', 'a gate before the last wave');
    if (!gates.some((gate) => gate.beforeWave === beforeWave))
      gates.push({ beforeWave, reason: 'the rollout waited here for a person' });
    field.carried('gates[]');
  } else if (wave === undefined || seconds < 1) {
    field.left('nothing is changed yet that could be watched', 'window: { notBefore: … }');
  } else {
    const text = durationText(seconds);
    wave.bake = { min: text, max: text };
    field.get('duration').carried('waves[].bake');
  }
}

const percentOf = ({ to }: WrittenWave): number => (typeof to === 'string' ? Number(to.replace('%', '')) : 0);
