import type { ServerOptions } from 'node:http';

/** Open at once; kept ones of engines among them. */
export const MAX_CONNECTIONS = 2_000;

/** How long an idle connection is kept: longer than the pools of clients, which would else meet it as it closes. */
const KEEP_ALIVE_MS = 65_000;
/** A body that is late is refused in its API's shape first (intake/http-body.ts). */
const GRACE_MS = 10_000;

/** @param bodySeconds how long the body of a request may take to arrive */
export function serverOptions(bodySeconds: number): ServerOptions {
  return {
    requestTimeout: bodySeconds * 1000 + GRACE_MS,
    headersTimeout: 10_000,
    keepAliveTimeout: KEEP_ALIVE_MS,
  };
}
