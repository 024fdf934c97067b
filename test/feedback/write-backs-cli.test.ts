import { afterEach, expect, it, vi } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { NOW, temporaryFolder } from '../crm/open.ts';
import { openDatabaseOf } from '../support/store.ts';

afterEach(() => vi.restoreAllMocks());

it('presend write-backs shows what failed and puts it back in line', async () => {
  const folder = temporaryFolder();
  const database = await openDatabaseOf(folder);
  const row = { kind: 'address', value: 'jane@acme.example', reason: null, created_at: NOW } as const;
  await database.transact(async (trx) => {
    await trx
      .insertInto('write_backs')
      .values({
        ...row,
        target: 'resend',
        state: 'failed',
        attempts: 30,
        next_attempt_at: null,
        finished_at: NOW,
        error: 'HTTP 401',
      })
      .execute();
  });
  await database.close();
  const run = async (...args: string[]): Promise<string> => {
    let printed = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
    await createProgram().parseAsync(['--data', folder, 'write-backs', ...args], { from: 'user' });
    return printed;
  };
  expect(await run('list')).toMatch(
    /1 failed, 0 in line, 0 done[\s\S]*resend +jane@acme\.example.*30 +HTTP 401/,
  );
  await expect(run('retry', '99')).rejects.toThrow(/none of these has failed/);
  await expect(run('retry', 'x')).rejects.toThrow(/"x" is not a write-back/);
  expect(await run('retry')).toContain('1 write-back is in line again.');
  expect(await run('list')).toContain('0 failed, 1 in line');
});
