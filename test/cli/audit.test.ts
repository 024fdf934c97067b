import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import type { HealthView } from '../../src/insight/web-types.ts';
import { addProspect, startGate } from '../support/gate.ts';
import { signIn } from '../support/sign-in.ts';

/** The built command, beside the running gate. */
function presend(
  dataDir: string,
  ...args: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(PROJECT_ROOT, 'dist/main.js'), '--data', dataDir, 'audit', ...args],
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

test('the log of a gate at work is whole, listed and exported; an edit is told by the command and on the health page', async () => {
  const gate = await startGate();
  await addProspect(gate, 'lena@quillstone.example');
  await gate.send({ to: 'lena@quillstone.example' });
  await gate.until((all) => all[0]?.state === 'relayed', 'the mail leaves');

  const whole = await presend(gate.dataDir, 'verify');
  expect(whole).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/entries looked at\. The log is whole\.\nHead: \d+:[0-9a-f]{64}\n$/),
  });
  const head = /^Head: (.*)$/m.exec(whole.stdout)![1];

  const listed = await presend(gate.dataDir, 'list', '--action', 'accepted,delivered', '--json');
  const entries = JSON.parse(listed.stdout) as { id: number; action: string }[];
  expect(entries.map(({ action }) => action)).toEqual(['delivered', 'accepted']);
  const file = join(gate.dataDir, 'audit.csv');
  expect((await presend(gate.dataDir, 'export', file)).code).toBe(0);
  expect(readFileSync(file, 'utf8')).toMatch(/^id,at,actor,subject_type,subject_id,action,detail\n/);

  const auditor = await signIn(gate, { role: 'auditor' });
  const health = async () =>
    (await auditor.get<HealthView>('/health')).body.items.find(({ id }) => id === 'audit');
  expect(await health()).toMatchObject({ state: 'ok' });

  const { id } = entries[1];
  const raw = new SQLite(join(gate.dataDir, 'presend.db'));
  raw.prepare("update audit set actor = 'engine:other' where id = ?").run(id);
  raw.close();
  const edited = await presend(gate.dataDir, 'verify', '--head', head);
  expect(edited).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(new RegExp(`1 fault:\n  entry ${id} .*: Its content was changed\\.`)),
  });
  expect(await health()).toMatchObject({ state: 'bad', detail: `Entry ${id}: Its content was changed.` });
}, 90_000);
