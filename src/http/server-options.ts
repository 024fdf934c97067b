import type { ServerOptions } from 'node:http';

/** Open at once; kept ones of engines among them. */
export const MAX_CONNECTIONS = 2_000;

/** Of these, from one address; proxies that are trusted and this machine may have all. */
export const MAX_CONNECTIONS_PER_ADDRESS = 500;

/**
 * A connection on which nothing moves is cut, also one whose client does not read its answer. Longer than the longest silence
 * there is reason for: waiting for a verdict (`answer.wait_ms`), the heartbeat of the live stream.
 */
export const IDLE_MS = 120_000;

/** How long an idle connection is kept: longer than the pools of clients, which would else meet it as it closes. */
const KEEP_ALIVE_MS = 65_000;
/** How long the headers of a request may take to arrive, from the connection on. */
const HEADERS_MS = 10_000;
/** A body that is late is refused in its API's shape first (intake/http-body.ts). */
const GRACE_MS = 10_000;

/** @param bodySeconds how long the body of a request may take to arrive */
export function serverOptions(bodySeconds: number): ServerOptions {
  return {
    requestTimeout: bodySeconds * 1000 + GRACE_MS,
    headersTimeout: HEADERS_MS,
    // Node looks for what is late every 30 s otherwise, and a slow header would have that long.
    connectionsCheckingInterval: 2_000,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Node's defaults, said so that no flag of the process changes them: one reading of a request, with a Host, and 16 KB of headers.
    insecureHTTPParser: false,
    requireHostHeader: true,
    maxHeaderSize: 16_384,
  };
}
