import { X509Certificate, createPrivateKey } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { z } from 'zod';
import { UserError } from '../config/user-error.ts';
import type { PemPair } from './certificates.ts';

/** Loaded where a certificate is made, which few gates ever do: it brings some 250 files. */
const x509 = () => import('./certificates.ts');

const DAY = 86_400_000;
/** A certificate with less than this left is made anew. */
const RENEW_BEFORE = 30 * DAY;

const setupSchema = z.strictObject({
  hosts: z.array(z.string()).min(1),
  /** Where the engines reach the gate. */
  address: z.string(),
});

/** What `presend transparent setup` chose. */
export type Setup = z.infer<typeof setupSchema>;

/** Everything of transparent mode lies in one folder of the data folder. Keys are for the gate's user alone. */
export function transparentFiles(dataDir: string) {
  const folder = join(dataDir, 'transparent');
  const at = (name: string): string => join(folder, name);
  return {
    folder,
    setup: at('setup.json'),
    authorityKey: at('ca.key'),
    /** For clients that add it to the roots they have (NODE_EXTRA_CA_CERTS). */
    authority: at('ca.pem'),
    /** For clients that read it instead of the roots they have (REQUESTS_CA_BUNDLE, SSL_CERT_FILE): those and ours. */
    bundle: at('bundle.pem'),
    /** A whole hosts file for engines that get one of their own. */
    hosts: at('hosts'),
    key: at('server.key'),
    certificate: at('server.pem'),
  };
}

/** A certificate, its key, and the days between which it counts (milliseconds since the epoch). */
export interface Certificate extends PemPair {
  from: number;
  until: number;
}

/**
 * Makes what is missing for these hosts: the authority, the server's certificate, the files engines need. An authority that is
 * for other hosts, or ends within the life of a new certificate, is replaced, and engines need the new one.
 *
 * @param name the gate's name
 * @param now milliseconds since the epoch
 */
export async function setUp(
  dataDir: string,
  { hosts, address, name, now }: Setup & { name: string; now: number },
): Promise<{ authority: Certificate; certificate: Certificate; newAuthority: boolean }> {
  const files = transparentFiles(dataDir);
  const before = readSetup(dataDir);
  const kept =
    before && sameHosts(before.hosts, hosts) ? readPair(files.authorityKey, files.authority) : null;
  const { CERTIFICATE_DAYS, createAuthority } = await x509();
  const keep = kept !== null && kept.from <= now && kept.until - now > CERTIFICATE_DAYS * DAY;
  const authority = keep ? kept : dated(await createAuthority(hosts, name, now));
  mkdirSync(files.folder, { recursive: true, mode: 0o700 });
  // setup.json goes first and comes last: where it is, everything else is whole.
  rmSync(files.setup, { force: true });
  write(files.authorityKey, authority.key, 0o600);
  write(files.authority, authority.cert, 0o644);
  write(
    files.bundle,
    [...rootCertificates, authority.cert].map((cert) => `${cert.trim()}\n`).join(''),
    0o644,
  );
  write(
    files.hosts,
    ['127.0.0.1 localhost', '::1 localhost', ...hostsLines({ hosts, address }), ''].join('\n'),
    0o644,
  );
  write(files.setup, `${JSON.stringify({ hosts, address } satisfies Setup, null, 2)}\n`, 0o600);
  return { authority, certificate: await renewed(dataDir, { hosts, address }, now), newAuthority: !keep };
}

/**
 * The server certificate for the hosts that were set up, made anew when it has fewer than 30 days left or is not for exactly
 * these hosts by this authority; null when transparent mode is not set up.
 *
 * @throws UserError when the folder is damaged or the authority itself has ended
 */
export async function currentCertificate(dataDir: string, now: number): Promise<Certificate | null> {
  const setup = readSetup(dataDir);
  return setup && renewed(dataDir, setup, now);
}

