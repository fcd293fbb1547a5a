// Set-up that every command of a clone does for itself: the locked install, then the build, each only when stale.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const oldestNode = [20, 3];
const tscPath = join(root, 'node_modules', 'typescript', 'bin', 'tsc');

export async function setUp(tell = (line) => process.stderr.write(`${line}\n`)) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
    fail(`Graywave needs Node ${oldestNode.join('.')} or newer; this is ${process.versions.node}.`);
  }
  install(tell);
  await build(tell);
}

function install(tell) {
  const stamp = join(root, 'node_modules', '.graywave-install');
  const wanted = hashOf(['package-lock.json', 'package.json']);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const modules = join(root, 'node_modules');
  if (existsSync(modules) && lstatSync(modules).isSymbolicLink()) {
    fail(
      `node_modules is a link to ${readlinkSync(modules)}; installing would empty that. Remove the link and try again.`,
    );
  }
  tell('Installing the locked dependencies (npm ci) …');
  command('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--include=dev']);
  writeFileSync(stamp, wanted);
}

async function build(tell) {
  const stamp = join(root, 'dist', '.graywave-build');
  const wanted = hashOf([
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.build.json',
    ...['src', 'examples', 'bench', 'faults'].flatMap(filesOf),
  ]);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  tell('Building …');
  // Built beside and moved in file by file, so that programs running from the last build never find a file missing.
  const next = join(root, `dist-${process.pid}`);
  try {
    command(process.execPath, [tscPath, '-p', 'tsconfig.build.json', '--outDir', next]);
    const bundler = pathToFileURL(join(root, 'node_modules', '@temporalio', 'worker', 'lib', 'index.js')).href;
    const { bundleWorkflowCode, DefaultLogger } = (await import(bundler)).default;
    const { code } = await bundleWorkflowCode({
      workflowsPath: join(next, 'src', 'workflows', 'index.js'),
      logger: new DefaultLogger('WARN'),
    });
    writeFileSync(join(next, 'src', 'workflow-bundle.js'), code);
    rmSync(stamp, { force: true });
    moveInto(next, join(root, 'dist'));
    writeFileSync(stamp, wanted);
  } finally {
    rmSync(next, { recursive: true, force: true });
  }
}

function moveInto(from, to) {
  mkdirSync(to, { recursive: true });
  const fresh = new Set(readdirSync(from));
  for (const name of readdirSync(to)) if (!fresh.has(name)) rmSync(join(to, name), { recursive: true, force: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (entry.isDirectory()) moveInto(join(from, entry.name), join(to, entry.name));
    else renameSync(join(from, entry.name), join(to, entry.name));
  }
}

function filesOf(dir) {
  return readdirSync(join(root, dir), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

function hashOf(paths) {
  const hash = createHash('sha256').update(process.versions.modules);
  for (const path of paths) {
    const file = path.startsWith(root) ? path : join(root, path);
    hash.update(file.slice(root.length)).update(readFileSync(file));
  }
  return hash.digest('hex');
}

function command(name, args) {
  const { status, signal, error } = spawnSync(name, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (error) fail(`${name} could not be started: ${error.message}`);
  if (status !== 0) fail(`${name} ${args.join(' ')} ended with ${signal ?? status}; see the lines above.`);
}

function fail(text) {
  process.stderr.write(`${text}\n`);
  process.exit(1);
}
