import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadUpstream, upstreamSchema } from '../../src/delivery/upstream.ts';
import { selfSigned } from '../support/certificate.ts';
import { job, relayTo, startUpstream } from './setup.ts';

const folder = mkdtempSync(join(tmpdir(), 'presend-upstream-'));
let good: { key: string; cert: string };
let otherName: { key: string; cert: string };

function fileWith(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

beforeAll(async () => {
  good = await selfSigned('127.0.0.1');
  otherName = await selfSigned('other.example');
  fileWith('good.pem', good.cert);
  fileWith('other.pem', otherName.cert);
});

describe('tls', () => {
  it.each([
    ['required', 'starttls', true],
    ['opportunistic', 'starttls', true],
    ['opportunistic', 'none', false],
    ['none', 'starttls', false],
    ['implicit', 'implicit', true],
  ] as const)('%s delivers to an upstream with %s', async (tls, offered, secure) => {
    const upstream = await startUpstream({ tls: offered, certificate: good });
    const relay = relayTo(upstream.port, { tls, ca_file: join(folder, 'good.pem') });
    expect(await relay.attempt(job())).toMatchObject({ outcome: 'delivered' });
    expect(await relay.attempt(job())).toMatchObject({ outcome: 'delivered' });
    expect(upstream.last.secure).toBe(secure);
    expect(upstream.connections).toBe(1);
  });

  it('required gives nothing to an upstream without STARTTLS', async () => {
    const upstream = await startUpstream();
    const attempt = job();
    expect((await relayTo(upstream.port, { tls: 'required' }).attempt(attempt)).outcome).toBe('temporary');
    expect(attempt.asked).toBe(0);
    expect(upstream.transactions).toBe(0);
  });

  it.each([
    ['an unknown issuer', 'required', null],
    ['an unknown issuer', 'opportunistic', null],
    ['an unknown issuer', 'implicit', null],
    ['another name', 'required', 'other.pem'],
    ['another name', 'opportunistic', 'other.pem'],
    ['another name', 'implicit', 'other.pem'],
  ] as const)('a certificate of %s stops %s before the mail', async (_what, tls, caFile) => {
    const upstream = await startUpstream({
      tls: tls === 'implicit' ? 'implicit' : 'starttls',
      certificate: otherName,
    });
    const relay = relayTo(upstream.port, { tls, ca_file: caFile && join(folder, caFile) });
    const result = await relay.attempt(job());
    expect(result.outcome).toBe('temporary');
    expect(result.response).toMatch(/certificate|altnames/i);
    expect(upstream.transactions).toBe(0);
  });

  it('takes any certificate where the configuration says so', async () => {
    const upstream = await startUpstream({ tls: 'starttls', certificate: otherName });
    const relay = relayTo(upstream.port, { tls: 'required', verify_certificate: false });
    expect((await relay.attempt(job())).outcome).toBe('delivered');
  });

  it('keeps the hand-over rule', async () => {
    const upstream = await startUpstream({ tls: 'starttls', certificate: good });
    const relay = relayTo(upstream.port, { tls: 'required', ca_file: join(folder, 'good.pem') });
    expect((await relay.attempt(job({}, async () => false))).outcome).toBe('aborted');
    upstream.script.end = { cut: true, times: 1 };
    expect((await relay.attempt(job())).outcome).toBe('lost');
    expect(upstream.received).toHaveLength(0);
    expect((await relay.attempt(job())).outcome).toBe('delivered');
  });
});

describe('login', () => {
  const auth = { user: 'gate', password: 's3cret' };

  it('is made before the mail', async () => {
    const upstream = await startUpstream({ auth });
    expect((await relayTo(upstream.port, { auth }).attempt(job())).outcome).toBe('delivered');
    expect(upstream.last.user).toBe('gate');
  });

  it('that is refused is temporary, says so, and does not tell the password', async () => {
    const upstream = await startUpstream({ auth });
    const attempt = job();
    const relay = relayTo(upstream.port, { auth: { user: 'gate', password: 'wrong-one' } });
    const result = await relay.attempt(attempt);
    expect(result.outcome).toBe('temporary');
    expect(result.response).toMatch(/the gate's own login was refused.*5\.7\.8 bad credentials/);
    expect(result.response).not.toContain('wrong-one');
    expect(attempt.asked).toBe(0);
  });

  it('that is not offered is temporary: the mail never goes without it', async () => {
    const upstream = await startUpstream();
    const result = await relayTo(upstream.port, { auth }).attempt(job());
    expect(result.outcome).toBe('temporary');
    expect(result.response).toContain('offers no AUTH');
    expect(upstream.transactions).toBe(0);
  });

  it('that is wanted but not configured is temporary', async () => {
    const upstream = await startUpstream({ auth });
    expect((await relayTo(upstream.port).attempt(job())).outcome).toBe('temporary');
  });
});

describe('the configuration of an upstream', () => {
  const base = { name: 'main', host: 'smtp.example.com' };
  const load = (auth: unknown, env: NodeJS.ProcessEnv = {}) =>
    loadUpstream(upstreamSchema.parse({ ...base, auth }), { base: folder, hostname: 'gate.example', env });

  it('reads the password from where it says', () => {
    fileWith('password', 'from-file\n');
    expect(load({ user: 'u', password: 'p' }).auth).toEqual({ user: 'u', password: 'p' });
    expect(load({ user: 'u', password_env: 'PW' }, { PW: 'from-env' }).auth?.password).toBe('from-env');
    expect(load({ user: 'u', password_file: 'password' }).auth?.password).toBe('from-file');
    expect(load(null)).toMatchObject({
      auth: null,
      ca: null,
      helo_name: 'gate.example',
      port: 587,
      tls: 'required',
    });
  });

  it('names what is missing', () => {
    expect(() => load({ user: 'u', password_env: 'PW' })).toThrow(
      'upstream main: environment variable PW is not set',
    );
    expect(() => load({ user: 'u', password_file: 'nowhere' })).toThrow('upstream main: cannot read nowhere');
  });

  it('wants exactly one password', () => {
    expect(() => load({ user: 'u' })).toThrow('exactly one');
    expect(() => load({ user: 'u', password: 'a', password_env: 'B' })).toThrow('exactly one');
  });

  it.each(['none', 'opportunistic'])('refuses a login with tls: %s, except on loopback', (tls) => {
    const auth = { user: 'u', password: 'p' };
    expect(() => upstreamSchema.parse({ ...base, tls, auth })).toThrow('auth needs tls');
    expect(() => upstreamSchema.parse({ ...base, host: '127.0.0.1', tls, auth })).not.toThrow();
  });
});
