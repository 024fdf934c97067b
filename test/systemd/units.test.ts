import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'systemd');
const units = readdirSync(folder).filter((name) => /\.(?:service|socket|timer)$/.test(name));
const services = units.filter((name) => name.endsWith('.service'));
const missing = spawnSync('systemd-analyze', ['--version']).status !== 0;

const analyze = (...args: string[]) =>
  spawnSync('systemd-analyze', [...args, '--no-pager'], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });

/** The units with programs that exist here: where they are installed is not part of what is verified. */
function installed(): string {
  const copy = mkdtempSync(join(tmpdir(), 'presend-units-'));
  for (const name of units) {
    const text = readFileSync(join(folder, name), 'utf8')
      .replaceAll('/usr/bin/node', process.execPath)
      .replaceAll('/usr/local/bin/llama-server', process.execPath)
      .replaceAll('/opt/vllm/bin/vllm', process.execPath)
      .replaceAll('/opt/presend', root);
    writeFileSync(join(copy, name), text);
  }
  const dropIns = join(copy, 'llama-server.service.d');
  mkdirSync(dropIns);
  copyFileSync(join(folder, 'gpu.conf'), join(dropIns, 'gpu.conf'));
  return copy;
}

test.skipIf(missing)('systemd finds nothing to say about the units', () => {
  const copy = installed();
  const { status, stdout, stderr } = analyze('verify', ...units.map((name) => join(copy, name)));
  // What this machine's own units have to complain of names their own files.
  const about = `${stdout}${stderr}`
    .split('\n')
    .filter((line) => line.includes('presend-units-') || /presend|llama|vllm/.test(line));
  expect(about).toEqual([]);
  expect(status).toBe(0);
});

test.skipIf(missing).each(services)('%s is exposed 1.5 at most, as systemd rates it', (name) => {
  const { status, stdout } = analyze('security', '--offline=true', '--threshold=15', join(folder, name));
  expect(status, stdout).toBe(0);
});

test.skipIf(missing)('a service without a sandbox would be noticed', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'presend-bare-')), 'bare.service');
  writeFileSync(file, '[Service]\nExecStart=/bin/true\n');
  expect(analyze('security', '--offline=true', '--threshold=15', file).status).not.toBe(0);
});

test('every timer has its service, every service that runs presend names a command there is', () => {
  for (const name of units.filter((one) => one.endsWith('.timer'))) {
    expect(services).toContain(name.replace('.timer', '.service'));
  }
  const help = spawnSync(process.execPath, [join(root, 'dist/main.js'), '--help'], {
    encoding: 'utf8',
  }).stdout;
  for (const name of services) {
    const command = /main\.js (\S+)/.exec(readFileSync(join(folder, name), 'utf8'))?.[1];
    if (command !== undefined) expect(help).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
  }
});
