import { type IncomingHttpHeaders, request } from 'node:http';
import type { TestGate } from '../support/gate.ts';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** Without what fetch adds or hides; a stream is cut after its headers. */
export function ask(
  gate: Pick<TestGate, 'httpBase'>,
  path: string,
  {
    method = 'GET',
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(`${gate.httpBase}${path}`, { method, headers, agent: false }, (res) => {
      let text = '';
      const done = (): void => resolve({ status: res.statusCode ?? 0, headers: res.headers, text });
      if (res.headers['content-type']?.startsWith('text/event-stream')) {
        done();
        return void sent.destroy();
      }
      res.setEncoding('utf8');
      res.on('data', (chunk: string) => (text += chunk));
      res.on('end', done);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
