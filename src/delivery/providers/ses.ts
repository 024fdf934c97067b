import aws4 from 'aws4';
import addressparser from 'nodemailer/lib/addressparser';
import { addressKey } from '../../crm/address.ts';
import { type JsonChange, changeJson } from '../../message/json-text.ts';
import { parseHeaderBlock } from '../../message/mime-headers.ts';
import { PARSE_LIMITS } from '../../message/limits.ts';
import type {
  Account,
  ApiAnswer,
  ApiRequest,
  ApiVerdict,
  Departure,
  Dialect,
  StoredRequest,
} from './dialect.ts';
import { interpretStatus, jsonOf } from './interpret.ts';
import { keepOnly } from './json-recipients.ts';
import { departMime } from './mime-departure.ts';

type Json = Record<string, unknown>;

const DESTINATIONS = ['ToAddresses', 'CcAddresses', 'BccAddresses'];

/** Not taken now: rates, and what is ours to mend at AWS. The mail waits ("SendEmail", "Errors"). */
const PASSING =
  /^(?:TooManyRequests|Throttling|ThrottlingException|LimitExceeded|AccountSuspended|SendingPaused|MailFromDomainNotVerified|RequestTimeTooSkewed|RequestExpired|InvalidSignature|SignatureDoesNotMatch|UnrecognizedClient|InvalidClientTokenId|MissingAuthenticationToken|IncompleteSignature|AccessDenied)/;

/** An identity that is not verified yet, which is rejected as if the mail were at fault. */
const NOT_VERIFIED = /not verified/i;

export const ses: Dialect = {
  name: 'ses',
  // Amazon SES knows no idempotency keys.
  keyMs: null,
  depart,
  request: signed,
  interpret,
};

