import { X509Certificate, createPrivateKey } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { certificateAnswer } from '../insight/machine-checks.ts';
import { type Check, type Finding, failed, fromHealth, notChecked, warning } from './check.ts';

/** The certificate that engines see on SMTP: in time, for this name, and with its own key. */
export function certificateCheck(config: Pick<Config, 'smtp' | 'data_dir' | 'hostname'>, now: number): Check {
  return {
    id: 'certificate',
    title: 'Certificate for SMTP',
    look: () => {
      const own = config.smtp.tls === null;
      const files = config.smtp.tls ?? {
        certificate: join(config.data_dir, 'tls/certificate.pem'),
        key: join(config.data_dir, 'tls/key.pem'),
      };
      const missing = Object.values(files).find((path) => !existsSync(path));
      if (missing !== undefined) {
        return own
          ? notChecked('There is none yet; the first start makes one.')
          : failed(`${missing} is not there.`, 'Name the files of the certificate under smtp.tls.');
      }
      return certificateFinding(
        { certificate: readFileSync(files.certificate), key: readFileSync(files.key) },
        { own, hostname: config.hostname, now },
      );
    },
  };
}

/** @param pair PEM */
export function certificateFinding(
  pair: { certificate: Buffer | string; key: Buffer | string },
  { own, hostname, now }: { own: boolean; hostname: string; now: number },
): Finding {
  const replace = own
    ? 'Delete tls/ in the data folder and start the gate again.'
    : 'Put the right files where smtp.tls names them and start the gate again.';
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pair.certificate);
  } catch {
    return failed('It is no certificate in PEM.', replace);
  }
  try {
    if (!certificate.checkPrivateKey(createPrivateKey(pair.key))) {
      return failed('The key belongs to another certificate; no TLS session can begin.', replace);
    }
  } catch {
    return failed('The key cannot be read as PEM, or it has a passphrase.', replace);
  }
  const from = Date.parse(certificate.validFrom);
  if (from > now) {
    return failed(
      `It counts from ${certificate.validFrom} only.`,
      'Check the clock, or wait with the new certificate.',
    );
  }
  const finding = fromHealth(certificateAnswer(Date.parse(certificate.validTo) - now, own));
  const days = Math.floor((now - from) / 86_400_000);
  if (finding.state === 'failed') return finding;
  if (certificate.checkHost(hostname) === undefined) {
    return warning(
      `It is not for ${hostname}, the name the gate gives itself (${certificate.subjectAltName ?? certificate.subject}).`,
      'Engines that check names must connect by a name it is for; or set hostname, or get one for this name.',
    );
  }
  return { ...finding, says: `${finding.says} It is ${days} days old and for ${hostname}.` };
}
