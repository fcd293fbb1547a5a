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
  leave?: boolean;
}

/** The commands by which a person steers a running change; each is an update, so it says what came of it. */
export function steerCommands(): Command[] {
  return [
    steer(
      'pause',
      'Stop before the next wave; what is changed stays changed and watched',
      (id, request) => (client) => client.pause(id, request),
    ),
    steer('resume', 'Go on after a pause', (id, request) => (client) => client.resume(id, request)),
    steer(
      'approve',
      'Pass the manual gate that the change waits for',
      (id, request) => (client) => client.approve(id, request),
    ),
    steer(
      'abort',
      'Stop now and roll back; with --leave the world stays as it is',
      (id, request, { leave = false }) => {
        if (leave) reasonOf(request, 'abort --leave');
        return (client) => client.abort(id, { ...request, leave });
      },
    )
      .option('--leave', 'end with the world half changed, on record as not restored; needs --reason')
      .addHelpText('after', '  $ graywave abort checkout-v2 --leave --reason "v2 is what we need tonight"'),
    steer('adopt', 'Take what a hand has changed as it is, and go on with the rest; needs --reason', (id, request) => {
      const reason = reasonOf(request, 'adopt');
      return (client) => client.adopt(id, { ...request, reason });
    }),
    steer(
      'promote',
      'End the current bake as if passed, unless one last look proves harm',
      (id, request, { all = false }) =>
        (client) =>
          client.promote(id, { ...request, all }),
    ).option('--all', 'the rest of the waves too'),
    steer('extend', 'Lengthen the current bake', (id, request, _options, by) => {
      const more = seconds(by);
      return (client) => client.extend(id, { ...request, seconds: more });
    }).argument('<duration>', 'how much longer, for example 10m'),
  ];
}

/** Reads what was typed before anybody is asked; what it answers asks. */
type Read = (
  id: string,
  request: Request,
  options: Options,
  extra: string,
) => (client: GraywaveClient) => Promise<Answer>;

function steer(name: string, description: string, read: Read): Command {
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
      const ask = read(id, { by: options.by, ...(options.reason ? { reason: options.reason } : {}) }, options, extra);
      await withClient(async (client) => {
        const answer = await ask(client);
        if (options.json) printJson(answer);
        else print(answer.text);
        if (!answer.done) exitWith('refused');
      });
    });
}

function reasonOf({ reason }: Request, what: string): string {
  if (reason) return reason;
  throw new GraywaveError('USAGE', `${what} needs --reason <text>: it stands in the record of the change.`);
}

function seconds(text: string): number {
  const value = durationSeconds(text);
  if (value === null) throw new GraywaveError('USAGE', `"${text}" is no duration; write for example 90s, 10m or 2h.`);
  return value;
}
