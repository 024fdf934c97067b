import type { ProviderSecrets, ProvidersConfig } from '../config/providers.ts';
import type { ProviderName } from '../message/provider.ts';
import type { Database } from '../store/database.ts';
import type { FetchText } from './bounded-fetch.ts';
import { readJson } from './fields.ts';
import { isForm, readForm } from './form.ts';
import { readMailOrEvent } from './large-json.ts';
import { mailgunSource } from './mailgun-source.ts';
import { readMailersend } from './providers/mailersend.ts';
import { readPostmark } from './providers/postmark.ts';
import { readResend } from './providers/resend.ts';
import { INBOUND_FIELDS, readSendgrid, readSendgridInbound } from './providers/sendgrid.ts';
import { sesSource } from './ses-source.ts';
import { verifyBasicAuth } from './signatures/basic-auth.ts';
import { mailersendSignature, verifyMailersend } from './signatures/mailersend.ts';
import { sendgridHeaders, sendgridKey, verifySendgrid } from './signatures/sendgrid.ts';
import { svixHeaders, svixWebhooks, verifySvix } from './signatures/svix.ts';
import { EVENT_BYTES, type EventSource, INBOUND_BYTES } from './source.ts';

export interface SourcesOptions {
  providers: ProvidersConfig;
  secrets: ReadonlyMap<ProviderName, ProviderSecrets>;
  database: Database;
  fetchText: FetchText;
  now: () => number;
}

/**
 * The providers that are believed: those with a secret to check them by.
 *
 * @throws UserError when a key cannot be read
 */
export function createEventSources(options: SourcesOptions): Map<ProviderName, EventSource> {
  const { providers, secrets, database, fetchText, now } = options;
  const sources = new Map<ProviderName, EventSource>();
  const add = (name: ProviderName, make: (secret: string) => EventSource) => {
    const secret = secrets.get(name)?.webhook ?? null;
    if (secret !== null) sources.set(name, make(secret));
  };
  add('resend', (secret) => resendSource(secret, now));
  add('postmark', (password) => postmarkSource(password, now));
  add('mailersend', (secret) => mailersendSource(secret, now));
  add('mailgun', (key) => mailgunSource({ key, database, now }));
  const { webhook = null, inbound = null } = secrets.get('sendgrid') ?? {};
  if (webhook !== null || inbound !== null)
    sources.set('sendgrid', sendgridSource({ webhook, inbound, now }));
  const topics = providers.ses?.topic_arns ?? [];
  if (topics.length > 0) sources.set('ses', sesSource({ topics, fetchText, now }));
  return sources;
}

function resendSource(secrets: string, now: () => number): EventSource {
  const webhooks = svixWebhooks(secrets);
  return {
    limit: () => EVENT_BYTES,
    checkHeaders: (headers) => void svixHeaders(headers),
    receive: async (headers, body) => {
      const eventId = verifySvix(body.bytes, headers, { webhooks, now: now() });
      return readResend(readJson(body.bytes), { eventId, now: now() });
    },
  };
}

/** Postmark puts inbound mail with its attachments into JSON too; the password is known before any of it is read. */
function postmarkSource(password: string, now: () => number): EventSource {
  return {
    limit: () => INBOUND_BYTES,
    checkHeaders: (headers) => verifyBasicAuth(headers, password),
    receive: (_headers, body) => readMailOrEvent(body, 'postmark', (payload) => readPostmark(payload, now())),
  };
}

function mailersendSource(secrets: string, now: () => number): EventSource {
  return {
    limit: () => INBOUND_BYTES,
    checkHeaders: (headers) => void mailersendSignature(headers),
    receive: async (headers, body) => {
      verifyMailersend(body.bytes, headers, secrets);
      return readMailOrEvent(body, 'mailersend', (payload) => readMailersend(payload, now()));
    },
  };
}

/** SendGrid signs events; inbound parse, a form, is not signed and has a password in its URL. */
function sendgridSource({
  webhook,
  inbound,
  now,
}: {
  webhook: string | null;
  inbound: string | null;
  now: () => number;
}): EventSource {
  const key = webhook === null ? null : sendgridKey(webhook);
  return {
    limit: (headers) => {
      if (isForm(headers)) return inbound === null ? null : INBOUND_BYTES;
      return key === null ? null : EVENT_BYTES;
    },
    checkHeaders: (headers) => {
      if (!isForm(headers)) sendgridHeaders(headers);
      else if (inbound !== null) verifyBasicAuth(headers, inbound);
    },
    receive: async (headers, body) => {
      if (isForm(headers)) {
        const form = await readForm(body.bytes, headers, INBOUND_FIELDS);
        body.letGo();
        return readSendgridInbound(form, now());
      }
      if (key !== null) verifySendgrid(body.bytes, headers, { key, now: now() });
      return readSendgrid(readJson(body.bytes), now());
    },
  };
}
