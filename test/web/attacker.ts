import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContext } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';

/** Somebody else's host, which hears of what reaches it, connections without a request too (`preconnect`). */
export interface Attacker {
  /** `127.0.0.1:port` */
  host: string;
  /** Paths asked for, in order. */
  requests: string[];
  /** Connections so far. */
  connections(): number;
  /** Resolves when the browser has sent what it was going to: a request made now has come, and comes last. */
  quiet(context: BrowserContext): Promise<void>;
}

export async function startAttacker(): Promise<Attacker> {
  const requests: string[] = [];
  let connections = 0;
  const server = createServer((req, res) => {
    requests.push(req.url ?? '');
    res.setHeader('Access-Control-Allow-Origin', '*');
    res.setHeader('Connection', 'close');
    res.end('body{}');
  });
  server.on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    requests,
    connections: () => connections,
    quiet: async (context) => {
      const before = connections;
      const page = await context.newPage();
      await page.goto(`http://${host}/last`);
      await expect.poll(() => requests.includes('/last')).toBe(true);
      await page.close();
      requests.splice(0, requests.length, ...requests.filter((path) => !/^\/(?:last|favicon)/u.test(path)));
      // What this page itself opened does not count.
      connections = before;
    },
  };
}
