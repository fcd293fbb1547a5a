import { Command } from 'commander';
import type { GraywaveClient } from '../client/client.js';
import { GraywaveError } from '../errors.js';
import { durationSeconds } from '../spec/units.js';
import type { Answer, Request } from '../workflows/messages.js';
import { exitWith } from './exit.js';
import { byOption, jsonOption, print, printJson, withClient } from './session.js';

interface Options {
  by: string;
  reason?: string;
  json?: boolean;
  all?: boolean;
}

/** The commands by which a person steers a running change; each is an update, so it says what came of it. */
export function steerCommands(): Command[] {
  return [
    steer('pause', 'Stop before the next wave; what is changed stays changed and watched', (client, id, request) =>
      client.pause(id, request),
    ),
    steer('resume', 'Go on after a pause', (client, id, request) => client.resume(id, request)),
    steer('approve', 'Pass the manual gate that the change waits for', (client, id, request) =>
      client.approve(id, request),
    ),
    steer('abort', 'Stop now and roll back', (client, id, request) => client.abort(id, request)),
    steer(
      'promote',
      'End the current bake as if passed, unless one last look proves harm',
      (client, id, request, { all }) => client.promote(id, { ...request, all: all ?? false }),
    ).option('--all', 'the rest of the waves too'),
    steer('extend', 'Lengthen the current bake', (client, id, request, _options, by) =>
      client.extend(id, { ...request, seconds: seconds(by) }),
    ).argument('<duration>', 'how much longer, for example 10m'),
  ];
}

type Ask = (client: GraywaveClient, id: string, request: Request, options: Options, extra: string) => Promise<Answer>;

function steer(name: string, description: string, ask: Ask): Command {
  const example = name === 'extend' ? 'extend checkout-v2 10m' : `${name} checkout-v2`;
  return new Command(name)
    .description(description)
    .argument('<id>', 'change id')
    .addOption(byOption())
    .option('--reason <text>', 'why, for the record')
    .addOption(jsonOption())
    .addHelpText('after', `\nExamples:\n  $ graywave ${example} --reason "p99 looks odd"`)
    .action(async (id: string, ...rest: unknown[]) => {
      const extra = typeof rest[0] === 'string' ? rest[0] : '';
      const options = (typeof rest[0] === 'string' ? rest[1] : rest[0]) as Options;
      await withClient(async (client) => {
        const request: Request = { by: options.by, ...(options.reason ? { reason: options.reason } : {}) };
        const answer = await ask(client, id, request, options, extra);
        if (options.json) printJson(answer);
        else print(answer.text);
        if (!answer.done) exitWith('refused');
      });
    });
}

function seconds(text: string): number {
  const value = durationSeconds(text);
  if (value === null) throw new GraywaveError('USAGE', `"${text}" is no duration; write for example 90s, 10m or 2h.`);
  return value;
}
