import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { addProspect, sendTo, startGate } from '../support/gate.ts';
import { onPostgres, storeFor } from '../support/store.ts';

const run = promisify(execFile);

/** The built command, as a process of its own beside the running gate. */
async function presend(dataDir: string, ...args: string[]) {
  try {
    const { stdout, stderr } = await run(process.execPath, [
      join(PROJECT_ROOT, 'dist/main.js'),
      '--data',
      dataDir,
      ...args,
    ]);
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

const json = async (dataDir: string, ...args: string[]) => {
  const { stdout, stderr } = await presend(dataDir, ...args, '--json');
  expect(stderr).toBe('');
  return JSON.parse(stdout);
};

test('the demo does not send through a real upstream unless it is told to', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'presend-demo-'));
  const config = join(folder, 'presend.yaml');
  writeFileSync(
    config,
    `rubric: ${join(PROJECT_ROOT, 'config/rubric.yaml')}\nupstreams: [{ name: real, host: smtp.example, port: 587 }]\n`,
  );
  const { code, stderr } = await presend(join(folder, 'data'), '--config', config, 'demo');
  expect(code).toBe(1);
  expect(stderr).toMatch(/has a real upstream, .*--with-upstream/);
});

describe('from the terminal, beside a running gate', () => {
  test('a held mail is listed, shown, released, and undone in time', async () => {
    const gate = await startGate({ config: { delivery: { undo_seconds: 30 } } });
    await addProspect(gate, 'low@rumour.example', { company: { funding_confidence: 'low' } });
    await gate.send({ to: 'low@rumour.example', text: 'Congratulations on closing your $20M Series B!' });

    const [held] = await json(gate.dataDir, 'review', 'list', '--rule', 'low_confidence_funding');
    expect(held).toMatchObject({ state: 'held', recipient: 'low@rumour.example', decision: 'BLOCK' });
    const [detail] = await json(gate.dataDir, 'show', held.message_id);
    expect(detail.verdict.findings[0].spans[0].text).toContain('$20M');
    expect(detail.verdict.prospect.funding_confidence).toBe('low');
    expect(detail.timeline.map((t: { action: string }) => t.action)).toEqual(['accepted', 'judged']);
    const text = (await presend(gate.dataDir, 'review', 'show', held.id)).stdout;
    expect(text).toMatch(/low_confidence_funding → BLOCK/);
    expect(text).toContain('funding_confidence');

    // The command line's release is timed by the configuration of its own call: ten seconds.
    expect(await json(gate.dataDir, 'review', 'release', held.id, '--right', 'wrong')).toMatchObject({
      state: 'relaying',
    });
    expect(await json(gate.dataDir, 'review', 'undo', held.id)).toMatchObject({ state: 'held' });
    const reject = ['reject', held.id, '--reason', 'a rumour', '--right', 'right'];
    const rejected = await json(gate.dataDir, 'review', ...reject);
    expect(rejected).toMatchObject({ state: 'rejected', note: 'a rumour' });
    expect((await presend(gate.dataDir, 'review', 'release', 'nothing')).stderr).toMatch(
      /no delivery "nothing"/,
    );
    const again = await presend(gate.dataDir, 'review', 'reject', held.message_id);
    expect(again).toMatchObject({ code: 1 });
    expect(again.stderr).toMatch(/a delivery that is rejected cannot be rejected/);
    const labels = await gate.app.database.db.selectFrom('labels').select(['right', 'act']).execute();
    // What is taken back takes its label with it.
    expect(labels).toEqual([{ right: 'right', act: 'reject' }]);
  }, 120_000);

  test('a held mail is claimed, commented and snoozed', async () => {
    const gate = await startGate();
    await gate.send({ to: 'stranger@nowhere.example' });
    const [{ id }] = await gate.deliveries();
    const review = (...args: string[]) => presend(gate.dataDir, 'review', ...args);
    expect((await review('claim', id)).stdout).toBe(`${id} is yours.\n`);
    expect((await review('comment', id, 'Ask Maria first')).stdout).toContain('has your comment');
    expect((await review('snooze', id, '--for', '4h')).stdout).toContain('out of sight');
    const { db } = gate.app.database;
    const state = await db.selectFrom('review_states').selectAll().executeTakeFirstOrThrow();
    expect(state.assigned_name).toMatch(/^cli:/);
    expect(state.snoozed_until! - state.snoozed_at!).toBeGreaterThanOrEqual(4 * 3_600_000 - 1_000);
    expect(await db.selectFrom('review_comments').select('text').execute()).toEqual([
      { text: 'Ask Maria first' },
    ]);
    expect((await review('snooze', id, '--for', '30d')).stderr).toMatch(/the hold expires before that/);
    expect((await review('snooze', id, '--for', 'soon')).stderr).toMatch(/90m, 4h or 2d/);
    expect((await review('unclaim', id)).stdout).toContain('nobody');
  });

  test('an edit is judged again and released only when it passes', async () => {
    const gate = await startGate();
    await addProspect(gate, 'low@rumour.example', { company: { funding_confidence: 'low' } });
    await gate.send({ to: 'low@rumour.example', text: 'Congratulations on closing your $20M Series B!' });
    const [{ id }] = await gate.deliveries();
    const file = join(gate.dataDir, 'text.txt');
    writeFileSync(file, 'Your $20M Series B is great news.');
    const first = await json(gate.dataDir, 'review', 'edit', id, '--text', file, '--release');
    expect(first).toMatchObject({ verdict: { decision: 'BLOCK' }, delivery: null });
    writeFileSync(file, 'Would a short call about your hiring plans be useful?');
    const second = await json(gate.dataDir, 'review', 'edit', id, '--text', file, '--release');
    expect(second).toMatchObject({ verdict: { decision: 'PASS' }, delivery: { state: 'relaying' } });
  });

  test('a new engine can send at once with the password it was given', async () => {
    const gate = await startGate();
    await addProspect(gate, 'maria@fine.example');
    const added = await json(gate.dataDir, 'engine', 'add', 'bot', '--domain', 'bot.example');
    expect(added).toMatchObject({ name: 'bot', senderDomains: ['bot.example'], hasPassword: true });
    const { createTransport } = await import('nodemailer');
    const transport = createTransport({
      host: '127.0.0.1',
      port: gate.port,
      tls: { rejectUnauthorized: false },
      auth: { user: 'bot', pass: added.password },
    });
    const { response } = await transport.sendMail({
      from: 'b@bot.example',
      to: 'maria@fine.example',
      text: 'Hello?',
    });
    expect(response).toMatch(/^250 2\.0\.0 Relaying/);
    await json(gate.dataDir, 'engine', 'set', 'bot', '--mode', 'stopped');
    await expect(sendTo(gate.port, { to: 'maria@fine.example' })).resolves.toMatch(/250/);
    expect((await presend(gate.dataDir, 'engine', 'add', 'bot', '--domain', 'x.example')).stderr).toMatch(
      /already an engine "bot"/,
    );
  });
});

