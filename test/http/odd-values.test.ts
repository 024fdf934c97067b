import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Endpoint } from '../../src/http/endpoint.ts';
import { addProspect, startGate } from '../support/gate.ts';
import { signIn } from '../support/sign-in.ts';

const cursor = (...values: unknown[]): string => Buffer.from(JSON.stringify(values)).toString('base64url');

/** What a column of numbers, a column of text, a search or a cursor may take badly; no form of the app sends it. */
const ODD = [
  'abc',
  '-1',
  '1.5',
  '99999999999999999999',
  'a\0b',
  `"a' %_\\ :* & !(<->|`,
  cursor('abc', 'x'),
  cursor(1e300, 'x'),
  cursor(1, 'x'),
];

/** Addresses of an endpoint with an odd value in each place that takes one. */
function odd({ method, path, query }: Endpoint): string[] {
  const plain = path.replaceAll(/:\w+/gu, '1').replaceAll('*', '');
  const fields = method === 'get' && query instanceof z.ZodObject ? Object.keys(query.shape) : [];
  return ODD.map(encodeURIComponent).flatMap((value) => [
    ...(path.includes(':') ? [path.replaceAll(/:\w+/gu, value)] : []),
    ...fields.map((field) => `${plain}?${field}=${value}`),
  ]);
}

test('odd values in an address are refused or find nothing, and are no trouble of the gate', async () => {
  const gate = await startGate();
  await addProspect(gate, 'jane@acme.example');
  await gate.send({ to: 'jane@acme.example' });
  await gate.until((all) => all[0]?.state === 'relayed', 'relayed');
  const { cookie, csrf } = await signIn(gate);
  const ask = async (method: string, address: string): Promise<string> => {
    const abort = new AbortController();
    try {
      const { status, headers, body } = await fetch(`${gate.httpBase}/api${address}`, {
        method: method.toUpperCase(),
        headers: { cookie, 'X-CSRF-Token': csrf },
        redirect: 'manual',
        signal: abort.signal,
      });
      if (status >= 500) return `is answered ${status}`;
      // An event stream would never end; a download may break off.
      const endless = headers.get('Content-Type')?.startsWith('text/event-stream');
      if (body && !endless) await body.pipeTo(new WritableStream());
      return '';
    } catch (error) {
      return `breaks off: ${String(error)}`;
    } finally {
      abort.abort();
    }
  };
  const calls = gate.app.endpoints
    .filter(({ access, method, body }) => access !== 'public' && (method === 'get' || body === null))
    .flatMap((one) => odd(one).map((address) => [one.method, address] as const));
  expect(calls.length).toBeGreaterThan(500);
  const troubles: string[] = [];
  const waiting = calls.values();
  const askAll = async (): Promise<void> => {
    for (const [method, address] of waiting) {
      const trouble = await ask(method, address);
      if (trouble) troubles.push(`${method} ${address.slice(0, 100)} ${trouble}`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, askAll));
  expect(troubles).toEqual([]);
}, 120_000);
