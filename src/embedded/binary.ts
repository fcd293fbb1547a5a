import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { access, constants, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { GraywaveError, messageOf } from '../errors.js';

const run = promisify(execFile);
/** Newest tag of the CLI that `go install` accepts; later ones have a replace directive, which it refuses. */
const cliTag = 'v1.5.1';
const oldestGo = [1, 25] as const;

/** Where Graywave keeps what is slow to get: `GRAYWAVE_CACHE`, else the user's cache directory. */
export const cacheDir = (): string =>
  process.env.GRAYWAVE_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'graywave');

async function isRunnable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    // Not there, or not ours to run: the next place may have one.
    return false;
  }
}

/** The Temporal server binary, where one is at hand without fetching or building anything. */
export async function foundBinary(): Promise<string | null> {
  const named = process.env.TEMPORAL_CLI_PATH;
  if (named) {
    if (await isRunnable(named)) return named;
    throw new GraywaveError('TEMPORAL_BINARY', `TEMPORAL_CLI_PATH is ${named}, and there is no program to run there.`);
  }
  const onPath = (process.env.PATH ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((dir) => join(dir, 'temporal'));
  for (const path of [...onPath, join(cacheDir(), 'bin', 'temporal')]) if (await isRunnable(path)) return path;
  return null;
}

/** Finds the Temporal server binary, or gets it into the cache: the SDK's download first, else built with Go. */
export async function temporalBinary(tell: (line: string) => void): Promise<string> {
  const found = await foundBinary();
  if (found) return found;
  const bin = join(cacheDir(), 'bin');
  await mkdir(bin, { recursive: true });
  const wanted = join(bin, 'temporal');
  const failures: string[] = [];
  for (const [what, get] of ways) {
    try {
      tell(`No Temporal server found; ${what} (once, into ${bin}) …`);
      await rename(await get(bin), wanted);
      return wanted;
    } catch (error) {
      failures.push(`${what}: ${messageOf(error)}`);
    }
  }
  throw new GraywaveError('TEMPORAL_BINARY', `No Temporal server binary. Tried:\n  ${failures.join('\n  ')}`);
}

const ways: [string, (bin: string) => Promise<string>][] = [
  ['downloading the one that fits the SDK', downloaded],
  ['building it with Go, which takes some minutes', built],
];

/** The SDK fetches its dev server when it starts one; it is started once, stopped, and kept. */
async function downloaded(bin: string): Promise<string> {
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  const dir = join(bin, `download-${randomUUID()}`);
  await mkdir(dir);
  const environment = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'cached-download', downloadDir: dir } },
  }).catch(async (error: unknown) => {
    await rm(dir, { recursive: true, force: true });
    throw error;
  });
  await environment.teardown();
  const [name] = await readdir(dir);
  if (!name) throw new Error('the download left no file');
  return join(dir, name);
}

async function built(bin: string): Promise<string> {
  const { stdout } = await run('go', ['env', 'GOVERSION']).catch(() => {
    throw new Error('no Go toolchain on the PATH');
  });
  const [major = 0, minor = 0] = (stdout.match(/\d+/g) ?? []).map(Number);
  if (major < oldestGo[0] || (major === oldestGo[0] && minor < oldestGo[1])) {
    throw new Error(`Go ${major}.${minor} is older than ${oldestGo.join('.')}`);
  }
  const dir = join(bin, `build-${randomUUID()}`);
  await mkdir(dir);
  const child = spawn('go', ['install', `github.com/temporalio/cli/cmd/temporal@${cliTag}`], {
    env: { ...process.env, GOBIN: dir },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-2_000);
  });
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`go install ended with ${String(code)}: ${errors.trim().split('\n').at(-1) ?? ''}`);
  return join(dir, 'temporal');
}
