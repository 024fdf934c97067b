import type { Server, ServerResponse } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { Server as NetServer } from 'node:net';
import { UserError } from '../config/user-error.ts';

/** Runs `work` again and again with a pause between; `stop` waits for the round in progress. */
export function repeat(
  pauseMs: number,
  work: () => Promise<void>,
  onError: (err: unknown) => void,
): { stop(): Promise<void> } {
  let stopped = false;
  let wake: () => void = () => {};
  const loop = (async () => {
    while (!stopped) {
      await work().catch(onError);
      if (stopped) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pauseMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  })();
  return {
    stop: () => {
      stopped = true;
      wake();
      return loop;
    },
  };
}

/** @returns what runs `work`; asked for while it runs, once more after it, however often */
export function onceAtATime(work: () => Promise<void>, onError: (err: unknown) => void): () => void {
  let running = false;
  let again = false;
  return () => {
    again = true;
    if (running) return;
    running = true;
    void (async () => {
      while (again) {
        again = false;
        await work().catch(onError);
      }
      running = false;
    })();
  };
}

/** Turns what the system says about a port into a sentence for the operator. */
export async function listening<T>(section: 'smtp' | 'http' | 'transparent', listen: Promise<T>): Promise<T> {
  try {
    return await listen;
  } catch (error) {
    const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
    const where = `${address ?? 'the address'}:${port ?? ''}`;
    const why: Record<string, string> = {
      EADDRINUSE: 'another program listens there; stop it',
      EACCES: 'this user may not listen there; ports below 1024 need a privilege',
      EADDRNOTAVAIL: 'this machine has no such address',
    };
    if (code === undefined || why[code] === undefined) throw error;
    throw new UserError(
      `cannot listen on ${where} (${section}): ${why[code]}, or set ${section}.${section === 'transparent' ? 'https_port' : 'port'} and ${section}.host`,
    );
  }
}

/** How long requests under way may take to be answered when the gate stops; SMTP transactions have as long. */
const DRAIN_MS = 5_000;

/**
 * Takes no more connections, lets requests under way be answered, then cuts what is left.
 *
 * @param lingerMs how long kept connections stay open for a request that is on its way; each answer closes its connection
 */
export function closeHttp(server: Server | HttpsServer, lingerMs = 0): Promise<void> {
  return new Promise((resolve) => {
    server.prependListener('request', (_req, res: ServerResponse) => res.setHeader('Connection', 'close'));
    let idle: NodeJS.Timeout | undefined;
    const linger = setTimeout(() => {
      server.closeIdleConnections();
      // A request that was under way leaves its connection idle.
      idle = setInterval(() => server.closeIdleConnections(), 50);
    }, lingerMs);
    const cut = setTimeout(() => server.closeAllConnections(), lingerMs + DRAIN_MS);
    // Not that of HTTP, which closes idle connections at once.
    NetServer.prototype.close.call(server, () => {
      clearTimeout(linger);
      clearInterval(idle);
      clearTimeout(cut);
      resolve();
    });
  });
}
