import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface SeenRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** What the stand-in answers with; `hang` = nothing, ever. */
export type Answer = { status: number; body?: unknown; headers?: Record<string, string> } | 'hang';

/** A provider's API on loopback: records what it is asked and answers as told, the last answer again and again. */
export async function apiStandIn(
  ...answers: Answer[]
): Promise<{ base: string; seen: SeenRequest[]; answer: (...next: Answer[]) => void }> {
  const seen: SeenRequest[] = [];
  let queue = answers;
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      seen.push({
        method: req.method ?? '',
        path: req.url ?? '',
        headers: req.headers,
        body: Buffer.concat(chunks).toString(),
      });
      const next = (queue.length > 1 ? queue.shift() : queue[0]) ?? { status: 200, body: {} };
      if (next === 'hang') return;
      const body = next.body === undefined ? '' : JSON.stringify(next.body);
      res.writeHead(next.status, { 'content-type': 'application/json', ...next.headers }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    answer: (...next) => {
      queue = next;
    },
  };
}
