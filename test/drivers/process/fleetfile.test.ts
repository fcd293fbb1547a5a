import { describe, expect, test } from 'vitest';
import { parseFleetFile, readFleetFile } from '../../../src/drivers/process/supervisor/fleetfile.js';

const example = new URL('../../../examples/fleet/fleet.yaml', import.meta.url).pathname;

const file = (service: string): string => `name: shop\nservices:\n  web:\n${service}`;

test('the example fleet file is valid, and has 8 checkouts in two zones', () => {
  const { services, zones } = readFleetFile(example);
  expect(zones).toEqual(['a', 'b']);
  expect(services['checkout']).toMatchObject({ instances: 8, initial: 'v1', routed: true, health: '/healthz' });
});

describe('a mistake is shown with its place', () => {
  test.each([
    ['an unknown key', '    instances: 1\n    comand: [x]\n    initial: v1\n    versions: { v1: }\n', 5, /comand/],
    [
      'an unknown initial version',
      '    instances: 1\n    command: [x]\n    initial: v3\n    versions: { v1: }\n',
      6,
      /v1/,
    ],
    ['no command', '    instances: 1\n    initial: v1\n    versions:\n      v1: {}\n', 7, /no command/],
    ['too many instances', '    instances: 9000\n    command: [x]\n    initial: v1\n    versions: { v1: }\n', 4, /200/],
    ['broken YAML', '    instances: [1\n', 4, /flow/i],
  ])('%s', (_what, service, line, message) => {
    const read = (): unknown => parseFleetFile(file(service), 'fleet.yaml');
    expect(read).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) }));
    try {
      read();
    } catch (error) {
      expect(error).toMatchObject({ at: { file: 'fleet.yaml' } });
      expect((error as { at: { line: number } }).at.line).toBeGreaterThanOrEqual(line);
    }
  });

  test('a file that is not there', () => {
    expect(() => readFleetFile('/nowhere/fleet.yaml')).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });
});
