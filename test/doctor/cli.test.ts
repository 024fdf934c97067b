import { execFile } from 'node:child_process';
import { chmodSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import type { Result } from '../../src/doctor/check.ts';
import { startGate } from '../support/gate.ts';
import { newFolder } from './run.ts';

/** `presend doctor` as a script runs it. */
async function doctor(config: string, ...args: string[]): Promise<{ code: number; stdout: string }> {
  const parameters = [
    join(PROJECT_ROOT, 'dist/main.js'),
    '--config',
    config,
    'doctor',
    '--no-network',
    ...args,
  ];
  const env = { ...process.env, PRESEND_DATA: undefined };
  return promisify(execFile)(process.execPath, parameters, { env }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: { code: number; stdout: string }) => error,
  );
}

const written = (folder: string, yaml: string): string => {
  const path = join(folder, 'presend.yaml');
  writeFileSync(path, yaml, { mode: 0o600 });
  return path;
};

interface Report {
  state: string;
  checks: Result[];
}

test('presend doctor works beside a running gate, changes nothing, and fails on a fault', async () => {
  const dataDir = newFolder();
  const gate = await startGate({ dataDir, config: { adapter: { mode: 'off' } } });
  const { port } = gate.app.addresses.http;
  const file = written(
    newFolder(),
    `data_dir: ${dataDir}\nadapter: { mode: 'off' }\nhostname: gate.test\nhttp: { port: ${port} }\nrubric: ${PROJECT_ROOT}/config/rubric.yaml\n`,
  );
  const modified = statSync(join(dataDir, 'presend.db')).mtimeMs;
  const well = await doctor(file, '--json', '--full');
  const report = JSON.parse(well.stdout) as Report;
  const states = (checks: Result[]) => checks.map(({ id, state }) => `${id} ${state}`);
  expect(
    states(report.checks.filter(({ id }) => id !== 'free_space' && id !== 'file_system' && id !== 'clock')),
  ).toEqual([
    'gate ok',
    'integrity ok',
    'schema ok',
    'wal ok',
    'sqlite ok',
    'data_folder ok',
    'config_file ok',
    'keys ok',
    'node ok',
    'certificate ok',
    // Without an upstream nothing leaves.
    'settings warning',
    'adapter ok',
  ]);
  expect(statSync(join(dataDir, 'presend.db')).mtimeMs).toBe(modified);

  chmodSync(dataDir, 0o755);
  const open = await doctor(file);
  expect(open.code).toBe(1);
  expect(open.stdout).toContain(`✗ Data folder: ${dataDir} is open to other users of this machine (0755).`);
  expect(open.stdout).toContain(`    → Close it: chmod 700 ${dataDir}`);
  expect(open.stdout).toMatch(/\d+ faults?, \d+ warnings?\.\n$/);
}, 60_000);

test('a warning counts only with --strict, and a configuration that is not valid is all there is to say', async () => {
  const folder = newFolder();
  const file = written(folder, `data_dir: ${folder}/data\nadapter: { mode: 'off' }\n`);
  const [usual, strict] = await Promise.all([doctor(file, '--json'), doctor(file, '--json', '--strict')]);
  expect((JSON.parse(usual.stdout) as Report).state).toBe('warning');
  expect([usual.code, strict.code]).toEqual([0, 1]);

  const broken = written(newFolder(), 'smtp: { prot: 25 }\n');
  const { code, stdout } = await doctor(broken, '--json');
  const { checks } = JSON.parse(stdout) as Report;
  expect(code).toBe(1);
  expect(checks).toEqual([expect.objectContaining({ id: 'settings', state: 'failed' })]);
  expect(checks[0]?.says).toMatch(/presend\.yaml:1: unknown key "smtp\.prot".*port/);
}, 60_000);
