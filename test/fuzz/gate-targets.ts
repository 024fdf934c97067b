import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import * as fc from 'fast-check';
import type { BombedGate } from './bombed-gate.ts';
import { mutated } from './bytes.ts';
import { FRONT_REQUESTS } from './front-requests.ts';
import type { Target } from './target.ts';

/** Answers that say what is wrong with a request, or that the gate cannot take it now; never that it broke. */
const isAnswer = (status: number): boolean => status < 500 || status === 503;

const DIALOGUE = [
  'EHLO fuzz.example',
  'HELO x',
  'MAIL FROM:<ann@sender.example>',
  'MAIL FROM:<ann@sender.example> SIZE=99999999999 BODY=8BITMIME SMTPUTF8',
  'RCPT TO:<bob@prospect.example>',
  'RCPT TO:<@a,@b:bob%c@prospect.example> NOTIFY=NEVER ORCPT=rfc822;x',
  'DATA',
  'From: ann@sender.example\r\n\r\nHello\r\n.',
  'RSET',
  'NOOP',
  'AUTH PLAIN AGVuZ2luZQBwYXNz',
  'AUTH LOGIN',
  'BDAT 10 LAST',
  'STARTTLS',
  'VRFY x',
  'QUIT',
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  'GET / HTTP/1.1\r\nHost: x',
];

/** Says all of it at once and hangs up; resolves when the gate has too. */
async function say(port: number, bytes: Buffer): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.resume();
  socket.setTimeout(10_000, () => socket.destroy());
  socket.end(bytes);
  await once(socket, 'close');
}

/** What a gate hears from outside, over real connections. */
export function gateTargets(gate: BombedGate): Target[] {
  const request = fc
    .constantFrom(...FRONT_REQUESTS)
    .chain((one) => fc.tuple(fc.constant(one), mutated([Buffer.from(one.body)])));
  const anyRequest = fc.tuple(fc.constantFrom(...FRONT_REQUESTS), fc.json());
  const dialogue = fc
    .array(fc.constantFrom(...DIALOGUE), { minLength: 1, maxLength: 10 })
    .map((lines) => Buffer.from(`${lines.join('\r\n')}\r\n`, 'latin1'));
  const statuses = new Map<number, number>();
  const post = async ({ path, headers }: (typeof FRONT_REQUESTS)[number], body: Buffer): Promise<void> => {
    const answer = await fetch(`http://127.0.0.1:${gate.httpPort}${path}`, {
      method: 'POST',
      headers: headers(gate.key),
      body: new Uint8Array(body),
    });
    const text = await answer.text();
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    assert.ok(isAnswer(answer.status), `${answer.status} ${text.slice(0, 300)}`);
  };
  return [
    {
      name: 'requests to the provider fronts, damaged',
      property: fc.asyncProperty(request, ([one, body]) => post(one, body)),
      figures: () => [...statuses].map(([status, count]) => `${status}: ${count}`).join(', '),
    },
    {
      name: 'requests to the provider fronts of any JSON',
      property: fc.asyncProperty(anyRequest, ([one, body]) => post(one, Buffer.from(body))),
      share: 0.5,
    },
    {
      name: 'SMTP dialogues, damaged',
      property: fc.asyncProperty(
        dialogue.chain((bytes) => mutated([bytes])),
        async (bytes) => {
          await say(gate.smtpPort, bytes);
          // Whoever comes next is served.
          const status = await fetch(`http://127.0.0.1:${gate.httpPort}/healthz`);
          assert.equal(status.status, 200);
        },
      ),
      share: 0.5,
    },
  ];
}
