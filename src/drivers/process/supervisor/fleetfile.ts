import { readFileSync } from 'node:fs';
import { isNode, LineCounter, parseDocument, type Document } from 'yaml';
import { z } from 'zod';
import { GraywaveError, messageOf, type Place } from '../../../errors.js';

const name = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be lower-case letters, digits and dashes');
const command = z.array(z.string().min(1)).min(1);
const env = z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/), z.coerce.string()).default({});

const version = z.strictObject({ command: command.optional(), env });

const service = z
  .strictObject({
    instances: z.union([
      z.int().min(1).max(200),
      z
        .array(z.strictObject({ zone: name }))
        .min(1)
        .max(200),
    ]),
    /** argv of every version that has none of its own. `{node}` and `{programs}` are filled in by the supervisor. */
    command: command.optional(),
    env,
    versions: z.record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/), version.nullable()),
    /** The version the slots start with. */
    initial: z.string(),
    health: z.string().startsWith('/').default('/healthz'),
    /** False: reached by nobody (it fetches its work itself), so it has no place in the routing table. */
    routed: z.boolean().default(true),
    /** True: gets the routing table by `PUT /routes`. */
    router: z.boolean().default(false),
    /** Only with one instance; 0 = any free one. */
    port: z.int().min(0).max(65535).default(0),
  })
  .superRefine((it, context) => {
    const count = typeof it.instances === 'number' ? it.instances : it.instances.length;
    if (it.versions[it.initial] === undefined) {
      const known = Object.keys(it.versions).join(', ');
      context.addIssue({ code: 'custom', path: ['initial'], message: `is not one of the versions: ${known}` });
    }
    for (const [key, one] of Object.entries(it.versions)) {
      if (it.command === undefined && one?.command === undefined) {
        context.addIssue({ code: 'custom', path: ['versions', key], message: 'has no command, nor has the service' });
      }
    }
    if (it.port !== 0 && count > 1) {
      context.addIssue({ code: 'custom', path: ['port'], message: 'a fixed port allows one instance only' });
    }
  });

const fleet = z.strictObject({
  name,
  zones: z.array(name).min(1).default(['a', 'b']),
  /** How long a new process may take until its health page answers. */
  startSeconds: z.number().positive().max(300).default(5),
  /** How long requests in flight may take before an old process is stopped. */
  graceSeconds: z.number().min(0).max(300).default(3),
  services: z.record(name, service),
});

export type FleetFile = z.output<typeof fleet>;
export type ServiceFile = FleetFile['services'][string];

/**
 * Reads what an operator says a fleet consists of. Commands come from here and from nowhere else: a change names a
 * version, never an executable.
 * @throws GraywaveError CONFIG_INVALID with the place in the file.
 */
export function readFleetFile(file: string): FleetFile {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new GraywaveError('CONFIG_INVALID', `cannot read the fleet file: ${messageOf(error)}`, { at: { file } });
  }
  return parseFleetFile(text, file);
}

export function parseFleetFile(text: string, file: string): FleetFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const broken = document.errors[0];
  if (broken !== undefined) {
    const { line, col } = lines.linePos(broken.pos[0]);
    throw new GraywaveError('CONFIG_INVALID', broken.message, { at: { file, line, column: col } });
  }
  const parsed = fleet.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = issue?.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : (issue?.path ?? []);
  const message = `fleet file: ${path.map(String).join('.') || 'the whole file'}: ${issue?.message ?? 'is not valid'}`;
  throw new GraywaveError('CONFIG_INVALID', message, { at: placeOf(document, lines, path, file) });
}

function placeOf(document: Document, lines: LineCounter, path: PropertyKey[], file: string): Place {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const node = document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) {
      const { line, col } = lines.linePos(node.range[0]);
      return { file, line, column: col };
    }
  }
  return { file, line: 1, column: 1 };
}
