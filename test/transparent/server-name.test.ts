import { X509Certificate } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { request } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readSetup, setUp, tearDown } from '../../src/transparent/ca.ts';
import { TransparentCertificate } from '../../src/transparent/server-name.ts';
import { startGate } from '../support/gate.ts';

const DAY = 86_400_000;
const HOSTS = ['api.resend.com', 'smtp.resend.com'];

async function transparentGate() {
  const dataDir = mkdtempSync(join(tmpdir(), 'presend-sni-'));
  const { authority, certificate } = await setUp(dataDir, {
    hosts: HOSTS,
    address: '127.0.0.1',
    name: 'gate.test',
    now: Date.now(),
  });
  const gate = await startGate({
    dataDir,
    config: { smtp: { implicit_tls_port: 0 }, transparent: { https_port: 0 } },
  });
  const { smtp, https } = gate.app.addresses;
  return {
    gate,
    authority,
    certificate,
    ports: { starttls: smtp[0].port, implicit: smtp[1].port, https: https!.port },
  };
}

/** The certificate that a server shows to who asks for this name. */
async function shown(
  port: number,
  servername: string,
  how: 'starttls' | 'implicit',
): Promise<X509Certificate> {
  const options: ConnectionOptions = { servername, rejectUnauthorized: false };
  const socket =
    how === 'implicit'
      ? connect({ ...options, host: '127.0.0.1', port })
      : connect({ ...options, socket: await afterStartTls(port) });
  onTestFinished(() => void socket.destroy());
  return new Promise((resolve, reject) => {
    socket.once('secureConnect', () => resolve(socket.getPeerX509Certificate()!));
    socket.once('error', reject);
  });
}

async function afterStartTls(port: number) {
  const socket = connectTcp(port, '127.0.0.1');
  for (const line of ['EHLO client.example', 'STARTTLS']) {
    await new Promise((resolve) => socket.once('data', resolve));
    socket.write(`${line}\r\n`);
  }
  await new Promise((resolve) => socket.once('data', resolve));
  return socket;
}

describe('SMTP', () => {
  test.each([
    'starttls',
    'implicit',
  ] as const)('shows the transparent certificate to who names one of its hosts, and the ordinary one to all others: %s', async (how) => {
    const { authority, ports } = await transparentGate();
    const authorityKey = new X509Certificate(authority.cert).publicKey;
    for (const host of [...HOSTS, 'SMTP.Resend.COM']) {
      expect((await shown(ports[how], host, how)).verify(authorityKey)).toBe(true);
    }
    for (const other of ['gate.test', 'localhost', 'smtp.sendgrid.net', '']) {
      const certificate = await shown(ports[how], other, how);
      expect(certificate.verify(authorityKey)).toBe(false);
      expect(certificate.subjectAltName).toContain('DNS:gate.test');
    }
  });

  test('shows the ordinary certificate alone where transparent mode is not set up', async () => {
    const gate = await startGate({ config: { smtp: { implicit_tls_port: 0 } } });
    expect(gate.app.addresses.https).toBeNull();
    const certificate = await shown(gate.app.addresses.smtp[1].port, 'smtp.resend.com', 'implicit');
    expect(certificate.subjectAltName).toContain('DNS:gate.test');
  });
});

describe('HTTPS', () => {
  test('serves what the HTTP port serves, and no TLS older than 1.2', async () => {
    const { authority, ports } = await transparentGate();
    const get = (options: object) =>
      new Promise((resolve) => {
        const call = request(
          {
            host: '127.0.0.1',
            port: ports.https,
            path: '/healthz',
            servername: HOSTS[0],
            ca: authority.cert,
            ...options,
          },
          (answer) => answer.resume().once('end', () => resolve(answer.statusCode)),
        );
        call.once('error', (error) => resolve(error.message));
        call.end();
      });
    expect(await get({})).toBe(200);
    expect(await get({ minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' })).toBe(200);
    expect(await get({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' })).toMatch(
      /alert protocol version/,
    );
  });

  test('is not started without certificates: the start says what to do', async () => {
    await expect(startGate({ config: { transparent: { https_port: 0 } } })).rejects.toThrow(
      /run "presend transparent setup"/,
    );
  });
});

describe('a gate that runs for longer than its certificate lasts', () => {
  test('renews it at the next connection, once for all that wait', async () => {
    const { gate, authority, certificate, ports } = await transparentGate();
    gate.advance(380 * DAY);
    const certificates = await Promise.all([
      shown(ports.implicit, HOSTS[1], 'implicit'),
      shown(ports.https, HOSTS[0], 'implicit'),
      shown(ports.starttls, HOSTS[1], 'starttls'),
    ]);
    expect(new Set(certificates.map(({ serialNumber }) => serialNumber)).size).toBe(1);
    expect(Date.parse(certificates[0].validTo)).toBeGreaterThan(certificate.until + 300 * DAY);
    expect(certificates[0].verify(new X509Certificate(authority.cert).publicKey)).toBe(true);
  });

  test('refuses clients when it was taken away meanwhile', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'presend-sni-'));
    let now = Date.now();
    await setUp(dataDir, { hosts: HOSTS, address: '127.0.0.1', name: 'gate.test', now });
    const certificate = await TransparentCertificate.open({ dataDir, now: () => now });
    const ask = () =>
      new Promise((resolve) =>
        certificate!.byName('api.resend.com', (error, context) => resolve(error?.message ?? typeof context)),
      );
    expect(await ask()).toBe('object');
    tearDown(dataDir);
    expect(readSetup(dataDir)).toBeNull();
    now += 380 * DAY;
    expect(await ask()).toBe('transparent mode is no longer set up');
  });
});
