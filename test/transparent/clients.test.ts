import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import type { Database } from '../../src/store/database.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';
import { Namespace } from './namespace.ts';

const presend = [process.execPath, '--import', 'tsx', join(PROJECT_ROOT, 'src/main.ts')];
const client = (name: string): string => join(import.meta.dirname, 'clients', name);

const possible = Namespace.possible();
if (!possible) {
  console.warn(
    'unmodified clients were not tried: only root on Linux with iproute2 can make a network namespace',
  );
}
const python = ['/usr/bin/python3', 'python3'].find(
  (command) => spawnSync(command, ['-c', 'import requests'], { stdio: 'ignore' }).status === 0,
);
if (possible && python === undefined) {
  console.warn(
    'Python clients were not tried: no python3 here has the package requests (Debian: python3-requests)',
  );
}

/** null = cannot be tried here. */
const pythonClient = (name: string): string[] | null =>
  python === undefined ? null : [python, client(name)];
const nodeClient = (name: string): string[] => [process.execPath, client(name)];

interface Guide {
  env: Record<string, string>;
  config: Record<string, unknown>;
  files: { hosts: string };
}

let dataDir: string;
let guide: Guide;
let password: string;
let apiKey: string;
let namespace: Namespace;
let database: Database;

/** Runs one command of the gate's command line. @returns what it prints as JSON */
function command(...args: string[]): unknown {
  const [node, ...script] = presend;
  const { stdout, stderr, status } = spawnSync(node, [...script, '--data', dataDir, ...args, '--json'], {
    cwd: PROJECT_ROOT,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

const accepted = async (): Promise<number> =>
  (await database.db.selectFrom('messages').select('id').execute()).length;

// What the operator does: set up, follow what the command prints, start the gate.
beforeAll(async () => {
  if (!possible) return;
  dataDir = mkdtempSync(join(tmpdir(), 'presend-clients-'));
  guide = command('transparent', 'setup', '--provider', 'resend', '--address', '127.0.0.1') as Guide;
  ({ password, apiKey } = command('engine', 'add', 'sdr-bot', '--domain', 'acme.example') as {
    password: string;
    apiKey: string;
  });
  const prospects = join(dataDir, 'prospects.csv');
  writeFileSync(
    prospects,
    'email,role,company,domain,headcount,funding_confidence\nkim@known.example,vp_eng,Known,known.example,300,high\n',
  );
  command('crm', 'import', 'prospects', prospects);
  namespace = new Namespace({ hosts: readFileSync(guide.files.hosts, 'utf8') });
  const configFile = join(dataDir, 'presend.yaml');
  // JSON is YAML.
  writeFileSync(
    configFile,
    JSON.stringify({
      ...guide.config,
      data_dir: dataDir,
      rubric: join(PROJECT_ROOT, 'config/rubric.yaml'),
      adapter: { mode: 'off' },
      log: { level: 'error' },
    }),
  );
  const gate = namespace.beside([...presend, '--config', configFile, 'start'], {});
  const [started] = await Promise.race([once(gate.stdout!, 'data'), once(gate, 'exit')]);
  expect(String(started)).toContain('presend listens for SMTP on 127.0.0.1:587, 127.0.0.1:465');
  database = new SqliteDatabase(join(dataDir, 'presend.db'));
}, 60_000);

afterAll(async () => {
  await database?.close();
  await namespace?.close();
}, 30_000);

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const CERTIFICATE_REFUSED =
  /certificate verify failed|unable to (verify the first|get local issuer) certificate|UNABLE_TO_/i;

describe('an unmodified client that calls the provider’s API by its own name', () => {
  const clients: [name: string, command: string[] | null][] = [
    ['Python requests', pythonClient('requests_client.py')],
    ['Python urllib', pythonClient('urllib_client.py')],
    ['Node fetch', nodeClient('fetch-client.mjs')],
  ];
  const call = (name: string) => ({
    method: 'POST',
    url: 'https://api.resend.com/emails',
    headers: { Authorization: `Bearer ${apiKey}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({
      from: 'Ann <ann@acme.example>',
      to: ['kim@known.example'],
      subject: `Hiring plans, by ${name}`,
      text: 'Hi Kim,\n\nwould a short call next week about your hiring plans be useful?\n\nBest,\nAnn',
    }),
  });

  for (const [name, command] of clients) {
    test.runIf(possible && command)(`has its mail judged by the gate: ${name}`, async () => {
      const before = await accepted();
      const mail = call(name);
      const { status, body } = (await namespace.inside(command!, mail, guide.env)) as Record<string, unknown>;
      expect([status, JSON.parse(String(body))]).toEqual([200, { id: expect.stringMatching(UUID) }]);
      expect(await accepted()).toBe(before + 1);
      const newest = await database.db
        .selectFrom('messages')
        .innerJoin('provider_requests', 'provider_requests.message_id', 'messages.id')
        .innerJoin('deliveries', 'deliveries.message_id', 'messages.id')
        .select(['provider', 'path', 'body', 'subject', 'origin', 'recipient', 'decision'])
        .where('deliveries.kind', '=', 'mail')
        .orderBy('messages.id', 'desc')
        .executeTakeFirstOrThrow();
      expect(newest).toMatchObject({
        provider: 'resend',
        path: '/emails',
        subject: `Hiring plans, by ${name}`,
        recipient: 'kim@known.example',
        decision: 'PASS',
      });
      expect(newest.body.toString()).toBe(mail.body);
      expect(JSON.parse(newest.origin)).toMatchObject({ protocol: 'HTTP', transmission: 'HTTPS' });
    });

    test.runIf(possible && command)(`sends nothing without the certificates: ${name}`, async () => {
      const before = await accepted();
      expect(await namespace.inside(command!, call(`${name} without them`), {})).toEqual({
        error: expect.stringMatching(CERTIFICATE_REFUSED),
      });
      expect(await accepted()).toBe(before);
    });
  }
});

describe('an unmodified client that submits by SMTP under the provider’s own name', () => {
  const smtplib = pythonClient('smtplib_client.py');
  const nodemailer = nodeClient('nodemailer-client.mjs');
  const clients = [
    { name: 'smtplib over TLS', command: smtplib, port: 465, tls: 'implicit' },
    { name: 'smtplib with STARTTLS', command: smtplib, port: 587, tls: 'starttls' },
    { name: 'smtplib as strict as Python 3.13', command: smtplib, port: 465, tls: 'implicit', strict: true },
    { name: 'nodemailer over TLS', command: nodemailer, port: 465, tls: 'implicit' },
    { name: 'nodemailer with STARTTLS', command: nodemailer, port: 587, tls: 'starttls' },
  ];

  for (const { name, command, ...connection } of clients) {
    const mail = () => ({
      ...connection,
      host: 'smtp.resend.com',
      user: 'sdr-bot',
      password,
      from: 'ann@acme.example',
      to: 'pat@prospect.example',
      message: `From: ann@acme.example\r\nTo: pat@prospect.example\r\nSubject: ${name}\r\n\r\nHello.\r\n`,
    });

    test.runIf(possible && command)(`reaches the gate: ${name}`, async () => {
      const before = await accepted();
      expect(await namespace.inside(command!, mail(), guide.env)).toEqual({ sent: true });
      expect(await accepted()).toBe(before + 1);
    });

    test.runIf(possible && command)(`sends nothing without the certificates: ${name}`, async () => {
      const before = await accepted();
      expect(await namespace.inside(command!, mail(), {})).toEqual({
        error: expect.stringMatching(CERTIFICATE_REFUSED),
      });
      expect(await accepted()).toBe(before);
    });
  }
});

// What the setup's text warns of: for such clients the engine's DNS has to lead to the gate.
test.runIf(possible)('nodemailer follows DNS where it answers, whatever the hosts file says', async () => {
  const answering = new Namespace({
    hosts: '127.0.0.1 localhost\n127.0.0.1 smtp.resend.com\n',
    'resolv.conf': 'nameserver 127.0.0.1\n',
  });
  onTestFinished(() => answering.close());
  answering.addInterface('192.0.2.1/24');
  const dns = answering.beside([...nodeClient('dns-stand-in.mjs'), '127.0.0.2'], {});
  await once(dns.stdout!, 'data');
  const mail = {
    host: 'smtp.resend.com',
    port: 465,
    tls: 'implicit',
    from: 'a@acme.example',
    to: 'b@c.example',
  };
  expect(
    await answering.inside(nodeClient('nodemailer-client.mjs'), { ...mail, message: '\r\n' }, {}),
  ).toEqual({
    error: expect.stringContaining('ECONNREFUSED 127.0.0.2:465'),
  });
});
