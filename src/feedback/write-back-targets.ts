import aws4 from 'aws4';
import type { Config } from '../config/config.ts';
import { type ProviderSecrets, accountsOf } from '../config/providers.ts';
import type { ProviderName } from '../message/provider.ts';
import {
  type ApiOptions,
  type ApiRequest,
  callApi,
  resultOf,
  type WriteBackResult,
} from './write-back-request.ts';

/** A suppression list or CRM that opt-outs are written to. Doing it twice is doing it once. */
export interface WriteBackTarget {
  name: string;
  /** @param address as spelled in the mirror, lower case */
  suppress(address: string): Promise<WriteBackResult>;
}

export interface WriteBackSources {
  config: Pick<Config, 'providers' | 'hubspot'>;
  secrets: ReadonlyMap<ProviderName, Pick<ProviderSecrets, 'apiKey'>>;
  hubspotToken: string | null;
  fetch: typeof fetch;
  now: () => number;
  /** Of one request. */
  timeoutMs?: number;
}

type Send = (request: ApiRequest) => ReturnType<typeof callApi>;
/** Makes the `suppress` of a target from the way to send its requests and its API key. */
type Writer = (send: Send, key: string) => (address: string) => Promise<WriteBackResult>;

/** Names of the targets that are configured with a key and not switched off. */
export function writeBackTargetNames({
  providers,
  hubspot,
}: Pick<Config, 'providers' | 'hubspot'>): string[] {
  const accounts = [...accountsOf(providers)].filter((name) => providers[name]?.write_back);
  return [...accounts, ...(hubspot ? ['hubspot'] : [])];
}

/** The targets that are configured, have a key, and are not switched off, by name. */
export function writeBackTargets(sources: WriteBackSources): Map<string, WriteBackTarget> {
  const { config, secrets, hubspotToken, fetch, now, timeoutMs = 15_000 } = sources;
  const targets = new Map<string, WriteBackTarget>();
  const add = (name: string, key: string | null | undefined, writer: Writer): void => {
    if (!key) return;
    const options: ApiOptions = { fetch, now, timeoutMs, secrets: [key] };
    targets.set(name, { name, suppress: writer((request) => callApi(request, options), key) });
  };
  for (const [name, writer] of Object.entries(providerWriters(config.providers)) as [
    ProviderName,
    Writer,
  ][]) {
    if (config.providers[name]?.write_back) add(name, secrets.get(name)?.apiKey, writer);
  }
  if (config.hubspot) add('hubspot', hubspotToken, hubspotWriter(config.hubspot));
  return targets;
}

function providerWriters(providers: Config['providers']): Partial<Record<ProviderName, Writer>> {
  const { resend, sendgrid, postmark, mailersend, mailgun, ses } = providers;
  return {
    ...(resend && { resend: resendWriter(resend.base_url) }),
    ...(sendgrid && { sendgrid: sendgridWriter(sendgrid.base_url) }),
    ...(postmark && { postmark: postmarkWriter(postmark) }),
    ...(mailersend && { mailersend: mailersendWriter(mailersend.base_url) }),
    ...(mailgun && { mailgun: mailgunWriter(mailgun) }),
    ...(ses && { ses: sesWriter(ses) }),
  };
}

const JSON_TYPE = { 'content-type': 'application/json', accept: 'application/json' };
const bearer = (key: string): Record<string, string> => ({ ...JSON_TYPE, authorization: `Bearer ${key}` });

/** Resend: its suppression list (SDK `suppressions.add`). */
function resendWriter(base: string): Writer {
  return (send, key) => async (address) => {
    const answer = await send({
      method: 'POST',
      url: `${base}/suppressions`,
      headers: bearer(key),
      body: JSON.stringify({ email: address }),
    });
    return resultOf(answer, [key]);
  };
}

/** SendGrid: global suppressions (docs: Suppressions, Add recipient addresses to the global suppression group). */
function sendgridWriter(base: string): Writer {
  return (send, key) => async (address) =>
    resultOf(
      await send({
        method: 'POST',
        url: `${base}/v3/asm/suppressions/global`,
        headers: bearer(key),
        body: JSON.stringify({ recipient_emails: [address] }),
      }),
      [key],
    );
}

