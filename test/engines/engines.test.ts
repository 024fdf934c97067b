import { type IncomingMessage, type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { apiKeyFor } from '../support/api-key.ts';
import { FINE, addCast, breakAccepting, mendAccepting, messageCount } from '../support/front.ts';
import { PASSWORD, type TestGate, addProspect, startGate } from '../support/gate.ts';
import { SmtpUpstream } from '../support/smtp-upstream.ts';
import { upstreamConfig } from '../support/upstream-config.ts';
import { node, python, runEngine } from './engine-process.ts';

interface Engine {
  name: string;
  /** null = cannot be tried here. */
  command: string[] | null;
  /** The only thing about it that is changed for the gate. */
  env: (gate: TestGate, url?: string) => Promise<Record<string, string>>;
  /** What its code makes of an answer. */
  taken: object;
  suppressed: object;
  trouble: object;
}

const SUPPRESSED = expect.stringMatching(/Suppressed: disqualifier \(\w{26}\)/);
const TRY_AGAIN = expect.stringMatching(/nothing was stored[,:] try again/);
const UUID = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

const smtp = async ({ port }: TestGate) => ({
  SMTP_HOST: '127.0.0.1',
  SMTP_PORT: String(port),
  SMTP_USER: 'engine',
  SMTP_PASSWORD: PASSWORD,
});
const bySmtp = {
  env: smtp,
  taken: { sent: true },
  suppressed: { refused: { code: 550, text: SUPPRESSED } },
  trouble: { refused: { code: 451, text: TRY_AGAIN } },
};
/** Raw requests: the URL of the provider's API is all that changes. */
const byLoop = {
  env: async (gate: TestGate, url = gate.httpBase) => ({
    MAIL_API_URL: `${url}/emails`,
    MAIL_API_KEY: await apiKeyFor(gate),
    RETRY_DELAY: '0.05',
  }),
  taken: { sent: UUID, attempts: 1 },
  suppressed: { status: 422, detail: SUPPRESSED, attempts: 1 },
  trouble: { status: 503, detail: TRY_AGAIN, attempts: 3 },
};
const loops = [
  { name: 'a Python engine that posts with requests and tries again', script: 'requests_loop.py' },
  { name: 'a Node engine that posts with fetch and tries again', script: 'fetch-loop.mjs' },
].map(({ name, script }): Engine => {
  const command = script.endsWith('.py') ? python(script, 'requests') : node(script);
  return { name, command, ...byLoop };
});

const ENGINES: Engine[] = [
  {
    name: 'a Python engine with the conventions of Resend’s SDK, below a prefix',
    command: python('resend_sdk.py', 'requests'),
    env: async (gate) => ({
      RESEND_API_URL: `${gate.httpBase}/resend`,
      RESEND_API_KEY: await apiKeyFor(gate),
    }),
    taken: { sent: UUID },
    suppressed: { error: { code: 422, type: 'validation_error', message: SUPPRESSED } },
    trouble: { error: { code: 503, type: expect.any(String), message: TRY_AGAIN } },
  },
  {
    name: 'a Node engine with Resend’s SDK',
    command: node('resend-sdk.mjs'),
    env: async (gate) => ({ RESEND_BASE_URL: gate.httpBase, RESEND_API_KEY: await apiKeyFor(gate) }),
    taken: { data: { id: UUID }, error: null },
    suppressed: {
      data: null,
      error: { statusCode: 422, name: 'validation_error', message: SUPPRESSED },
    },
    trouble: { data: null, error: { statusCode: 503, name: expect.any(String), message: TRY_AGAIN } },
  },
  ...loops,
  {
    name: 'a Python engine that logs in with smtplib',
    command: python('smtplib_login.py', 'smtplib'),
    ...bySmtp,
  },
  { name: 'a Node engine that logs in with nodemailer', command: node('nodemailer-login.mjs'), ...bySmtp },
];

const missing = ENGINES.filter(({ command }) => command === null);
if (missing.length > 0) {
  console.warn(
    `not tried: ${missing.map(({ name }) => name).join('; ')}: no python3 here has the module (Debian: python3-requests)`,
  );
}

const mail = (to: string) => ({
  from: 'Ann <ann@sender.example>',
  to: [to],
  subject: 'Hiring plans',
  text: FINE,
});

/** A gate that lets nobody in without a password or key, with an SMTP upstream. */
async function start() {
  const upstream = await SmtpUpstream.start();
  const gate = await startGate({
    config: { upstreams: [upstreamConfig(upstream)] },
    engine: { loopbackWithoutAuth: false },
  });
  await addCast(gate);
  return { gate, upstream };
}

describe.each(ENGINES)('$name', ({ command, env, taken, suppressed, trouble }) => {
  const see = async (gate: TestGate, to: string) => runEngine(command!, mail(to), await env(gate));

  test.runIf(command)('hears of a mail that passes as sent, and it is sent', async () => {
    const { gate, upstream } = await start();
    expect(await see(gate, 'maria@passing.example')).toEqual(taken);
    await gate.until(([one]) => one?.state === 'relayed', 'relayed');
    expect(upstream.received.map(({ from, to }) => [from, to])).toEqual([
      ['ann@sender.example', ['maria@passing.example']],
    ]);
  });

  test.runIf(command)('hears of a held mail as sent, and it waits for a person', async () => {
    const { gate, upstream } = await start();
    expect(await see(gate, 'unknown@nowhere.example')).toEqual(taken);
    expect(await gate.deliveries()).toMatchObject([{ state: 'held', hold_reason: 'unknown_recipient' }]);
    expect(upstream.received).toEqual([]);
  });

  test.runIf(command)(
    'hears of an escalated mail as sent, and it goes to a person of ours alone',
    async () => {
      const { gate, upstream } = await start();
      expect(await see(gate, 'cto@large.example')).toEqual(taken);
      await gate.until(([one]) => one?.state === 'escalated', 'escalated');
      expect(upstream.received.map(({ to }) => to)).toEqual([['owner@sender.example']]);
    },
  );

  test.runIf(command)('hears that a suppressed mail is not sent, and why, and asks once', async () => {
    const { gate, upstream } = await start();
    expect(await see(gate, 'stop@gone.example')).toEqual(suppressed);
    expect(await gate.deliveries()).toMatchObject([{ state: 'suppressed', decision: 'SUPPRESS' }]);
    expect(upstream.received).toEqual([]);
  });

  test.runIf(command)('hears of trouble in the gate as of trouble that passes', async () => {
    const { gate } = await start();
    await breakAccepting(gate);
    expect(await see(gate, 'maria@passing.example')).toEqual(trouble);
    expect(await messageCount(gate)).toBe(0);
  });
});

describe.each(loops)('$name, without an idempotency key,', ({ command, env }) => {
  test.runIf(command)('sends its mail once when trouble in the gate passes', async () => {
    const { gate, upstream } = await start();
    await breakAccepting(gate);
    const mending: Promise<void>[] = [];
    // Long enough that the gate is mended before the second attempt.
    const patient = { ...(await env(gate)), RETRY_DELAY: '1' };
    const heard = await runEngine(command!, mail('maria@passing.example'), patient, () => {
      if (mending.length === 0) mending.push(mendAccepting(gate));
    });
    await Promise.all(mending);
    expect(heard).toEqual({ sent: UUID, attempts: 2 });
    await gate.until(([one]) => one?.state === 'relayed', 'relayed');
    expect(upstream.received).toHaveLength(1);
  });

  test.runIf(command)('sends its mail once when the first answer is lost on the way', async () => {
    const { gate, upstream } = await start();
    const between = await startProxy(gate);
    const heard = await runEngine(command!, mail('maria@passing.example'), await env(gate, between));
    expect(heard).toEqual({ sent: UUID, attempts: 2 });
    expect(await messageCount(gate)).toBe(1);
    await gate.until(([one]) => one?.state === 'relayed', 'relayed');
    expect(upstream.received).toHaveLength(1);
  });

  test.runIf(command)('hears the second time too that its mail is suppressed', async () => {
    const { gate } = await start();
    await addProspect(gate, 'otto@out.example', { prospect: { opt_out_channels: ['email'] } });
    const between = await startProxy(gate);
    expect(await runEngine(command!, mail('otto@out.example'), await env(gate, between))).toEqual({
      status: 422,
      detail: expect.stringMatching(/Suppressed: opt_out/),
      attempts: 2,
    });
    expect(await messageCount(gate)).toBe(1);
  });
});

/** Something between the engine and the gate that loses the first answer and says 502 instead. @returns its base URL */
async function startProxy(gate: TestGate): Promise<string> {
  let answered = 0;
  const server: Server = createServer((req, res) => {
    const say = (status: number, text: string): void => {
      answered += 1;
      const lost = answered === 1;
      res.writeHead(lost ? 502 : status, { 'content-type': 'application/json' });
      res.end(lost ? '{"message":"Bad Gateway"}' : text);
    };
    text(req)
      .then((body) => passOn(gate, req, body))
      .then(async (answer) => say(answer.status, await answer.text()))
      .catch(() => res.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const passOn = ({ httpBase }: TestGate, { url, headers }: IncomingMessage, body: string) =>
  fetch(`${httpBase}${url}`, {
    method: 'POST',
    headers: { authorization: headers.authorization!, 'content-type': headers['content-type']! },
    body,
  });
