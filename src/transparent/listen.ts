import { type Server, createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Config } from '../config/config.ts';
import { UserError } from '../config/user-error.ts';
import type { Express } from 'express';
import { guardServer } from '../http/server.ts';
import { serverOptions } from '../http/server-options.ts';
import type { Logger } from '../observability/logger.ts';
import type { TransparentCertificate } from './server-name.ts';

/**
 * HTTPS under the providers' own names, with the same application behind it as the gate's HTTP port: what an engine with a
 * hard-coded `https://api.…` reaches. TLS 1.2 or newer.
 *
 * @param fd a listening socket that was handed over, instead of the configured port
 * @param certificate null = transparent mode is not set up
 * @returns null when `transparent.https_port` is null; rejects with the system's error (EADDRINUSE …)
 * @throws UserError when the port is configured and nothing is set up
 */
export async function transparentListener({
  config,
  app,
  certificate,
  log,
  fd,
}: {
  config: Pick<Config, 'transparent' | 'http'>;
  app: Express;
  certificate: TransparentCertificate | null;
  log: Logger;
  fd?: number | undefined;
}): Promise<{ server: Server; address: AddressInfo } | null> {
  const { https_port: port, host } = config.transparent;
  if (port === null) return null;
  if (!certificate) {
    throw new UserError(
      'transparent.https_port is set, but there are no certificates yet; run "presend transparent setup", or take transparent.https_port out of the configuration',
    );
  }
  const server = createServer(
    {
      ...certificate.keyPair,
      SNICallback: certificate.byName,
      minVersion: 'TLSv1.2',
      ...serverOptions(config.http.body_seconds),
    },
    app,
  );
  // A client without the authority ends the handshake here; for the operator that is a hint, not trouble.
  server.on('tlsClientError', (err, socket) =>
    log.info(
      { err: err.message, from: socket.remoteAddress },
      'a client refused the certificate of transparent mode or spoke no TLS',
    ),
  );
  guardServer(server, app, log);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(fd === undefined ? { port, host } : { fd }, () => {
      server.off('error', reject);
      resolve({ server, address: server.address() as AddressInfo });
    });
  });
}
