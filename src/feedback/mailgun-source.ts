import { createHash } from 'node:crypto';
import type { Database } from '../store/database.ts';
import { SignatureError } from './errors.ts';
import { fieldsOf, readJson } from './fields.ts';
import { type Form, isForm, readForm } from './form.ts';
import { claimToken } from './provider-event-store.ts';
import { ROUTE_FIELDS, readMailgun, readMailgunRoute } from './providers/mailgun.ts';
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
  const verified = async (signature: unknown, hash: () => string): Promise<void> => {
    const { token } = verifyMailgun(signature, { key, now: now() });
    const contentHash = hash();
    const claim = { provider: 'mailgun', token, contentHash, at: now() } as const;
    if (await database.transact((trx) => claimToken(trx, claim))) return;
    throw new SignatureError('the token of this signature was used for something else before');
  };
  return {
    limit: (headers) => (isForm(headers) ? INBOUND_BYTES : EVENT_BYTES),
    checkHeaders: nothingInHeaders,
    async receive(headers, body) {
      if (!isForm(headers)) {
        const payload = fieldsOf(readJson(body.bytes));
        await verified(payload['signature'], () =>
          createHash('sha256')
            .update(JSON.stringify(payload['event-data'] ?? null))
            .digest('hex'),
        );
        return readMailgun(payload, now());
      }
      const form = await readForm(body.bytes, headers);
      body.letGo();
      const [timestamp, token, signature] = SIGNATURE_FIELDS.map((name) => form.get(name));
      await verified({ timestamp, token, signature }, () => contentHashOf(form));
      // What nobody reads may be megabytes.
      for (const name of form.keys()) if (!ROUTE_FIELDS.has(name)) form.delete(name);
      return readMailgunRoute(form, now());
    },
  };
}

const SIGNATURE_FIELDS = ['timestamp', 'token', 'signature'];

/** Of the JSON that the fields but the signature's make up, piece by piece: as one text it would be the form three times more. */
function contentHashOf(form: Form): string {
  const hash = createHash('sha256').update('{');
  let before = '';
  for (const [name, value] of Object.entries(Object.fromEntries(form))) {
    if (SIGNATURE_FIELDS.includes(name)) continue;
    hash.update(`${before}${JSON.stringify(name)}:"`);
    for (const piece of piecesOf(value)) hash.update(JSON.stringify(piece).slice(1, -1));
    hash.update('"');
    before = ',';
  }
  return hash.update('}').digest('hex');
}

const PIECE_CHARS = 64 * 1024;

/** A text in pieces. None ends inside a pair of surrogates: JSON writes each half of such a pair in another way. */
function* piecesOf(text: string): Generator<string> {
  for (let from = 0; from < text.length; ) {
    const last = text.charCodeAt(from + PIECE_CHARS - 1);
    const to = from + PIECE_CHARS - (last >= 0xd8_00 && last <= 0xdb_ff ? 1 : 0);
    yield text.slice(from, to);
    from = to;
  }
}
