import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { addProspect, startGate } from '../support/gate.ts';
import { signIn } from '../support/sign-in.ts';

/** Nothing that could be compressed: PostgreSQL's indexes take 2,704 bytes, and compress what is longer first. */
const long = (start = ''): string => start + randomBytes(4_500).toString('base64url');

test('a text of any length is taken where there is an index on it', async () => {
  const gate = await startGate();
  const ann = await signIn(gate);
  for (const [table, fields] of [
    ['companies', { name: long() }],
    ['prospects', { address: 'ann@acme.example', name: long() }],
    ['prospects', { address: 'bob@acme.example', title: long() }],
    ['peers', { name: long() }],
    ['peers', { name: 'Globex', city: long(), industry: long() }],
  ] as const) {
    const { status, body } = await ann.send('POST', `/crm/${table}`, { fields });
    expect(status, `${table} ${JSON.stringify(body).slice(0, 200)}`).toBe(200);
  }
  await addProspect(gate, 'jane@acme.example');
  const mail = { to: 'jane@acme.example', headers: { 'Message-ID': `<${long()}@sender.example>` } };
  expect(await gate.send(mail)).toMatch(/^250 .* Relaying/u);
  await gate.until((all) => all.length === 1 && all[0]?.state === 'relayed', 'relayed');
});
