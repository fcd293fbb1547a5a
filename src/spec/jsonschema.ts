import { z } from 'zod';
import { change } from './schema.js';

/** JSON Schema (draft 7, which editors understand) of the written form. References between names are not in it. */
export function changeJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(change, { io: 'input', target: 'draft-7' }) };
}
