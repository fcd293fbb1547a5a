import { callJson } from '../../src/drivers/process/call.js';
import type { Driver, Kit } from '../../src/drivers/driver.js';
import type { Found, RevertRequest, TouchOutcome } from '../../src/drivers/protocol.js';
import { GraywaveError } from '../../src/errors.js';
import type { Json, PartSpec } from '../../src/spec/types.js';
import { settingIds } from './names.js';
import type { Setting, SettingAnswer, SettingRequest } from './settings.js';

const limitMs = 5_000;

/** Sets settings in their own program: the part of a change that is no process. */
export function settingDriver(url: string): Driver {
  const read = async (ids: string[], signal: AbortSignal): Promise<Setting[]> => {
    const { json } = await callJson(url, { timeoutMs: limitMs, signal });
    const all = new Map((json as Setting[]).map((setting) => [setting.id, setting]));
    return ids.flatMap((id) => all.get(id) ?? []);
  };
  const touch = (id: string, request: SettingRequest, kit: Kit): Promise<TouchOutcome> =>
    kit.touch(id, async () => {
      const { status, json } = await callJson(`${url}/${id}`, {
        method: 'PUT',
        body: request,
        timeoutMs: limitMs,
        signal: kit.signal,
      });
      if (status !== 200) throw new GraywaveError('TARGET_DOWN', `the settings answered ${status} for ${id}`);
      const answer = json as SettingAnswer;
      if ('outcome' in answer) return answer.outcome;
      const code = answer.refused === 'stale' ? 'TOUCH_STALE' : 'WORLD_CHANGED';
      throw new GraywaveError(code, `${id} is refused: it has ${answer.found}`);
    });
  const restore = (id: string, { part, before, drain, grant }: RevertRequest, kit: Kit): Promise<TouchOutcome> => {
    const { key, epoch } = grant;
    const was = valueOf(before[id]);
    const request = drain ? { value: null, key, epoch } : { value: was, key, epoch, expect: [was, wanted(part)] };
    return touch(id, request, kit);
  };
  return {
    name: 'setting',
    plan: async ({ part }, { signal }) => {
      const service = part.with.service as string;
      const settings = await read(settingIds(service), signal);
      return {
        targets: settings.map(({ id }) => ({ id, labels: {}, share: 1 / settings.length })),
        reversible: true,
        resources: [`setting:${service}`],
        before: Object.fromEntries(settings.map(({ id, value }) => [id, { value }])),
        preview: settings.map(({ id, value }) => `${id}: ${value} → ${wanted(part)}`),
      };
    },
    apply: async ({ part, targets, before, grant: { key, epoch } }, kit) => {
      const answer = [];
      for (const id of targets) {
        const request = { value: wanted(part), key, epoch, expect: [valueOf(before[id]), wanted(part)] };
        answer.push({ id, outcome: await touch(id, request, kit) });
      }
      return { targets: answer };
    },
    verify: async ({ part, targets, before }, { signal }) => ({
      targets: (await read(targets, signal)).map(({ id, value, inUse }) => {
        const known: Found = value === wanted(part) ? 'after' : value === valueOf(before[id]) ? 'before' : 'other';
        return { id, found: inUse ? known : 'other', detail: inUse ? value : 'out of use' };
      }),
    }),
    revert: async (request, kit) => {
      const answer = [];
      for (const id of request.targets) answer.push({ id, outcome: await restore(id, request, kit) });
      return { targets: answer };
    },
  };
}

const wanted = (part: PartSpec): string => part.with.value as string;
const valueOf = (before: Json | undefined): string => (before as { value: string }).value;
