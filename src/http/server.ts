import type { AddressInfo } from 'node:net';
import { type Server, createServer } from 'node:http';
import express, { type Express, type NextFunction, type Request, type Response, type Router } from 'express';
import type { Logger } from '../observability/logger.ts';
import { page } from './page.ts';
import { MAX_CONNECTIONS, serverOptions } from './server-options.ts';

export interface HttpOptions {
  host: string;
  port: number;
  /** A listening socket that was handed over, instead of `host` and `port`. */
  fd?: number | undefined;
  /** How long the body of a request may take to arrive. */
  body_seconds: number;
  log: Logger;
  /** Path and router of each part; the health routes among them. */
  routers: [path: string, router: Router][];
}

/** The gate's HTTP side: security headers, the parts' routers, and one place where errors become answers. */
export function createApp({ routers, log }: Pick<HttpOptions, 'routers' | 'log'>): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use((_req, res, next) => {
    res.set({
      'Content-Security-Policy':
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
      'Cache-Control': 'no-store',
    });
    next();
  });
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

/** @returns the listening server, its address and its application; rejects with the system's error (EADDRINUSE …) */
export function listenHttp(
  options: HttpOptions,
): Promise<{ server: Server; address: AddressInfo; app: Express }> {
  const app = createApp(options);
  const server = createServer(serverOptions(options.body_seconds), app);
  server.maxConnections = MAX_CONNECTIONS;
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
