import { z } from 'zod';
import * as field from './fields.js';
import { serviceName, signal } from './signals.js';

/**
 * A change as people write it. Only shapes and units are checked here; what refers to what is checked in
 * `relations.ts`, and `normalise.ts` fills in the defaults that the descriptions promise.
 */
const day = 86_400;

const bake = (description: string) =>
  field
    .shape({
      min: field.duration({ description: 'Not promoted before this, however good the evidence.' }, 1, 14 * day),
      max: field.duration(
        { description: 'The bake ends here with the verdict that the evidence allows.' },
        1,
        14 * day,
      ),
    })
    .meta({ description, examples: [{ min: '30s', max: '10m' }] });

const to = z
  .union(
    [
      field.share({ description: 'Share of the targets.', examples: ['25%'] }),
      field.whole('a number of targets', 1, 1_000_000, { description: 'Number of targets.', examples: [2] }),
    ],
    { error: 'a share above 0% and up to 100%, such as 25%, or a whole number of targets, such as 2' },
  )
  .meta({ description: 'Targets changed when this wave is done, those of earlier waves included. Rounded up.' });

const wave = field.shape({
  name: field.optionalName({ description: 'Default: wave-1, wave-2 …' }),
  to,
  where: field
    .labels({
      description: 'Only targets with all of these labels; `to` then counts within them.',
      examples: [{ zone: 'a' }],
    })
    .optional(),
  bake: bake('How long this wave is watched. Default: `bake` of the change.').optional(),
});

const wavesExpected = 'auto, or a list of at least one wave';
const waves = z
  .union([z.literal('auto', { error: wavesExpected }), field.filledList(wave, wavesExpected, 50)], {
    error: wavesExpected,
  })
  .meta({
    description:
      'auto: sizes from the traffic, the targets and the level, small first. Or a list whose last wave reaches 100%.',
    default: 'auto',
  });

const part = field.shape({
  name: field.optionalName({ description: 'Default: the name of its driver.' }),
  driver: field.name({ description: 'A driver that a worker serves.', examples: ['process', 'file'] }),
  with: z
    .record(z.string(), z.unknown(), { error: 'a map' })
    .meta({ description: 'What the driver needs to know; checked by the driver when the change is planned.' })
    .optional(),
});

const expectation = field.shape({
  signal: field.name({ description: 'Name of a signal of this change.' }),
  shift: field.shift({
    description: 'Up to this much is no alarm: of the latency, or of the bad share.',
    examples: ['+10%'],
  }),
});

const gate = field.shape({
  beforeWave: field.whole('the number of a wave, 1 for the first', 1, 1000, {
    description: '1 = before anything is touched.',
  }),
  reason: field.line('a reason of one line', { description: 'What the person should look at.' }),
});

export const change = field
  .shape({
    apiVersion: field.oneOf(['graywave/v1'], { description: 'Version of this format.' }),
    kind: field.oneOf(['Change'], { description: 'What the file describes.' }),
    id: field.text(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'an id of lower-case letters, digits, . - and _, at most 63', {
      description:
        'Names this change for ever: submitted again, a running one is joined and an ended one answers its end.',
      examples: ['checkout-v2'],
    }),
    title: field.line('a title of one line', { description: 'For people. Default: the id.' }).optional(),
    owner: field.line('the team or person that answers for this change', {
      description: 'Who answers for it and is called when it needs somebody.',
      examples: ['team-checkout'],
    }),
    type: field
      .oneOf(['deploy', 'config', 'flag', 'schema', 'infra', 'traffic', 'experiment'], {
        description: 'Kind of change; the level builds on how often this kind goes wrong. Default: deploy.',
        default: 'deploy',
      })
      .optional(),
    tier: z
      .literal([0, 1, 2, 3], { error: 'a tier: 0 (most critical), 1, 2 or 3' })
      .meta({ description: 'How critical the services are, 0 most. Default: 1.', default: 1 })
      .optional(),
    services: field.filledList(serviceName('A service.'), 'a list of at least one service', 100).meta({
      description: 'Services that this change touches; the first is what signals look at.',
      examples: [['checkout']],
    }),
    labels: field.labels({ description: 'For search and policy; nothing is decided by them here.' }).optional(),
    parts: field
      .filledList(part, 'a list of at least one part', 20)
      .meta({ description: 'One for each driver, applied in this order and reverted in reverse.' }),
    waves: waves.optional(),
    signals: field
      .list(signal, 'a list of signals', 50)
      .meta({ description: 'Without any, nothing can be proven: no wave is ever promoted early.' })
      .optional(),
    expect: field
      .list(expectation, 'a list of expected shifts', 50)
      .meta({ description: 'Shifts that this change is meant to cause.' })
      .optional(),
    bake: bake('How long each wave is watched. Default: what the level says.').optional(),
    onInconclusive: field
      .oneOf(['hold', 'advance', 'rollback'], {
        description: 'When a bake ends without proof. Default, and least strict: what the level says.',
      })
      .optional(),
    onError: field
      .oneOf(['hold', 'rollback'], {
        description: 'When the source is still broken at the end of a bake. Default: what the level says.',
      })
      .optional(),
    onBusy: field
      .oneOf(['wait', 'refuse'], {
        description: 'When another change is on the same resource: wait in its queue, or be refused. Default: wait.',
        default: 'wait',
      })
      .optional(),
    gates: field
      .list(gate, 'a list of gates', 50)
      .meta({ description: 'Waves before which a person must approve.' })
      .optional(),
    window: field
      .shape({
        notBefore: field
          .instant({
            description: 'No wave is touched before this instant.',
            examples: ['2026-11-21T09:00:00Z'],
          })
          .optional(),
      })
      .meta({ description: 'When the change may start. Default: now.' })
      .optional(),
    rollback: field
      .shape({
        deadline: field
          .duration(
            { description: 'By then the change has ended, restored or not. Default: 10m.', default: '10m' },
            10,
            day,
          )
          .optional(),
        batch: field
          .share({
            description:
              'Share of the changed targets reverted together: quick, but never all capacity at once. Default: 50%.',
            default: '50%',
          })
          .optional(),
        observe: field
          .duration({ description: 'How long the restored world is watched. Default: 30s.', default: '30s' }, 0, day)
          .optional(),
      })
      .meta({ description: 'How the change is taken back.' })
      .optional(),
  })
  .meta({
    title: 'Graywave change',
    description: 'One change: what is changed, in which waves, and what it is watched by.',
  });

export type WrittenChange = z.infer<typeof change>;
export type WrittenWave = z.infer<typeof wave>;
export type WrittenBake = z.infer<ReturnType<typeof bake>>;
