import { X509Certificate } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SecureContextOptions, connect, createServer, rootCertificates } from 'node:tls';
import { generate } from 'selfsigned';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { UserError } from '../../src/config/user-error.ts';
import {
  currentCertificate,
  readSetup,
  setUp,
  tearDown,
  transparentFiles,
} from '../../src/transparent/ca.ts';
import { issueCertificate } from '../../src/transparent/certificates.ts';

const DAY = 86_400_000;
const HOSTS = ['api.resend.com', 'smtp.resend.com'];
let dataDir: string;
let now: number;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'presend-transparent-'));
  now = Date.now();
});

const make = (hosts = HOSTS) => setUp(dataDir, { hosts, address: '127.0.0.1', name: 'gate.test', now });
const read = (path: string) => readFileSync(path, 'utf8');

/** Shakes hands with a server that has this certificate. @returns 'trusted', or why not in Node's words */
async function handshake(
  pair: { key: string; cert: string },
  servername: string,
  trust: SecureContextOptions,
) {
  const server = createServer(pair, (socket) => socket.end());
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return new Promise<string>((resolve) => {
    const client = connect({ host: '127.0.0.1', port, servername, ...trust });
    client.once('secureConnect', () => {
      client.destroy();
      resolve('trusted');
    });
    client.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code && error.code !== 'UNSPECIFIED' ? error.code : error.message),
    );
  });
}

