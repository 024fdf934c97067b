#!/usr/bin/env node
/**
 * What `npm start`, `npm test` and `npm run demo` run first: installs what is missing, builds what changed, then hands over.
 * Plain JavaScript without dependencies, because nothing is installed yet when it runs.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [command = 'start', ...args] = process.argv.slice(2);

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  fail(`presend needs Node 20.19 or newer; this is ${process.versions.node}`);
}

function fail(message) {
  process.stderr.write(`presend: ${message}\n`);
  process.exit(1);
}

function hashOf(paths) {
  const hash = createHash('sha256').update(process.versions.modules);
  for (const path of paths) hash.update(relative(root, path)).update(readFileSync(path));
  return hash.digest('hex');
}

/** Runs `make` unless the stamp file says it was done for exactly this input; writes the stamp after. */
function once(stamp, input, what, make) {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === input) return;
  process.stderr.write(`presend: ${what} …\n`);
  make();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, input);
}

function run(program, parameters) {
  const windows = process.platform === 'win32';
  const { status, error, signal } = spawnSync(program, parameters, {
    cwd: root,
    // Progress belongs to the person, standard output to the command's own result.
    stdio: ['ignore', 2, 2],
    shell: windows,
  });
  if (error) fail(`${program} cannot be run: ${error.message}`);
  if (status !== 0)
    fail(`"${program} ${parameters.join(' ')}" failed (${signal ?? `exit code ${status}`}); see above`);
}

function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .toSorted();
}

function install() {
  const inputs = ['package.json', 'package-lock.json']
    .map((file) => join(root, file))
    .filter((file) => existsSync(file));
  once(join(root, 'node_modules/.presend-installed'), hashOf(inputs), 'installing dependencies', () =>
    run('npm', ['ci', '--include=dev', '--no-fund', '--no-audit', '--loglevel=error']),
  );
}

function build() {
  const inputs = [
    ...filesUnder(join(root, 'src')),
    join(root, 'tsconfig.json'),
    join(root, 'package-lock.json'),
  ];
  once(join(root, 'dist/.presend-built'), hashOf(inputs), 'building', () => {
    rmSync(join(root, 'dist'), { recursive: true, force: true });
    run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'src/tsconfig.json']);
    for (const config of ['src/bundle/vite.config.mjs', 'src/web/vite.config.ts']) {
      const vite = join(root, 'node_modules/vite/bin/vite.js');
      run(process.execPath, [vite, 'build', '--config', config, '--logLevel', 'warn']);
    }
  });
  linkCommand();
}

/** Makes `npx presend …` work from the repository's root. */
function linkCommand() {
  if (process.platform === 'win32') return;
  chmodSync(join(root, 'dist/main.js'), 0o755);
  const link = join(root, 'node_modules/.bin/presend');
  if (lstatSync(link, { throwIfNoEntry: false })) return;
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync('../../dist/main.js', link);
}

install();
build();
if (command === 'install') process.exit(0);

const vitest = (config) => [
  'node_modules/vitest/vitest.mjs',
  'run',
  '--root',
  root,
  '--config',
  config,
  ...args,
];

function target() {
  if (command === 'test') return vitest('test/vitest.config.ts');
  // Benchmarks are TypeScript beside the tests.
  if (command === 'bench') return ['--import', 'tsx', join('test/bench', `${args[0]}.ts`), ...args.slice(1)];
  // So are the long forms of the tests that prove what the gate promises; some areas have one more, named by the next word.
  if (command === 'prove') {
    const [area, word, ...rest] = args;
    const more = join('test', area, `${word}-long.ts`);
    if (/^[a-z]+$/.test(word ?? '') && existsSync(join(root, more)))
      return ['--import', 'tsx', more, ...rest];
    return ['--import', 'tsx', join('test', area, 'long.ts'), ...args.slice(1)];
  }
  return [join(root, 'dist/main.js'), command, ...args];
}

const own = ['test', 'bench', 'prove'].includes(command);
// Where the lists of tests write what failed: said again at the end, since of a long log often only that is kept.
const failures = join(root, 'node_modules/.cache/presend-test-failures.txt');
if (command === 'test') {
  mkdirSync(dirname(failures), { recursive: true });
  rmSync(failures, { force: true });
}
// glibc keeps what large mails took once, in a heap for each thread, unless told to give it back (mallopt(3)).
const memory = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '262144' };
const start = (parameters) =>
  spawn(process.execPath, parameters, {
    stdio: 'inherit',
    cwd: own ? root : process.cwd(),
    env: { ...memory, ...(command === 'test' ? { PRESEND_TEST_FAILURES: failures } : {}), ...process.env },
  });
let child = start(target());
// What says most of a store runs on PostgreSQL as well; there are programs of it for this platform only.
const second =
  command === 'test' && args.length === 0 && process.platform === 'linux' && process.arch === 'x64'
    ? vitest('test/vitest.postgres.config.ts')
    : null;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
// A signal to npm ends npm and its shell, not what they started: when they are gone, the gate stops too.
const parent = process.ppid;
const orphaned = setInterval(() => {
  if (process.ppid === parent) return;
  clearInterval(orphaned);
  child.kill('SIGTERM');
}, 500).unref();
child.on('exit', (code, signal) => {
  const failed = signal ? 1 : (code ?? 1);
  if (second === null || signal) end(failed);
  child = start(second);
  child.on('exit', (its) => end(failed || (its ?? 1)));
});

function end(code) {
  if (command === 'test' && code !== 0 && existsSync(failures)) process.stderr.write(readFileSync(failures));
  process.exit(code);
}