/** What was set up, or null. @throws UserError when the file cannot be read as one of ours */
export function readSetup(dataDir: string): Setup | null {
  const { setup } = transparentFiles(dataDir);
  if (!existsSync(setup)) return null;
  try {
    return setupSchema.parse(JSON.parse(readFileSync(setup, 'utf8')));
  } catch {
    throw new UserError(
      `${setup} is damaged; run "presend transparent remove", then "presend transparent setup" again`,
    );
  }
}

/** The authority that engines trust; null when there is none. */
export function readAuthority(dataDir: string): Certificate | null {
  const files = transparentFiles(dataDir);
  return readPair(files.authorityKey, files.authority);
}

/** The server certificate as it lies there, due or not; null when there is none. */
export function readCertificate(dataDir: string): Certificate | null {
  const files = transparentFiles(dataDir);
  return readPair(files.key, files.certificate);
}

/** Takes the authority, its key and all that was made with it away. @returns whether there was anything */
export function tearDown(dataDir: string): boolean {
  const { folder, setup } = transparentFiles(dataDir);
  const there = existsSync(folder);
  rmSync(setup, { force: true });
  rmSync(folder, { recursive: true, force: true });
  return there;
}

/** Lines for the hosts file of the engine. */
export const hostsLines = ({ hosts, address }: Setup): string[] => hosts.map((host) => `${address} ${host}`);

/** Whether a certificate that lasts until `until` is made anew at `now`; one that ends with its authority cannot last longer. */
export function isDue(certificate: Certificate, authority: Certificate, now: number): boolean {
  if (now < certificate.from || now >= certificate.until) return true;
  return certificate.until - now < RENEW_BEFORE && certificate.until < authority.until;
}

async function renewed(dataDir: string, { hosts }: Setup, now: number): Promise<Certificate> {
  const files = transparentFiles(dataDir);
  const authority = readPair(files.authorityKey, files.authority);
  if (!authority || now >= authority.until) {
    const why = authority ? `ended on ${new Date(authority.until).toISOString().slice(0, 10)}` : 'is damaged';
    throw new UserError(
      `the certificate authority of transparent mode ${why}; run "presend transparent setup" for a new one and give it to the engines, or "presend transparent remove"`,
    );
  }
  const present = readPair(files.key, files.certificate);
  if (
    present &&
    isFrom(present, authority) &&
    sameHosts(hostsIn(present), hosts) &&
    !isDue(present, authority, now)
  ) {
    return present;
  }
  const { issueCertificate } = await x509();
  const made = dated(await issueCertificate(authority, hosts, now));
  write(files.key, made.key, 0o600);
  write(files.certificate, made.cert, 0o644);
  return made;
}

function isFrom({ cert }: Certificate, authority: Certificate): boolean {
  const issuer = new X509Certificate(authority.cert);
  const certificate = new X509Certificate(cert);
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

/** The DNS names in a certificate of ours; host names hold nothing that Node would have to quote. */
function hostsIn({ cert }: Certificate): string[] {
  const names = new X509Certificate(cert).subjectAltName ?? '';
  return names.split(', ').map((name) => name.replace(/^DNS:/, ''));
}

/** null when a file is missing, is no PEM, or the two do not belong together (killed between writing them). */
function readPair(keyPath: string, certPath: string): Certificate | null {
  try {
    const pair = { key: readFileSync(keyPath, 'utf8'), cert: readFileSync(certPath, 'utf8') };
    return new X509Certificate(pair.cert).checkPrivateKey(createPrivateKey(pair.key)) ? dated(pair) : null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM') throw error;
    return null;
  }
}

function dated(pair: PemPair): Certificate {
  const { validFrom, validTo } = new X509Certificate(pair.cert);
  return { ...pair, from: Date.parse(validFrom), until: Date.parse(validTo) };
}

const sameHosts = (a: string[], b: string[]): boolean => a.toSorted().join() === b.toSorted().join();

/** Readers see the old content or the new one, never half. */
function write(path: string, content: string, mode: number): void {
  writeFileSync(`${path}.new`, content, { mode });
  renameSync(`${path}.new`, path);
}