/** Postmark: suppressions of a message stream; each address has its own status under a 200. */
function postmarkWriter({ base_url, message_stream }: NonNullable<Config['providers']['postmark']>): Writer {
  return (send, key) => async (address) => {
    const answer = await send({
      method: 'POST',
      url: `${base_url}/message-streams/${encodeURIComponent(message_stream)}/suppressions`,
      headers: { ...JSON_TYPE, 'x-postmark-server-token': key },
      body: JSON.stringify({ Suppressions: [{ EmailAddress: address }] }),
    });
    const result = resultOf(answer, [key]);
    if ('error' in answer || result.kind !== 'done') return result;
    const failure = postmarkFailure(answer.body);
    return failure === null ? result : { kind: 'permanent', error: failure };
  };
}

function postmarkFailure(body: string): string | null {
  try {
    const { Suppressions = [] } = JSON.parse(body) as {
      Suppressions?: { Status?: string; Message?: string | null }[];
    };
    const failed = Suppressions.find(({ Status }) => Status !== 'Suppressed');
    if (failed)
      return `${failed.Status ?? 'no status'}: ${failed.Message ?? 'no reason given'}`.slice(0, 300);
    return Suppressions.length > 0 ? null : 'the answer names no suppression';
  } catch {
    return 'the answer is not JSON';
  }
}

/** MailerSend: the account's unsubscribe list; without `domain_id` for every domain. */
function mailersendWriter(base: string): Writer {
  return (send, key) => async (address) =>
    resultOf(
      await send({
        method: 'POST',
        url: `${base}/v1/suppressions/unsubscribes`,
        headers: bearer(key),
        body: JSON.stringify({ recipients: [address] }),
      }),
      [key],
    );
}

/** Mailgun: the unsubscribe list of every sending domain that is configured, for all tags. */
function mailgunWriter({ base_url, domains }: NonNullable<Config['providers']['mailgun']>): Writer {
  return (send, key) => async (address) => {
    if (domains.length === 0) {
      return { kind: 'permanent', error: 'providers.mailgun.domains is empty: name the sending domains' };
    }
    for (const domain of domains) {
      const answer = await send({
        method: 'POST',
        url: `${base_url}/v3/${encodeURIComponent(domain)}/unsubscribes`,
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          authorization: `Basic ${Buffer.from(`api:${key}`).toString('base64')}`,
        },
        body: new URLSearchParams({ address, tag: '*' }).toString(),
      });
      const result = resultOf(answer, [key]);
      if (result.kind !== 'done') return { ...result, error: `${domain}: ${result.error}` };
    }
    return { kind: 'done' };
  };
}

/** Amazon SES: the account's suppression list (API v2, PutSuppressedDestination), which knows no opt-outs but complaints. */
function sesWriter({ base_url, region, access_key_id }: NonNullable<Config['providers']['ses']>): Writer {
  const base = base_url ?? `https://email.${region}.amazonaws.com`;
  return (send, secret) => async (address) => {
    if (access_key_id === undefined) {
      return { kind: 'permanent', error: 'providers.ses.access_key_id is missing' };
    }
    const url = new URL(`${base}/v2/email/suppression/addresses`);
    const body = JSON.stringify({ EmailAddress: address, Reason: 'COMPLAINT' });
    const signed = aws4.sign(
      {
        service: 'ses',
        region,
        method: 'PUT',
        host: url.host,
        path: url.pathname,
        headers: { 'content-type': 'application/json' },
        body,
      },
      { accessKeyId: access_key_id, secretAccessKey: secret },
    );
    // fetch sets these two itself.
    const headers = Object.fromEntries(
      Object.entries(signed.headers ?? {})
        .filter(([name]) => !/^(?:host|content-length)$/i.test(name))
        .map(([name, value]) => [name, String(value)]),
    );
    return resultOf(await send({ method: 'PUT', url: url.href, headers, body }), [secret]);
  };
}

/** HubSpot: a property of the contact; who is not in the CRM has nothing to be marked. */
function hubspotWriter({ base_url, opt_out_property }: NonNullable<Config['hubspot']>): Writer {
  return (send, token) => async (address) => {
    const answer = await send({
      method: 'PATCH',
      url: `${base_url}/crm/v3/objects/contacts/${encodeURIComponent(address)}?idProperty=email`,
      headers: bearer(token),
      body: JSON.stringify({ properties: { [opt_out_property]: 'true' } }),
    });
    return !('error' in answer) && answer.status === 404 ? { kind: 'done' } : resultOf(answer, [token]);
  };
}
