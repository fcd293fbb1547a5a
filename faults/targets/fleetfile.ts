import { stringify } from 'yaml';
import { instancesEach } from './names.js';

/** A version with hardly any requests: its bake ends without proof. */
export const quiet = (version: string): string => `${version}-quiet`;

const flags = ['--max-old-space-size=24', '--max-semi-space-size=1'];

/** The fleet file of a few services, all alike, with these versions. */
export const fleetFile = (name: string, services: string[], versions: string[], program: string): string =>
  stringify({
    name,
    // Many processes start at once on few cores.
    startSeconds: 60,
    graceSeconds: 1,
    services: Object.fromEntries(
      services.map((service) => [
        service,
        {
          instances: instancesEach,
          command: ['{node}', ...flags, program],
          initial: 'v0',
          versions: Object.fromEntries(
            ['v0', ...versions].flatMap((version): [string, object | null][] => [
              [version, null],
              [quiet(version), { env: { RATE: 0.4 } }],
            ]),
          ),
        },
      ]),
    ),
  });
