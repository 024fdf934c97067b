import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ProviderName } from '../../src/message/provider.ts';
import { UnreadableEventError } from '../../src/feedback/errors.ts';
import { timeOf } from '../../src/feedback/fields.ts';
import type { Form } from '../../src/feedback/form.ts';
import { readMailersend } from '../../src/feedback/providers/mailersend.ts';
import { readMailgun, readMailgunRoute } from '../../src/feedback/providers/mailgun.ts';
import { readPostmark } from '../../src/feedback/providers/postmark.ts';
import { readReceivedEmail, readResend } from '../../src/feedback/providers/resend.ts';
import { readSendgrid, readSendgridInbound } from '../../src/feedback/providers/sendgrid.ts';
import { readSes } from '../../src/feedback/providers/ses.ts';
import type { Received } from '../../src/feedback/received.ts';
import type { SnsEnvelope } from '../../src/feedback/signatures/sns.ts';
import { providerFixtures } from './provider-fixtures.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');

const READERS: Record<ProviderName, (body: unknown) => Received | Promise<Received>> = {
  resend: (body) => readResend(body, { eventId: 'msg_fixture', now: NOW }),
  sendgrid: (body) => readSendgrid(body, NOW),
  postmark: (body) => readPostmark(body, NOW),
  mailgun: (body) => readMailgun(body, NOW),
  mailersend: (body) => readMailersend(body, NOW),
  ses: (body) =>
    readSes({ MessageId: 'sns-fixture', Message: JSON.stringify(body) } as unknown as SnsEnvelope, NOW),
};

const FORMS: Partial<Record<ProviderName, (form: Form) => Promise<Received>>> = {
  sendgrid: (form) => readSendgridInbound(form, NOW),
  mailgun: (form) => readMailgunRoute(form, NOW),
};

test.each(
  providerFixtures().map((one) => [`${one.provider} ${one.name}: ${one.expected.about}`, one] as const),
)('%s', async (_, { provider, form, body, expected }) => {
  const read = async (): Promise<Received> =>
    form
      ? FORMS[provider]!(new Map(Object.entries(body as Record<string, string>)))
      : READERS[provider](body);
  if (expected.error !== undefined) {
    const refusal = await read().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(UnreadableEventError);
    expect((refusal as Error).message).toContain(expected.error);
    return;
  }
  const { events, inbound } = await read();
  expect(events).toMatchObject(expected.events ?? []);
  expect(inbound).toMatchObject(expected.inbound ?? []);
});

const ODD = [
  null,
  1,
  'text',
  [],
  [[]],
  {},
  { data: { to: [{}], email: [] } },
  { 'event-data': { message: 3 } },
];

test.each(
  Object.keys(READERS) as ProviderName[],
)('%s: input that is nothing like an event is read as nothing known, or refused with a sentence', async (provider) => {
  for (const body of ODD) {
    const outcome = await Promise.resolve()
      .then(() => READERS[provider](body))
      .catch((error: unknown) => error);
    if (outcome instanceof UnreadableEventError) continue;
    expect((outcome as Received).events.map(({ kind }) => kind)).toSatisfy((kinds: string[]) =>
      kinds.every((kind) => kind === 'other'),
    );
  }
});

/** A fixture with one of its values, anywhere inside, replaced. */
function damaged(value: unknown, path: readonly number[], odd: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined || value === null || typeof value !== 'object') return odd;
  const keys = Object.keys(value);
  const key = keys[step % Math.max(keys.length, 1)];
  if (key === undefined) return odd;
  const copy: Record<string, unknown> = Array.isArray(value) ? ([...value] as never) : { ...value };
  copy[key] = damaged(copy[key], rest, odd);
  return copy;
}

test('a fixture with any value replaced by any other never throws anything but a sentence', async () => {
  const fixtures = providerFixtures().filter(({ form }) => !form);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...fixtures),
      fc.array(fc.nat(20), { minLength: 1, maxLength: 5 }),
      fc.jsonValue({ maxDepth: 2 }),
      async ({ provider, body }, path, odd) => {
        const outcome: unknown = await Promise.resolve()
          .then(() => READERS[provider](damaged(body, path, odd)))
          .catch((error: unknown) => error);
        if (outcome instanceof Error && !(outcome instanceof UnreadableEventError)) throw outcome;
      },
    ),
    { numRuns: 2000 },
  );
});

test('events without an id of their own are told apart by what they say, and known again when repeated', async () => {
  const delivery = { RecordType: 'Delivery', Recipient: 'a@x.example', DeliveredAt: '2026-03-01T09:00:00Z' };
  const idOf = async (body: unknown) => (await readPostmark(body, NOW)).events[0].eventId;
  expect(await idOf(delivery)).toBe(await idOf({ ...delivery }));
  expect(await idOf(delivery)).not.toBe(await idOf({ ...delivery, Recipient: 'b@x.example' }));
});

test('a time that no calendar has counts as now, and one in parts of a second as the nearest millisecond', () => {
  expect([1e300, 1e13, -1e13, Number.NaN, 'never', null].map((time) => timeOf(time, NOW))).toEqual(
    Array.from({ length: 6 }, () => NOW),
  );
  expect(timeOf(1_772_366_400.1236, NOW)).toBe(1_772_366_400_124);
});

test('a mail fetched from Resend becomes an inbound mail', async () => {
  const mail = await readReceivedEmail(
    {
      object: 'email',
      id: 'in-1',
      to: ['Ann <ann@sender.example>'],
      from: 'Jane Roe <jane@prospect.example>',
      created_at: '2026-03-01T09:00:00Z',
      subject: 'Re: Engineering capacity',
      html: '<p>Please remove me from your list.</p><div style="display:none">yes please</div>',
      text: null,
      headers: { 'in-reply-to': '<cap-1@sender.example>', references: '<cap-0@s> <cap-1@sender.example>' },
      message_id: '<re-1@prospect.example>',
    },
    NOW,
  );
  expect(mail).toEqual({
    from: 'jane@prospect.example',
    name: 'Jane Roe',
    to: ['ann@sender.example'],
    subject: 'Re: Engineering capacity',
    text: 'Please remove me from your list.',
    messageId: '<re-1@prospect.example>',
    inReplyTo: '<cap-1@sender.example>',
    references: ['<cap-0@s>', '<cap-1@sender.example>'],
    automatic: false,
    at: NOW,
  });
});