/** Signing changes headers and leaves the body as it is. */
function signed(
  { path, contentType, body }: StoredRequest,
  account: Account,
  _: string,
  now: number,
): ApiRequest {
  const region = account.region ?? 'us-east-1';
  const url = new URL(`${account.baseUrl || `https://email.${region}.amazonaws.com`}${path}`);
  const { headers } = aws4.sign(
    {
      host: url.host,
      path: url.pathname,
      method: 'POST',
      service: 'ses',
      region,
      headers: {
        'Content-Type': contentType,
        'X-Amz-Date': new Date(now).toISOString().replaceAll(/[:-]|\.\d{3}/g, ''),
      },
      body,
    },
    { accessKeyId: account.accessKeyId ?? '', secretAccessKey: account.apiKey },
  );
  const kept = Object.entries(headers ?? {}).filter(([name]) => !/^(?:host|content-length)$/i.test(name));
  return {
    url: url.href,
    method: 'POST',
    headers: Object.fromEntries(kept.map(([name, value]) => [name, String(value)])),
    body,
  };
}

function depart(
  { contentType, body }: StoredRequest,
  departure: Departure,
): Pick<StoredRequest, 'contentType' | 'body'> {
  const mail = jsonOf(body.toString());
  const content = objectAt(mail, 'Content');
  const raw = objectAt(content, 'Raw')['Data'];
  const message = typeof raw === 'string' ? Buffer.from(raw, 'base64') : null;
  const changes: JsonChange[] = [];
  if (departure.only) changes.push(...keepRecipients(mail, message, departure.only));
  if (message) {
    const left = departMime(message, departure);
    if (!left.equals(message)) changes.push([['Content', 'Raw', 'Data'], left.toString('base64')]);
  } else changes.push(...changeSimple(objectAt(content, 'Simple'), departure));
  return { contentType, body: changeJson(body, changes) };
}

function objectAt(value: Json, key: string): Json {
  const inner = value[key];
  return typeof inner === 'object' && inner !== null ? (inner as Json) : {};
}

/** @throws Error when nobody would be named: then Amazon SES would read the header of the message */
function keepRecipients(mail: Json, message: Buffer | null, only: ReadonlySet<string>): JsonChange[] {
  const destination = objectAt(mail, 'Destination');
  const lists = DESTINATIONS.map((name) => ({ name, list: destination[name] }));
  if (lists.some(({ list }) => Array.isArray(list) && list.length > 0)) {
    const left = lists.flatMap(({ name, list }) =>
      Array.isArray(list) ? [keepOnly(list, ['Destination', name], only, addressOf)] : [],
    );
    if (left.every(({ kept }) => kept === 0)) throw new Error('nobody is left who gets it');
    return left.flatMap(({ changes }) => changes);
  }
  const named = message ? inHeader(message) : [];
  const kept = named.filter((address) => only.has(addressKey(address) ?? ''));
  if (kept.length === 0) throw new Error('nobody is left who gets it');
  return kept.length === named.length ? [] : [[['Destination'], { ToAddresses: kept }]];
}

/** Who gets a message without a Destination. */
const inHeader = (message: Buffer): string[] =>
  parseHeaderBlock(message, 0, message.length, PARSE_LIMITS)
    .lines.filter(({ key }) => ['to', 'cc', 'bcc'].includes(key))
    .flatMap(({ value }) => addressparser(value, { flatten: true }).map(({ address }) => address));

const addressOf = (element: unknown): string =>
  addressparser(String(element), { flatten: true })[0]?.address ?? '';

function changeSimple(simple: Json, { edit, headers }: Departure): JsonChange[] {
  const place = ['Content', 'Simple'];
  const changes: JsonChange[] = [];
  if (edit) {
    // The character set of the old text may lack what the new one needs.
    const part = (text: string): Json => ({ Data: text, Charset: 'UTF-8' });
    const body = objectAt(simple, 'Body');
    changes.push([[...place, 'Subject'], part(edit.subject)]);
    for (const [key, text] of [
      ['Text', edit.text],
      ['Html', edit.html],
    ] as const) {
      if (text !== null) changes.push([[...place, 'Body', key], part(text)]);
      else if (key in body) changes.push([[...place, 'Body', key], undefined]);
    }
  }
  const present = simple['Headers'];
  const list = Array.isArray(present) ? (present as { Name?: unknown }[]) : [];
  if (headers.length > 0 && !Array.isArray(present)) changes.push([[...place, 'Headers'], []]);
  for (const { name, value } of headers) {
    const at = list.findIndex((line) => String(line.Name).toLowerCase() === name.toLowerCase());
    changes.push(
      at < 0
        ? [[...place, 'Headers', -1], { Name: name, Value: value }]
        : [[...place, 'Headers', at, 'Value'], value],
    );
  }
  return changes;
}

function interpret({ status, headers, body }: ApiAnswer): ApiVerdict {
  const answer = jsonOf(body);
  const id = typeof answer['MessageId'] === 'string' ? answer['MessageId'] : null;
  const type = errorType(headers['x-amzn-errortype'] ?? answer['__type'] ?? answer['code']);
  const words = [type, answer['message'] ?? answer['Message']]
    .filter((word) => typeof word === 'string' && word !== '')
    .join(': ');
  const verdict = interpretStatus({ status }, id ?? (words || 'no explanation'), id);
  if (status >= 400 && status < 500) {
    if (PASSING.test(type) || NOT_VERIFIED.test(words)) return { ...verdict, outcome: 'temporary' };
    if (/^(?:MessageRejected|BadRequest)/.test(type)) return { ...verdict, outcome: 'permanent' };
  }
  // Without the id it is not Amazon SES that answered.
  if (verdict.outcome === 'delivered' && id === null) return { ...verdict, outcome: 'lost' };
  return verdict;
}

/** `ThrottlingException:http://…` and `com.amazonaws…#ThrottlingException` name the same. */
function errorType(value: unknown): string {
  return typeof value === 'string' ? value.split(':')[0]!.replace(/^.*#/, '') : '';
}
