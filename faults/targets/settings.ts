import { appendFileSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AppliedEntry } from '../../src/drivers/process/wire.js';
import { settingIds } from './names.js';

/** One setting as the target knows it. */
export interface Setting {
  id: string;
  value: string;
  key: string;
  epoch: number;
  inUse: boolean;
}

export interface SettingRequest {
  /** Null: take the setting out of use. */
  value: string | null;
  key: string;
  epoch: number;
  /** Compare-and-set: refused when it has none of these values. */
  expect?: string[];
}

export type SettingAnswer = { outcome: 'touched' | 'already' } | { refused: 'stale' | 'changed'; found: string };

/**
 * A target of another kind than processes, in a program of its own: settings that keep the newest epoch and the last
 * key, and a log of every effective touch. Unlike the fleet it takes the same value under another key as a touch of its
 * own, so a change applied twice shows.
 *
 * Arguments: the log's file, then the services.
 */
const [logFile = '', ...services] = process.argv.slice(2);
const log = openSync(logFile, 'a');
const settings = new Map<string, Setting>();
for (const service of services) {
  for (const id of settingIds(service)) settings.set(id, { id, value: 'v0', key: '', epoch: 0, inUse: true });
}

function touch(setting: Setting, { value, key, epoch, expect }: SettingRequest): SettingAnswer {
  if (epoch < setting.epoch) return { refused: 'stale', found: `epoch ${setting.epoch}` };
  if (setting.key === key) return { outcome: 'already' };
  if (expect && !expect.includes(setting.value)) return { refused: 'changed', found: setting.value };
  const verb = value === null ? 'drain' : 'put';
  const entry: AppliedEntry = {
    at: new Date().toISOString(),
    instance: setting.id,
    from: setting.value,
    to: value,
    key,
    epoch,
    verb,
  };
  writeSync(log, `${JSON.stringify(entry)}\n`);
  fsyncSync(log);
  Object.assign(setting, { key, epoch, inUse: value !== null, value: value ?? setting.value });
  return { outcome: 'touched' };
}

async function bodyOf(request: IncomingMessage): Promise<SettingRequest> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return JSON.parse(text) as SettingRequest;
}

async function answer(request: IncomingMessage): Promise<unknown> {
  if (request.method === 'GET') return [...settings.values()];
  const setting = settings.get(decodeURIComponent((request.url ?? '').slice(1)));
  if (!setting) throw new Error(`no setting ${request.url}`);
  const body = await bodyOf(request);
  const answered = touch(setting, body);
  if ('refused' in answered) {
    const line = { at: new Date().toISOString(), id: setting.id, key: body.key, epoch: body.epoch, ...answered };
    appendFileSync(`${logFile}.refused`, `${JSON.stringify(line)}\n`);
  }
  return answered;
}

const server = createServer((request, response) => {
  answer(request).then(
    (body) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
    (error: unknown) => response.writeHead(500).end(String(error)),
  );
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
// It ends with the program that started it, however that ends.
process.on('disconnect', () => process.exit());
