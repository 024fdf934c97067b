import { type KeyObject, createPrivateKey, webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { nameConstraints } from './name-constraints.ts';

/** A private key (PKCS #8) and its certificate, both PEM. */
export interface PemPair {
  key: string;
  cert: string;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Clocks of engines may run a little behind the gate's. */
const BACKDATED = HOUR;
const AUTHORITY_DAYS = 3_650;
/** The longest that clients accept of a public authority (CA/Browser Forum Baseline Requirements 6.3.2 up to 2026: 398). */
export const CERTIFICATE_DAYS = 397;

const KEY = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' };

/**
 * A certificate authority that can vouch for `hosts` (and names below them) and for nothing else: RFC 5280 4.2.1.10
 * name constraints, no address, no further authority, TLS servers only. Who steals its key can stand in for those hosts,
 * towards the engines that trust it, and for no others.
 *
 * @param name the gate's name, shown in the authority's own
 * @param now milliseconds since the epoch
 */
export async function createAuthority(hosts: string[], name: string, now: number): Promise<PemPair> {
  const keys = await webcrypto.subtle.generateKey(KEY, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    // The time tells an authority from the one it replaces; X.520 allows a common name 64 characters.
    name: [{ CN: [`presend ${name.slice(0, 36)} ${new Date(now).toISOString().slice(0, 19)}`] }],
    ...validity(now, now + AUTHORITY_DAYS * DAY),
    keys,
    signingAlgorithm: SIGNATURE,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      nameConstraints(hosts),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return pem(keys.privateKey, certificate);
}

/**
 * A server certificate for all `hosts`, valid `CERTIFICATE_DAYS` days or to the authority's own end, whichever comes first.
 *
 * @param now milliseconds since the epoch
 */
export async function issueCertificate(authority: PemPair, hosts: string[], now: number): Promise<PemPair> {
  const issuer = new X509Certificate(authority.cert);
  const keys = await webcrypto.subtle.generateKey(KEY, true, ['sign', 'verify']);
  const extensions: Extension[] = [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    new SubjectAlternativeNameExtension(hosts.map((value) => ({ type: 'dns' as const, value }))),
    await SubjectKeyIdentifierExtension.create(keys.publicKey),
    // Python 3.13 and newer refuse a certificate without it (VERIFY_X509_STRICT).
    await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
  ];
  const certificate = await X509CertificateGenerator.create({
    subject: [{ CN: ['presend'] }],
    issuer: issuer.subjectName,
    ...validity(now, Math.min(now + CERTIFICATE_DAYS * DAY - BACKDATED, issuer.notAfter.getTime())),
    publicKey: keys.publicKey,
    signingKey: await importKey(createPrivateKey(authority.key)),
    signingAlgorithm: SIGNATURE,
    extensions,
  });
  return pem(keys.privateKey, certificate);
}

const validity = (now: number, end: number) => ({
  notBefore: new Date(now - BACKDATED),
  notAfter: new Date(end),
});

const importKey = (key: KeyObject) =>
  webcrypto.subtle.importKey('pkcs8', key.export({ format: 'der', type: 'pkcs8' }), KEY, false, ['sign']);

async function pem(key: webcrypto.CryptoKey, certificate: X509Certificate): Promise<PemPair> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  const object = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return {
    key: object.export({ format: 'pem', type: 'pkcs8' }).toString(),
    cert: `${certificate.toString('pem').trimEnd()}\n`,
  };
}
