import type { AddressInfo } from 'node:net';
import { type Server, createServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import express, { type Express, type NextFunction, type Request, type Response, type Router } from 'express';
import type { Logger } from '../observability/logger.ts';
import { addressKind } from './address-kind.ts';
import { limitConnections } from './connection-limit.ts';
import { page } from './page.ts';
import { securityHeaders } from './security-headers.ts';
import { IDLE_MS, MAX_CONNECTIONS, MAX_CONNECTIONS_PER_ADDRESS, serverOptions } from './server-options.ts';

export interface HttpOptions {
  host: string;
  port: number;
  /** A listening socket that was handed over, instead of `host` and `port`. */
  fd?: number | undefined;
  /** How long the body of a request may take to arrive. */
  body_seconds: number;
  /** Where people reach it; null = not configured. */
  public_url?: string | null;
  log: Logger;
  /** Path and router of each part; the health routes among them. */
  routers: [path: string, router: Router][];
}

/** The gate's HTTP side: security headers, the parts' routers, and one place where errors become answers. */
export function createApp({
  routers,
  log,
  public_url = null,
}: Pick<HttpOptions, 'routers' | 'log' | 'public_url'>): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(securityHeaders(public_url), oneHost);
  for (const [path, router] of routers) app.use(path, router);
  app.use((req, res) => {
    res.status(404);
    if (req.accepts(['html', 'json']) === 'html') {
      return void res.type('html').send(page('Not found', '<p>There is nothing at this address.</p>'));
    }
    res.json({ message: `There is nothing at ${req.method} ${req.path}.` });
  });
  app.use((err: unknown, req: Request, res: Response, _next: NextFunction) => {
    // Only the first part of the path is logged: the rest may be a signed token.
    // Body parsers and the router set a status; anything else is trouble of ours.
    const status = (err as { status?: number }).status ?? 503;
    if (status >= 500) log.error({ err, route: req.path.split('/', 2).join('/') }, 'a request failed');
    if (res.headersSent) return void res.destroy();
    if (status >= 500) res.set('Retry-After', '30');
    const text =
      status >= 500
        ? 'presend cannot answer just now; try again in a moment.'
        : 'The request was not understood.';
    res
      .status(status)
      .type('html')
      .send(page(status >= 500 ? 'Trouble' : 'Bad request', `<p>${text}</p>`));
  });
  return app;
}

/** Node takes the first of two Hosts, a proxy before it perhaps the last (RFC 9112 3.2: refuse). */
function oneHost({ rawHeaders }: Request, res: Response, next: NextFunction): void {
  const hosts = rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'host');
  if (hosts.length <= 1) return next();
  res.status(400).set('Connection', 'close').json({ message: 'The request names two hosts.' });
}

/** @returns the listening server, its address and its application; rejects with the system's error (EADDRINUSE …) */
export function listenHttp(
  options: HttpOptions,
): Promise<{ server: Server; address: AddressInfo; app: Express }> {
  const app = createApp(options);
  const server = createServer(serverOptions(options.body_seconds), app);
  guardServer(server, app, options.log);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(
      options.fd === undefined ? { port: options.port, host: options.host } : { fd: options.fd },
      () => {
        server.off('error', reject);
        resolve({ server, address: server.address() as AddressInfo, app });
      },
    );
  });
}

/** Bounds of connections, for each server the application is behind. */
export function guardServer(server: Server | HttpsServer, app: Express, log: Logger): void {
  server.maxConnections = MAX_CONNECTIONS;
  server.timeout = IDLE_MS;
  const isProxy = (address: string): boolean =>
    (app.get('trust proxy fn') as (address: string, hops: number) => boolean)(address, 0);
  limitConnections(server, {
    perAddress: MAX_CONNECTIONS_PER_ADDRESS,
    exempt: (address) => addressKind(address) === 'loopback' || isProxy(address),
    onRefused: (from) => log.warn({ from }, 'refused connections of an address that has very many already'),
  });
}
