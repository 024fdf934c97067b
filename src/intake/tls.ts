import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/strict-yaml.ts';
import { writeWhole } from '../config/whole-file.ts';

export interface KeyPair {
  key: Buffer;
  cert: Buffer;
}

/**
 * The server's key and certificate: the configured ones, else a self-signed pair made on first start and kept in
 * `data/tls`. (smtp-server's built-in key is public and never used.)
 *
 * @throws ConfigError when a configured file cannot be read
 */
export async function serverKeyPair(config: Config): Promise<KeyPair> {
  if (config.smtp.tls) {
    const { certificate, key } = config.smtp.tls;
    for (const path of [certificate, key]) {
      if (!existsSync(path)) throw new ConfigError(`smtp.tls names ${path}, which does not exist`);
    }
    return { key: readFileSync(key), cert: readFileSync(certificate) };
  }
  const keyPath = join(config.data_dir, 'tls/key.pem');
  const certPath = join(config.data_dir, 'tls/certificate.pem');
  if (!existsSync(keyPath) || !existsSync(certPath)) {
    // Only the first start makes one; every other start has that much less to load.
    const { generate } = await import('selfsigned');
    const notAfterDate = new Date();
    notAfterDate.setFullYear(notAfterDate.getFullYear() + 10);
    const pair = await generate([{ name: 'commonName', value: config.hostname }], {
      keyType: 'ec',
      algorithm: 'sha256',
      notAfterDate,
      extensions: [
        {
          name: 'subjectAltName',
          altNames: [
            { type: 2, value: config.hostname },
            { type: 2, value: 'localhost' },
            { type: 7, ip: '127.0.0.1' },
          ],
        },
      ],
    });
    // The certificate last: where it is, its key is.
    writeWhole(keyPath, pair.private, 0o600);
    writeWhole(certPath, pair.cert, 0o644);
  }
  return { key: readFileSync(keyPath), cert: readFileSync(certPath) };
}
