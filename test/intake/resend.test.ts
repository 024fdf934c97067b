import { Resend } from 'resend';
import { describe, expect, test } from 'vitest';
import { addProspect, startGate, type TestGate } from '../support/gate.ts';
import { apiKeyFor } from '../support/api-key.ts';

const FINE = 'Hi Maria,\n\nwould a short call next week about your hiring plans be useful?\n\nBest,\nAnn';
const FROM = 'Ann Example <ann@sender.example>';

async function clientOf(gate: TestGate): Promise<Resend> {
  return new Resend(await apiKeyFor(gate), { baseUrl: gate.httpBase });
}

const mail = (to: string | string[], more: object = {}) => ({
  from: FROM,
  to,
  subject: 'Hiring plans',
  text: FINE,
  ...more,
});

describe('the SDK of Resend, pointed at the gate', () => {
  test('hears of a mail that passes as of one that was sent', async () => {
    const gate = await startGate();
    await addProspect(gate, 'maria@passing.example');
    const resend = await clientOf(gate);
    const { data, error, headers } = await resend.emails.send(
      mail('Maria <maria@passing.example>', {
        html: '<p>Hi Maria,</p><p>would a short call next week about your hiring plans be useful?</p><p>Best,<br>Ann</p>',
      }),
    );
    expect(error).toBeNull();
    expect(data?.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
    expect(headers).toMatchObject({ 'x-presend-disposition': 'relaying', 'x-presend-decision': 'PASS' });
    await gate.until(([one]) => one?.state === 'relayed', 'relayed');
    const got = await resend.emails.get(data!.id);
    expect(got.data).toMatchObject({
      object: 'email',
      last_event: 'sent',
      from: FROM,
      to: ['Maria <maria@passing.example>'],
    });
  });
});