describe('the authority', () => {
  test('is trusted for every host that was set up, by clients that have it, and refused by those that have not', async () => {
    const { certificate, authority } = await make();
    for (const host of HOSTS) {
      expect(await handshake(certificate, host, { ca: [authority.cert] })).toBe('trusted');
      expect(await handshake(certificate, host, { ca: [...rootCertificates] })).toBe(
        'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      );
    }
    expect(await handshake(certificate, 'api.sendgrid.com', { ca: [authority.cert] })).toBe(
      'ERR_TLS_CERT_ALTNAME_INVALID',
    );
  });

  test('cannot vouch for a host or an address outside of its constraints, even with its key in the wrong hands', async () => {
    const { authority } = await make();
    const forge = (altName: { type: 2; value: string } | { type: 7; ip: string }) =>
      generate([{ name: 'commonName', value: 'forged' }], {
        keyType: 'ec',
        algorithm: 'sha256',
        ca: authority,
        extensions: [{ name: 'subjectAltName', altNames: [altName] }],
      }).then(({ private: key, cert }) => ({ key, cert }));
    const trust = { ca: [authority.cert] };
    expect(await handshake(await forge({ type: 2, value: HOSTS[0] }), HOSTS[0], trust)).toBe('trusted');
    for (const strange of ['login.bank.example', 'resend.com', 'api.resend.com.evil.example']) {
      expect(await handshake(await forge({ type: 2, value: strange }), strange, trust)).toBe(
        'permitted subtree violation',
      );
    }
    expect(await handshake(await forge({ type: 7, ip: '127.0.0.1' }), '', trust)).toBe(
      'excluded subtree violation',
    );
  });

  test('can make no further authority', async () => {
    const { authority, certificate } = await make();
    expect(new X509Certificate(authority.cert).ca).toBe(true);
    expect(new X509Certificate(certificate.cert).ca).toBe(false);
  });

  test('lasts ten years at most, and its certificates 397 days', async () => {
    const { authority, certificate } = await make();
    expect((authority.until - authority.from) / DAY).toBeLessThanOrEqual(3_651);
    expect((certificate.until - certificate.from) / DAY).toBeLessThanOrEqual(397);
    expect((certificate.until - now) / DAY).toBeGreaterThan(396);
  });

  test('stays when set up again for the same hosts in another order, so that engines need nothing new', async () => {
    const first = await make();
    const again = await make(HOSTS.toReversed());
    expect(again).toMatchObject({ newAuthority: false, authority: { cert: first.authority.cert } });
    expect(again.certificate.cert).toBe(first.certificate.cert);
  });

  test('is replaced when the hosts change, and the old certificate with it', async () => {
    const first = await make();
    const changed = await make([...HOSTS, 'api.sendgrid.com']);
    expect(changed.newAuthority).toBe(true);
    expect(await handshake(changed.certificate, 'api.sendgrid.com', { ca: [changed.authority.cert] })).toBe(
      'trusted',
    );
    expect(await handshake(changed.certificate, 'api.resend.com', { ca: [first.authority.cert] })).not.toBe(
      'trusted',
    );
  });

  test('is replaced when it would end before a new certificate does', async () => {
    const first = await make();
    now = first.authority.until - 396 * DAY;
    expect(await make()).toMatchObject({ newAuthority: true });
  });
});

describe('the certificate', () => {
  test('is kept at a start with 31 days left and made anew with 29, by the same authority', async () => {
    const { certificate, authority } = await make();
    expect(await currentCertificate(dataDir, certificate.until - 31 * DAY)).toEqual(certificate);
    now = certificate.until - 29 * DAY;
    const renewed = await currentCertificate(dataDir, now);
    expect(renewed?.cert).not.toBe(certificate.cert);
    expect((renewed!.until - now) / DAY).toBeGreaterThan(396);
    expect(new X509Certificate(renewed!.cert).verify(new X509Certificate(authority.cert).publicKey)).toBe(
      true,
    );
    expect(await currentCertificate(dataDir, now)).toEqual(renewed);
  });

  test('never outlasts its authority, and is not made again and again in its last days', async () => {
    const { authority } = await make();
    now = authority.until - 10 * DAY;
    const last = await currentCertificate(dataDir, now);
    expect(last?.until).toBe(authority.until);
    expect(await currentCertificate(dataDir, now + DAY)).toEqual(last);
    await expect(currentCertificate(dataDir, authority.until)).rejects.toThrow(
      /ended on .*; run "presend transparent setup" for a new one/,
    );
  });

  test('is made anew when a kill left key and certificate of two different ones', async () => {
    const { certificate, authority } = await make();
    const files = transparentFiles(dataDir);
    writeFileSync(files.key, (await issueCertificate(authority, HOSTS, now)).key);
    const mended = await currentCertificate(dataDir, now);
    expect(mended?.cert).not.toBe(certificate.cert);
    expect(await handshake(mended!, HOSTS[0], { ca: [authority.cert] })).toBe('trusted');
  });

  test('is made anew when the folder names other hosts than it is for', async () => {
    await make();
    const files = transparentFiles(dataDir);
    writeFileSync(files.setup, JSON.stringify({ hosts: ['api.resend.com'], address: '127.0.0.1' }));
    const changed = await currentCertificate(dataDir, now);
    expect(new X509Certificate(changed!.cert).subjectAltName).toBe('DNS:api.resend.com');
  });
});

describe('the folder', () => {
  test('keeps keys for its owner alone, also where they were open before', async () => {
    await make();
    const files = transparentFiles(dataDir);
    const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
    expect([files.folder, files.authorityKey, files.key].map(mode)).toEqual(['700', '600', '600']);
    chmodSync(files.authorityKey, 0o644);
    await make();
    expect(mode(files.authorityKey)).toBe('600');
  });

  test('holds one file with the authority alone, and one with the usual roots before it', async () => {
    const { authority } = await make();
    const files = transparentFiles(dataDir);
    expect(read(files.authority)).toBe(authority.cert);
    const bundle = read(files.bundle);
    expect(bundle.match(/BEGIN CERTIFICATE/g)).toHaveLength(rootCertificates.length + 1);
    expect(bundle.endsWith(authority.cert)).toBe(true);
  });

  test('holds a whole hosts file for the engine', async () => {
    await make();
    expect(read(transparentFiles(dataDir).hosts)).toBe(
      '127.0.0.1 localhost\n::1 localhost\n127.0.0.1 api.resend.com\n127.0.0.1 smtp.resend.com\n',
    );
  });

  test('without a set-up gives no certificate, and after a kill inside the set-up neither', async () => {
    expect(await currentCertificate(dataDir, now)).toBeNull();
    await make();
    rmSync(transparentFiles(dataDir).setup);
    expect(await currentCertificate(dataDir, now)).toBeNull();
    expect((await make()).newAuthority).toBe(true);
  });

  test('that is damaged is told in a sentence', async () => {
    await make();
    const files = transparentFiles(dataDir);
    writeFileSync(files.authority, 'no certificate');
    await expect(currentCertificate(dataDir, now)).rejects.toThrow(
      /is damaged; run "presend transparent setup"/,
    );
    writeFileSync(files.setup, '{"hosts":');
    expect(() => readSetup(dataDir)).toThrow(UserError);
  });

  test('is gone after it was torn down', async () => {
    await make();
    expect(tearDown(dataDir)).toBe(true);
    expect(existsSync(transparentFiles(dataDir).folder)).toBe(false);
    expect(tearDown(dataDir)).toBe(false);
  });
});
