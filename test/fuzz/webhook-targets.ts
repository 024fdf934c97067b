import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { UnreadableEventError } from '../../src/feedback/errors.ts';
import { readJson } from '../../src/feedback/fields.ts';
import type { Form } from '../../src/feedback/form.ts';
import { readMailersend } from '../../src/feedback/providers/mailersend.ts';
import { readMailgun, readMailgunRoute } from '../../src/feedback/providers/mailgun.ts';
import { readPostmark } from '../../src/feedback/providers/postmark.ts';
import { readResend } from '../../src/feedback/providers/resend.ts';
import { readSendgrid, readSendgridInbound } from '../../src/feedback/providers/sendgrid.ts';
import { readSes } from '../../src/feedback/providers/ses.ts';
import type { Received } from '../../src/feedback/received.ts';
import type { SnsEnvelope } from '../../src/feedback/signatures/sns.ts';
import type { ProviderName } from '../../src/message/provider.ts';
import { type ProviderFixture, providerFixtures } from '../feedback/provider-fixtures.ts';
import { mutated } from './bytes.ts';
import type { Target } from './target.ts';

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

const formOf = (body: unknown): Form => new Map(Object.entries(body as Record<string, string>));

/** What the routes answer with 400; anything else would be a 500. */
async function readsOrRefuses(read: () => Received | Promise<Received>): Promise<void> {
  try {
    await read();
  } catch (error) {
    assert.ok(error instanceof UnreadableEventError, error instanceof Error ? error.stack : String(error));
  }
}

/** The same value with fields that nobody knows put into every object of it. */
function withMore(value: unknown, name: string, more: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => withMore(item, name, more));
  if (typeof value !== 'object' || value === null) return value;
  const inner = Object.entries(value).map(([key, item]) => [key, withMore(item, name, more)] as const);
  return Object.fromEntries([...inner, [name, more]]);
}

/** What the events say, those that stop mail among them. */
const saidBy = async (fixture: ProviderFixture, body: unknown): Promise<unknown[]> => {
  const { events } = await READERS[fixture.provider](body);
  // What came is kept as it came, and an event without an id of its own is known by it.
  return events
    .filter(({ kind }) => kind !== 'other')
    .map(({ payload: _payload, eventId: _eventId, ...event }) => event);
};

export function webhookTargets(): Target[] {
  const all = providerFixtures();
  const json = all.filter(({ form }) => !form);
  const forms = all.filter(({ form }) => form);
  const readable = json.filter(({ expected }) => expected.error === undefined);
  const damaged = fc
    .constantFrom(...json)
    .chain((fixture) => fc.tuple(fc.constant(fixture), mutated([Buffer.from(JSON.stringify(fixture.body))])));
  const damagedForm = fc.constantFrom(...forms).chain((fixture) => {
    const fields = fixture.body as Record<string, string>;
    const name = fc.constantFrom(...Object.keys(fields));
    return name.chain((key) =>
      fc.tuple(
        fc.constant(fixture),
        mutated([Buffer.from(fields[key])]).map((value) => ({ ...fields, [key]: value.toString() })),
      ),
    );
  });
  return [
    {
      name: 'providers’ events, damaged',
      property: fc.asyncProperty(damaged, ([{ provider }, bytes]) =>
        readsOrRefuses(() => READERS[provider](readJson(bytes))),
      ),
    },
    {
      name: 'providers’ events of any JSON',
      property: fc.asyncProperty(
        fc.constantFrom(...(Object.keys(READERS) as ProviderName[])),
        fc.jsonValue(),
        (provider, value) => readsOrRefuses(() => READERS[provider](value)),
      ),
    },
    {
      name: 'providers’ inbound forms, damaged',
      property: fc.asyncProperty(damagedForm, ([{ provider }, fields]) =>
        readsOrRefuses(() => FORMS[provider]!(formOf(fields))),
      ),
      share: 0.5,
    },
    {
      name: 'an opt-out is read whatever fields a provider adds',
      property: fc.asyncProperty(
        fc.constantFrom(...readable),
        fc.string({ minLength: 1, maxLength: 8 }).map((name) => `x_${name}`),
        fc.jsonValue(),
        async (fixture, name, more) => {
          assert.deepEqual(
            await saidBy(fixture, withMore(fixture.body, name, more)),
            await saidBy(fixture, fixture.body),
          );
        },
      ),
    },
  ];
}
