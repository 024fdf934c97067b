import { decodeWords } from '../../src/message/encoded-words.ts';
import { describe, expect, test } from 'vitest';
import type { Account, Dialect } from '../../src/delivery/providers/dialect.ts';
import { mailersend } from '../../src/delivery/providers/mailersend.ts';
import { mailgun } from '../../src/delivery/providers/mailgun.ts';
import { ses } from '../../src/delivery/providers/ses.ts';
import { newKey } from '../support/api-key.ts';
import { addCast, FINE, raw, stored } from '../support/front.ts';
import { startGate, type TestGate } from '../support/gate.ts';

const FROM = 'ann@sender.example';
const TO = ['maria@passing.example', 'unknown@nowhere.example'];

const MAILERSEND = {
  from: { email: FROM },
  to: TO.map((email) => ({ email })),
  subject: 'Hiring plans',
  text: FINE,
  tags: ['autumn'],
};
const SES = {
  FromEmailAddress: FROM,
  Destination: { ToAddresses: TO },
  Content: { Simple: { Subject: { Data: 'Hiring plans' }, Body: { Text: { Data: FINE } } } },
};
const BOUNDARY = 'XX';
const MAILGUN = `${Object.entries({ from: FROM, to: TO.join(','), subject: 'Hiring plans', text: FINE })
  .map(([name, value]) => `--XX\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
  .join('')}--XX--\r\n`;

async function accountAt(gate: TestGate, dialect: Dialect): Promise<Account> {
  const key = await newKey(gate, dialect.name === 'ses' ? 'sigv4' : 'bearer');
  const baseUrl = `${gate.httpBase}/${dialect.name}`;
  return key.kind === 'bearer'
    ? { baseUrl, apiKey: key.key }
    : { baseUrl, apiKey: key.secretAccessKey, accessKeyId: key.accessKeyId, region: 'eu-west-1' };
}

/** A request as a client makes it: the dialect speaks the same API. */
const asClient = (dialect: Dialect, account: Account, path: string, contentType: string, body: string) =>
  dialect.request(
    { provider: dialect.name, path, contentType, body: Buffer.from(body) },
    account,
    'k',
    Date.now(),
  );

/** The gate's own fronts stand for the providers here: they take what clients of those send. */
describe.each([
  [mailersend, '/v1/email', 'application/json', JSON.stringify(MAILERSEND)],
  [mailgun, '/v3/mg.sender.example/messages', `multipart/form-data; boundary=${BOUNDARY}`, MAILGUN],
  [ses, '/v2/email/outbound-emails', 'application/json', JSON.stringify(SES)],
])('what came for $name and departs', (dialect, path, contentType, body) => {
  test('is taken there, with the recipients, the text and the headers it was given', async () => {
    const [here, there] = [await startGate(), await startGate()];
    await addCast(here);
    const first = asClient(dialect, await accountAt(here, dialect), path, contentType, body);
    const taken = await raw(here, 'POST', new URL(first.url).pathname, first.headers, first.body);
    expect(taken.headers.get('x-presend-disposition')).toBe('held');

    const [request] = (await stored(here)).requests;
    const kept = { provider: dialect.name, ...request };
    const left = dialect.depart(kept, {
      only: new Set(['maria@passing.example']),
      edit: { subject: 'Näw plans', text: 'Hello Maria, shall we talk?', html: null },
      headers: [{ name: 'List-Unsubscribe', value: '<https://gate.example/u>' }],
    });
    const going = dialect.request({ ...kept, ...left }, await accountAt(there, dialect), 'k', Date.now());
    const answer = await raw(there, 'POST', new URL(going.url).pathname, going.headers, going.body);

    const headers = Object.fromEntries(answer.headers.entries());
    const verdict = dialect.interpret({ status: answer.status, headers, body: answer.text });
    expect(verdict).toMatchObject({ outcome: 'delivered', upstreamId: expect.any(String) });
    expect((await there.deliveries()).map(({ recipient }) => recipient)).toEqual(['maria@passing.example']);
    const mime = (await stored(there)).raw;
    expect(decodeWords(/^Subject: (.*)\r$/m.exec(mime)![1])).toBe('Näw plans');
    expect(mime).toMatch(/^List-Unsubscribe: <https:\/\/gate.example\/u>/m);
    expect(mime).toContain('Hello Maria, shall we talk?');
    expect(mime).not.toContain('hiring plans be useful');
  });
});
