import type { WrittenWave } from '../spec/schema.js';
import { durationText } from '../spec/units.js';
import type { Field } from './field.js';
import type { ChangeFragment } from './types.js';

const mostWaves = 50;
const unlike: Record<string, [why: string, instead: string]> = {
  match: ['who gets the new version is the business of a driver', 'a driver that routes by header or cookie'],
  sessionAffinity: ['who gets the new version is the business of a driver', 'a driver that routes by cookie'],
  mirror: ['mirrored traffic has no answers that anybody sees', 'a first wave of one target'],
  mirrorWeight: ['mirrored traffic has no answers that anybody sees', 'a first wave of one target'],
  webhooks: ['a change calls nobody while it is watched', 'a gate, a driver of your own, or a step of the pipeline'],
  alerts: ['channels stand in the configuration of the worker', 'notify: of the worker (docs/notify.md)'],
  primaryReadyThreshold: ['when instances are ready is the business of a driver', 'the settings of the driver'],
  canaryReadyThreshold: ['when instances are ready is the business of a driver', 'the settings of the driver'],
  stepWeightPromotion: ['the last wave changes what is left at once', 'more waves before the last'],
};

/** Weights of a Flagger analysis as waves, each watched for one interval; iterations as one long bake. */
export function flaggerWaves(analysis: Field): ChangeFragment {
  for (const [key, field] of analysis.entries()) {
    const [why, instead] = unlike[key] ?? [];
    if (why !== undefined && instead !== undefined) field.left(why, instead);
  }
  const interval = Math.max(1, analysis.get('interval').carried('waves[].bake').seconds() ?? 60);
  const bake = (times: number): WrittenWave['bake'] => {
    const text = durationText(Math.min(14 * 86_400, interval * times));
    return { min: text, max: text };
  };
  const iterations = analysis.get('iterations').carried('bake').number();
  if (iterations !== undefined && iterations >= 1) {
    analysis.leaveEach(['stepWeight', 'stepWeights', 'maxWeight'], 'with iterations weights are not used', 'nothing');
    const whole = bake(iterations);
    return whole === undefined ? {} : { bake: whole };
  }
  const weights = weightsOf(analysis).slice(0, mostWaves - 1);
  if (weights.length === 0) return {};
  const waves: WrittenWave[] = weights.map((weight) => ({ to: `${weight}%`, bake: bake(1) }));
  if (weights.at(-1) !== 100) waves.push({ to: '100%' });
  return { waves };
}

function weightsOf(analysis: Field): number[] {
  const most = Math.min(100, analysis.get('maxWeight').carried('waves[].to').number() ?? 100);
  const listed = analysis.get('stepWeights');
  if (listed.there) {
    listed.carried('waves[].to');
    return listed.items().flatMap((one) => {
      const weight = one.number() ?? 0;
      return weight > 0 && weight <= most ? [weight] : [];
    });
  }
  const step = analysis.get('stepWeight').carried('waves[].to').number() ?? 0;
  if (step <= 0) return [];
  const weights = Array.from({ length: Math.floor(most / step) }, (_, i) => Number(((i + 1) * step).toPrecision(6)));
  return weights.length === 0 || (weights.at(-1) ?? 0) < most ? [...weights, most] : weights;
}