describe('mistakes get one sentence and exit code 1', () => {
  const empty = async (): Promise<string> => {
    const folder = mkdtempSync(join(tmpdir(), 'presend-cli-'));
    await storeFor(folder);
    return folder;
  };
  test.each([
    [['show', 'nothing'], onPostgres ? /nothing/ : /there is no database/],
    [['messages', '--state', 'foo'], /states are received, relaying/],
    [['engine', 'add', 'x', '--domain', 'not a domain'], /is not a domain/],
    [['engine', 'add', 'x', '--domain', 'a.example', '--upstream', 'nosuch'], /no upstream "nosuch"/],
    [['engine', 'set', 'nobody', '--mode', 'observe'], /there is no engine "nobody"/],
    [['engine', 'add', 'x'], /sender domain/],
    [['engine', 'set', 'x', '--mode', 'loud'], /Allowed choices are observe, enforce, stopped/],
    [['eval', '/nowhere.jsonl'], /\/nowhere\.jsonl: cannot be read/],
    [['frobnicate'], /unknown command 'frobnicate'/],
    [['--config', '/nowhere.yaml', 'messages'], /no such file/],
  ])('presend %j', async (args, says) => {
    const { code, stderr } = await presend(await empty(), ...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

test('empty lists say what to do next', async () => {
  const gate = await startGate();
  expect((await presend(gate.dataDir, 'review', 'list')).stdout).toMatch(/Nothing is waiting/);
  expect((await presend(gate.dataDir, 'messages')).stdout).toMatch(/npm run demo/);
});

// A database in PostgreSQL is in no folder.
test.skipIf(onPostgres)('a folder without a gate is told instead of created', async () => {
  const nowhere = join(mkdtempSync(join(tmpdir(), 'presend-cli-')), 'typo');
  const { code, stderr } = await presend(nowhere, 'messages');
  expect(code).toBe(1);
  expect(stderr).toMatch(/there is no database at .*--data/);
  expect(existsSync(nowhere)).toBe(false);
});
