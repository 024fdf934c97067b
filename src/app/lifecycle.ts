import type { Server } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
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

/** Ends kept connections too; requests under way are cut. */
export function closeHttp(server: Server | HttpsServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
