import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { startGate } from '../support/gate.ts';
import { signIn } from '../support/sign-in.ts';
import { storeFor } from '../support/store.ts';
import { BrowserClient } from './browser-client.ts';

/** Runs `presend --data … user …`. @returns what it printed */
async function user(dataDir: string, ...args: string[]): Promise<string> {
  let printed = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    printed += String(chunk);
    return true;
  });
  try {
    await createProgram().parseAsync(['--data', dataDir, 'user', ...args], { from: 'user' });
  } finally {
    write.mockRestore();
  }
  return printed;
}

const json = async (dataDir: string, ...args: string[]) => JSON.parse(await user(dataDir, ...args, '--json'));

test('Users are managed from the terminal beside a running gate, which knows it at once', async () => {
  const gate = await startGate();
  const added = await json(gate.dataDir, 'add', 'bo@gate.test', '--name', 'Bo', '--role', 'admin');
  const bo = new BrowserClient(gate);
  const token = added.link.slice(added.link.lastIndexOf('/') + 1);
  await bo.post('/links/password', { token, password: 'tractor violin pepper cloud' });
  expect((await bo.get('/users')).status).toBe(200);
  await expect(user(gate.dataDir, 'setup-link')).rejects.toThrow('there is an admin already');
  await expect(user(gate.dataDir, 'set-role', 'bo@gate.test', 'reviewer')).rejects.toThrow(
    'the last active admin',
  );
  await expect(user(gate.dataDir, 'disable', 'bo@gate.test')).rejects.toThrow('the last active admin');

  await signIn(gate, { email: 'ann@gate.test', role: 'admin' });
  expect(await json(gate.dataDir, 'set-role', 'bo@gate.test', 'reviewer')).toMatchObject({
    role: 'reviewer',
  });
  expect((await bo.get('/session')).body.account).toBeNull();
  expect(await json(gate.dataDir, 'disable', 'bo@gate.test')).toMatchObject({ state: 'disabled' });
  expect(await json(gate.dataDir, 'enable', 'bo@gate.test')).toMatchObject({ state: 'active' });
  const table = await user(gate.dataDir, 'list');
  expect(table).toMatch(/bo@gate\.test +Bo +reviewer +active +off +0 +0/u);
  expect(await user(gate.dataDir, 'reset-password', 'bo@gate.test')).toMatch(/works once, until .*\nhttp/u);
  expect(await json(gate.dataDir, 'list')).toContainEqual(
    expect.objectContaining({ email: 'bo@gate.test', state: 'reset' }),
  );
});

test('Tokens of a user are listed and revoked from the terminal', async () => {
  const gate = await startGate();
  const ann = await signIn(gate, { email: 'ann@gate.test', role: 'reviewer' });
  const { body } = await ann.send('POST', '/account/tokens', { name: 'Script', scopes: ['read'], days: 1 });
  const client = new BrowserClient(gate);
  const [listed] = await json(gate.dataDir, 'tokens', 'ann@gate.test');
  expect(listed).toMatchObject({ name: 'Script', scopes: ['read'], state: 'active' });
  const revoked = await user(gate.dataDir, 'tokens', 'ann@gate.test', '--revoke', body.view.id);
  expect(revoked).toMatch(/Script .* revoked/u);
  expect((await client.get('/users', { Authorization: `Bearer ${body.token}` })).status).toBe(401);
  await expect(user(gate.dataDir, 'tokens', 'nobody@gate.test')).rejects.toThrow(
    'there is no user nobody@gate.test',
  );
});

test('A setup link can be had before the gate has ever run', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'presend-setup-'));
  await storeFor(dataDir);
  const { link } = await json(dataDir, 'setup-link');
  const gate = await startGate({ dataDir });
  const token = link.slice(link.lastIndexOf('/') + 1);
  expect((await new BrowserClient(gate).post('/links/check', { token })).body).toEqual({ kind: 'setup' });
});
