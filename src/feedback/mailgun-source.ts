import { createHash } from 'node:crypto';
import type { Database } from '../store/database.ts';
import { SignatureError } from './errors.ts';
import { fieldsOf, readJson } from './fields.ts';
import { isForm, readForm } from './form.ts';
import { claimToken } from './provider-event-store.ts';
import { readMailgun, readMailgunRoute } from './providers/mailgun.ts';
import { verifyMailgun } from './signatures/mailgun.ts';
import { EVENT_BYTES, type EventSource, INBOUND_BYTES, nothingInHeaders } from './source.ts';

/** Mailgun: webhooks as JSON, routes as forms. What its signature does not cover is tied to its token. */
export function mailgunSource({
  key,
  database,
  now,
}: {
  key: string;
  database: Database;
  now: () => number;
}): EventSource {
  const verified = async (signature: unknown, content: unknown): Promise<void> => {
    const { token } = verifyMailgun(signature, { key, now: now() });
    const contentHash = createHash('sha256').update(JSON.stringify(content)).digest('hex');
    const claim = { provider: 'mailgun', token, contentHash, at: now() } as const;
    if (await database.transact((trx) => claimToken(trx, claim))) return;
    throw new SignatureError('the token of this signature was used for something else before');
  };
  return {
    limit: (headers) => (isForm(headers) ? INBOUND_BYTES : EVENT_BYTES),
    checkHeaders: nothingInHeaders,
    async receive(headers, body) {
      if (!isForm(headers)) {
        const payload = fieldsOf(readJson(body));
        await verified(payload['signature'], payload['event-data'] ?? null);
        return readMailgun(payload, now());
      }
      const form = await readForm(body, headers);
      const { timestamp, token, signature, ...content } = Object.fromEntries(form);
      await verified({ timestamp, token, signature }, content);
      return readMailgunRoute(form, now());
    },
  };
}
