import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { SlackStandIn } from '../support/slack.ts';
import { gather, hold, startNotifying, untilTold } from './setup.ts';

const run = promisify(execFile);

/** The built command beside a running gate, under a configuration that tells the same people. */
async function presend(dataDir: string, notify: string, ...args: string[]) {
  const config = join(dataDir, 'presend.yaml');
  writeFileSync(
    config,
    `rubric: ${join(PROJECT_ROOT, 'config/rubric.yaml')}\nescalation: { from: presend@gate.example }\nnotify: ${notify}\n`,
  );
  const command = [
    join(PROJECT_ROOT, 'dist/main.js'),
    '--config',
    config,
    '--data',
    dataDir,
    'notify',
    ...args,
  ];
  try {
    const { stdout } = await run(process.execPath, command);
    return { code: 0, out: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout + stderr };
  }
}

test('status shows who is told and what became of it; preview prints the digest; test sends a sample', async () => {
  const { gate, upstream } = await startNotifying({ email: ['ann@reviewer.example'] });
  const notify = '{ email: [ann@reviewer.example] }';
  await hold(gate, 'one@rumour.example');
  await gather(gate);
  await untilTold(upstream, 1);
  await gate.until(
    (ds) => ds.some(({ kind, state }) => kind === 'notification' && state === 'relayed'),
    'relayed',
  );

  const status = JSON.parse((await presend(gate.dataDir, notify, 'status', '--json')).out);
  expect(status.channels).toMatchObject([{ channel: 'email:ann@reviewer.example', digest: '08:00 UTC' }]);
  expect(status.messages).toMatchObject([
    { kind: 'batch', state: 'sent', error: null, summary: expect.stringContaining('1 mail held since') },
  ]);
  expect((await presend(gate.dataDir, notify, 'status')).out).toMatch(
    /email:ann@reviewer\.example +batch +sent/,
  );

  const preview = (await presend(gate.dataDir, notify, 'preview')).out;
  expect(preview).toContain('To: ann@reviewer.example');
  expect(preview).toContain('1 mail held now');
  expect(preview).not.toContain('/act/');

  const sample = await presend(gate.dataDir, notify, 'test', '--to', 'ben@reviewer.example');
  expect(sample).toMatchObject({ code: 0, out: expect.stringContaining('It was sent.') });
  expect(upstream.last.to).toEqual(['ben@reviewer.example']);
}, 180_000);

test('a Slack sample is told at once, with what Slack answered', async () => {
  const slack = await SlackStandIn.start();
  const { gate } = await startNotifying({});
  const notify = `{ slack: { webhook_url: "${slack.url}" } }`;
  expect((await presend(gate.dataDir, notify, 'test', '--slack')).out).toBe('Slack has taken the sample.\n');
  expect(slack.messages[0].text).toContain('sample');
  slack.script = [{ status: 404, text: 'no_service' }];
  const refused = await presend(gate.dataDir, notify, 'test', '--slack');
  expect(refused.code).toBe(1);
  expect(refused.out).toContain('no_service: the webhook was removed');
  expect(refused.out).not.toContain('secret');
}, 180_000);
