import { parseArgs } from 'node:util';
import { messageOf } from '../../src/errors.js';
import { startFleet } from './start.js';

const { values } = parseArgs({
  options: {
    state: { type: 'string', default: '.graywave/fleet' },
    port: { type: 'string', default: '0' },
    'edge-port': { type: 'string', default: '0' },
    fleet: { type: 'string' },
  },
});

/** The example fleet in the foreground, until Ctrl-C. */
try {
  const fleet = await startFleet({
    stateDir: values.state,
    port: Number(values.port),
    edgePort: Number(values['edge-port']),
    ...(values.fleet === undefined ? {} : { fleetFile: values.fleet }),
  });
  console.log(`supervisor ${fleet.url}\nshop       ${fleet.edgeUrl}/checkout/`);
  const waiting = setInterval(() => undefined, 60_000);
  const stop = (): void => {
    clearInterval(waiting);
    fleet.stop().catch((error: unknown) => {
      console.error(messageOf(error));
      process.exitCode = 1;
    });
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
