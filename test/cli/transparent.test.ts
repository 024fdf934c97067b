import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { UserError } from '../../src/config/user-error.ts';

let dataDir: string;
let configFile: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'presend-transparent-cli-'));
  configFile = join(dataDir, 'presend.yaml');
  configure({});
});

// JSON is YAML.
const configure = (config: object): void =>
  writeFileSync(configFile, JSON.stringify({ rubric: join(PROJECT_ROOT, 'config/rubric.yaml'), ...config }));

/** Runs `presend transparent …` in this process. @returns what it prints, or the sentence it fails with */
async function transparent(...args: string[]): Promise<string> {
  let written = '';
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written += String(text);
    return true;
  });
  try {
    const global = ['--config', configFile, '--data', dataDir];
    await createProgram().parseAsync(['node', 'presend', ...global, 'transparent', ...args]);
    return written;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return `failed: ${error.message}`;
  } finally {
    spy.mockRestore();
  }
}

const hosts = async (...args: string[]): Promise<string[]> =>
  (JSON.parse(await transparent('setup', ...args, '--json')) as { hosts: string[] }).hosts;

describe('setup', () => {
  test('prints what to set in the gate, in the engine’s environment and in its hosts file, and how to undo it', async () => {
    const text = await transparent(
      'setup',
      '--provider',
      'resend',
      '--address',
      '10.0.0.5',
      '--ca-dir',
      '/srv/ca',
    );
    for (const line of [
      'https_port: 443',
      'implicit_tls_port: 465',
      'port: 587',
      'REQUESTS_CA_BUNDLE=/srv/ca/bundle.pem',
      'SSL_CERT_FILE=/srv/ca/bundle.pem',
      'NODE_EXTRA_CA_CERTS=/srv/ca/ca.pem',
      '10.0.0.5 api.resend.com\n',
      '10.0.0.5 smtp.resend.com\n',
      'the gate must not read these lines',
      'presend transparent remove',
    ]) {
      expect(text).toContain(line);
    }
    expect(text).not.toContain('PRIVATE KEY');
  });

  test('takes the hosts of the named providers, in the named regions, and any other', async () => {
    expect(
      await hosts('--provider', 'ses', 'gmail', '--region', 'eu-west-1', '--host', 'API.Other.example'),
    ).toEqual([
      'email.eu-west-1.amazonaws.com',
      'email-smtp.eu-west-1.amazonaws.com',
      'smtp.gmail.com',
      'api.other.example',
    ]);
  });

  test('takes the configured providers when none is named, and without those asks for a name', async () => {
    expect(await transparent('setup')).toMatch(
      /^failed: name whose hosts to stand in for: --provider resend\|/,
    );
    configure({ providers: { postmark: {}, ses: { region: 'eu-north-1' } } });
    expect(await hosts()).toEqual([
      'api.postmarkapp.com',
      'smtp.postmarkapp.com',
      'email.eu-north-1.amazonaws.com',
      'email-smtp.eu-north-1.amazonaws.com',
    ]);
  });

  test('run again without a name keeps hosts, address and authority; with others it says that engines need new files', async () => {
    await transparent('setup', '--provider', 'resend', '--address', '10.0.0.5');
    const again = await transparent('setup');
    expect(again).toContain('stays as it is');
    expect(again).toContain('10.0.0.5 api.resend.com');
    expect(await transparent('setup', '--provider', 'sendgrid')).toContain('give every engine the new files');
  });

  test.each([
    [['--host', 'localhost'], /"localhost" is not a full host name/],
    [['--host', '10.0.0.1 a.example'], /is not a full host name/],
    [['--provider', 'ses', '--region', 'Frankfurt'], /"Frankfurt" is not an AWS region/],
    [['--provider', 'resend', '--region', 'eu-west-1'], /--region is for SES/],
    [['--provider', 'resend', '--address', 'gate.internal'], /write the IP address/],
    [['--provider', 'resend', '--address', '0.0.0.0'], /write the IP address/],
  ])('%j is refused in a sentence, and nothing is made', async (args, sentence) => {
    expect(await transparent('setup', ...args)).toMatch(sentence);
    expect(existsSync(join(dataDir, 'transparent'))).toBe(false);
  });
});

describe('status', () => {
  test('says what is set up and which configured ports engines will not find', async () => {
    expect(await transparent('status')).toMatch(/is not set up/);
    await transparent('setup', '--host', 'api.provider.example');
    configure({ transparent: { https_port: 443 } });
    expect(JSON.parse(await transparent('status', '--json'))).toMatchObject({
      set_up: true,
      hosts: ['api.provider.example'],
      amiss: [
        expect.stringMatching(/implicit_tls_port is not set/),
        expect.stringMatching(/smtp.port is 2525/),
      ],
    });
    configure({ transparent: { https_port: 443 }, smtp: { port: 587, implicit_tls_port: 465 } });
    expect(await transparent('status')).toContain('Nothing is amiss on the gate’s side.');
  });
});

describe('remove', () => {
  test('deletes the authority with its key and says what is left to undo', async () => {
    await transparent('setup', '--provider', 'resend');
    expect(await transparent('remove')).toContain('REQUESTS_CA_BUNDLE, SSL_CERT_FILE, NODE_EXTRA_CA_CERTS');
    expect(existsSync(join(dataDir, 'transparent'))).toBe(false);
    expect(await transparent('remove')).toContain('nothing to remove');
  });
});
