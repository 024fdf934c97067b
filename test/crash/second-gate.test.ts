import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { GateChild } from './child.ts';

const presend = (folder: string, ...args: string[]) =>
  promisify(execFile)(process.execPath, [join(PROJECT_ROOT, 'dist/main.js'), '--data', folder, ...args]);

test('a second gate on a data folder is refused while the first one lives, commands are not, and a killed one is in nobody’s way', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'presend-second-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const gate = (): GateChild => {
    const child = new GateChild(join(import.meta.dirname, 'gate-child.mjs'), {
      folder,
      rubric: join(PROJECT_ROOT, 'config/rubric.yaml'),
      model: 'rules',
      config: { smtp: { port: 0 }, http: { port: 0 }, kill_switch: { canary: { enabled: false } } },
    });
    onTestFinished(async () => void (await child.kill()));
    return child;
  };
  const first = gate();
  expect(await first.start(0)).not.toBeNull();

  const second = gate();
  expect(await second.start(0)).toBeNull();
  const { killed, stderr } = await second.ended;
  expect(killed).toBe(false);
  expect(stderr).toContain(`another gate is already running on ${folder}`);

  const { stdout } = await presend(folder, 'engine', 'list', '--json');
  expect(JSON.parse(stdout)).toHaveLength(1);
  const backups = join(folder, 'copies');
  await presend(folder, 'backup', backups);
  expect(readdirSync(backups)).toHaveLength(1);

  expect(await first.kill()).toMatchObject({ killed: true });
  expect(await gate().start(0)).not.toBeNull();
}, 120_000);
