/** Who this process is; the supervisor says so in its environment. */
export const self = {
  service: process.env['FLEET_SERVICE'] ?? 'service',
  instance: process.env['FLEET_INSTANCE'] ?? 'service-1',
  zone: process.env['FLEET_ZONE'] ?? 'a',
  version: process.env['FLEET_VERSION'] ?? 'v1',
  key: process.env['FLEET_KEY'] ?? '',
  epoch: Number(process.env['FLEET_EPOCH'] ?? 0),
  port: Number(process.env['FLEET_PORT'] ?? 0),
  edgeUrl: process.env['FLEET_EDGE_URL'] ?? '',
} as const;

/** A number from the environment, for knobs and faults. */
export function knob(name: string, otherwise: number): number {
  const text = process.env[name];
  if (text === undefined || text === '') return otherwise;
  const value = Number(text);
  if (!Number.isFinite(value)) throw new Error(`${name}=${text} is not a number`);
  return value;
}
