import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { onTestFinished } from 'vitest';
import type { TestGate } from '../support/gate.ts';

/** What `node:http` tells of every answer a client gets (Node's documentation, diagnostics_channel, "HTTP"). */
interface HttpAnswered {
  request: ClientRequest;
  response: IncomingMessage;
}

/** The same of `fetch` (undici's documentation, "Diagnostics Channel"); names and values alternate. */
interface FetchAnswered {
  request: { origin: string };
  response: { headers: Buffer[] };
}

/** Headers of the gate's last answer to any client in this process: some SDKs keep them to themselves. */
export function watchAnswers({ httpBase }: TestGate): { get(name: string): string | null } {
  const { host } = new URL(httpBase);
  let last = new Headers();
  const listeners: [channel: string, (told: unknown) => void][] = [
    [
      'http.client.response.finish',
      (told) => {
        const { request, response } = told as HttpAnswered;
        if (request.getHeader('host') === host) last = headersOf(response.rawHeaders);
      },
    ],
    [
      'undici:request:headers',
      (told) => {
        const { request, response } = told as FetchAnswered;
        if (request.origin === httpBase) last = headersOf(response.headers.map(String));
      },
    ],
  ];
  for (const [channel, listener] of listeners) subscribe(channel, listener);
  onTestFinished(() => listeners.forEach(([channel, listener]) => void unsubscribe(channel, listener)));
  return { get: (name) => last.get(name) };
}

function headersOf(alternating: string[]): Headers {
  const headers = new Headers();
  for (let i = 0; i + 1 < alternating.length; i += 2) headers.append(alternating[i], alternating[i + 1]);
  return headers;
}
