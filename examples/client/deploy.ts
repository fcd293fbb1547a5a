/**
 * A deploy pipeline's last step: submits a release of `checkout`, follows it, and acts on how it ended.
 *
 *     node dist/examples/client/deploy.js ID VERSION
 *
 * In a project of its own the import is `from 'graywave'`.
 */
import { type ChangeStatus, GraywaveClient, GraywaveError, SpecError } from '../../src/client/index.js';

const [id, version] = process.argv.slice(2);
if (!id || !version) {
  console.error('usage: node deploy.js ID VERSION');
  process.exit(2);
}

const change = {
  apiVersion: 'graywave/v1',
  kind: 'Change',
  id,
  title: `Checkout ${version}`,
  owner: 'team-checkout',
  services: ['checkout'],
  parts: [{ driver: 'process', with: { fleet: 'example', service: 'checkout', version } }],
  waves: [
    { name: 'canary', to: '25%' },
    { name: 'all', to: '100%' },
  ],
  bake: { min: '5s', max: '15s' },
  signals: [
    { source: 'fleet', kind: 'errors' },
    { source: 'fleet', kind: 'latency' },
  ],
};

/** Connects as TEMPORAL_ADDRESS or TEMPORAL_PROFILE says, else to where `graywave up` runs in this directory. */
const graywave = await GraywaveClient.connect().catch(giveUp);
try {
  // The same change again joins the one that runs, so a pipeline that was killed simply runs this again.
  const { joined } = await graywave.submit(change, { by: 'pipeline' });
  console.log(joined ? `${id} was there already; following it.` : `${id} submitted.`);
  const end = await graywave.wait(id, {
    onStatus: ({ state, reason }) => console.log(`${state}: ${reason}`),
    onTrouble: ({ message }) => console.log(`${message} Still waiting.`),
  });
  process.exitCode = actOn(end);
} catch (error) {
  giveUp(error);
} finally {
  await graywave.close();
}

/** What comes next in the pipeline; the exit code. */
function actOn({ state, reason, rollback }: ChangeStatus): number {
  switch (state) {
    case 'completed':
      console.log(`${id} is live.`);
      return 0;
    case 'rolled_back':
    case 'intercepted':
    case 'cancelled':
      console.log(`${id} is not live, and the world is as before: ${reason}`);
      return 1;
    case 'not_restored':
      console.log(`${id} needs a person now: ${rollback?.left.map((target) => target.id).join(', ')}. ${reason}`);
      return 1;
    case 'planning':
    case 'waiting':
    case 'rolling_out':
    case 'paused':
    case 'rolling_back':
      throw new Error(`a change that has ended cannot be ${state}`);
    default:
      return state satisfies never;
  }
}

function giveUp(error: unknown): never {
  if (!(error instanceof GraywaveError)) throw error;
  console.error(`${error.code}: ${error.message}\n${error.hint}`);
  // A wrong spec stays wrong; everything else may be gone when the pipeline tries again.
  process.exit(error instanceof SpecError ? 2 : 3);
}
