import { createHash, createHmac } from 'node:crypto';
import aws4 from 'aws4';
import busboy from 'busboy';
import { simpleParser } from 'mailparser';
import { apiKeyFor, newKey } from '../support/api-key.ts';
import type { TestGate } from '../support/gate.ts';
import type { ScriptedAnswer, SeenRequest } from '../support/provider-stand-in.ts';
import type { ProviderWire, WireContent, WireMail, WireRequest } from './provider-wire.ts';

const FROM = 'ann@sender.example';
const SUBJECT = 'Hiring plans';
const KEY = 'account-secret';
const JSON_TYPE = 'application/json';

/** Escapes and blanks that no writer of JSON would choose: what is parsed and written again shows. */
const odd = (value: object): string =>
  JSON.stringify(value)
    .replaceAll('":', '" :  ')
    .replaceAll(SUBJECT, 'Hiring \\u0070lans')
    .replaceAll('/', String.raw`\/`);

const json = (status: number, body: object, headers: Record<string, string> = {}): ScriptedAnswer => ({
  status,
  headers: { 'content-type': JSON_TYPE, ...headers },
  body: JSON.stringify(body),
});
const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const present = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

const asBearer = async (gate: TestGate) => ({ Authorization: `Bearer ${await apiKeyFor(gate)}` });
const isBearer = ({ headers }: SeenRequest): boolean => headers.authorization === `Bearer ${KEY}`;
const parsed = ({ body }: SeenRequest): any => JSON.parse(body.toString());
const content = (
  recipients: string[],
  subject: string,
  text?: string | null,
  html?: string | false | null,
): WireContent => ({ recipients: recipients.toSorted(), subject, text: text ?? null, html: html || null });

const resendItem = ({ at, subject = SUBJECT, ...mail }: WireMail): string =>
  odd(
    present({
      from: `Ann <${FROM}>`,
      scheduled_at: at === undefined ? undefined : new Date(at * 1000).toISOString(),
      subject,
      ...mail,
      tags: [{ name: 'campaign', value: 'q4' }],
    }),
  );
const resend: ProviderWire = {
  name: 'resend',
  account: { api_key: KEY },
  request: (mail) => ({ path: '/emails', contentType: JSON_TYPE, body: resendItem(mail) }),
  schedules: true,
  batch: (mails) => listed('/emails/batch', '/emails', mails.map(resendItem)),
  authorize: asBearer,
  isAccounts: isBearer,
  read: async (request) => {
    const { to = [], cc = [], bcc = [], subject, text, html } = parsed(request);
    return content([to, cc, bcc].flat(), subject, text, html);
  },
  taken: (n) => json(200, { id: uuid(n) }),
  idOf: uuid,
  throttled: json(429, { statusCode: 429, name: 'rate_limit_exceeded', message: 'Too many requests.' }),
  refused: {
    ...json(422, { statusCode: 422, name: 'validation_error', message: 'Invalid `to` field.' }),
    words: '422 validation_error: Invalid `to` field.',
  },
  wrongKey: json(403, { statusCode: 403, name: 'invalid_api_key', message: 'API key is invalid' }),
  keyHeader: 'idempotency-key',
};

/** A batch that is a JSON array of mails. */
const listed = (path: string, single: string, items: string[]) => ({
  all: { path, contentType: JSON_TYPE, body: `[ ${items.join(' ,\n')}]` },
  each: items.map((body): WireRequest => ({ path: single, contentType: JSON_TYPE, body })),
});

const boxes = (list?: string[]) => list?.map((email) => ({ email }));
const emails = (list: { email: string }[] = []): string[] => list.map(({ email }) => email);
const personalization = ({ to, cc, bcc, subject }: WireMail): string =>
  odd(present({ to: boxes(to), cc: boxes(cc), bcc: boxes(bcc), subject }));
const sendgridBody = ({ text, html, at }: WireMail, personalizations: string): string =>
  `{"send_at":${at},`.replace('"send_at":undefined,', '') +
  `"from": {"email":"${FROM}"}, "subject":"Hiring \\u0070lans",  "personalizations":${personalizations},` +
  ` "content":${odd([
    ...(text === undefined ? [] : [{ type: 'text/plain', value: text }]),
    ...(html === undefined ? [] : [{ type: 'text/html', value: html }]),
  ])},"categories":[ "q4" ]}`;
const sendgridRequest = (mail: WireMail, personalizations: string): WireRequest => ({
  path: '/v3/mail/send',
  contentType: JSON_TYPE,
  body: sendgridBody(mail, personalizations),
});
const sendgrid: ProviderWire = {
  name: 'sendgrid',
  account: { api_key: KEY },
  request: (mail) => sendgridRequest(mail, `[ ${personalization(mail)} ]`),
  schedules: true,
  // The text is the same for all; what one personalization says goes before it.
  batch: (mails) => ({
    all: sendgridRequest(mails[0], `[ ${mails.map(personalization).join(',\n ')}]`),
    each: mails.map((mail) => sendgridRequest(mails[0], `[${personalization(mail)}]`)),
  }),
  authorize: asBearer,
  isAccounts: isBearer,
  read: async (request) => {
    const { personalizations, subject, content: parts } = parsed(request);
    const [{ to, cc, bcc, subject: own }] = personalizations;
    const part = (type: string): string | undefined =>
      parts.find((one: { type: string }) => one.type === type)?.value;
    const all = [...emails(to), ...emails(cc), ...emails(bcc)];
    return content(all, own ?? subject, part('text/plain'), part('text/html'));
  },
  taken: (n) => ({ status: 202, headers: { 'x-message-id': `sg.${n}` }, body: '' }),
  idOf: (n) => `sg.${n}`,
  throttled: json(429, { errors: [{ message: 'too many requests', field: null, help: null }] }),
  refused: {
    ...json(400, { errors: [{ message: 'Does not contain a valid address.', field: 'to', help: null }] }),
    words: '400 Does not contain a valid address.',
  },
  wrongKey: json(401, { errors: [{ message: 'authorization grant is invalid', field: null, help: null }] }),
  keyHeader: null,
};

const postmarkItem = ({ to, cc, bcc, text, html, subject = SUBJECT }: WireMail): string =>
  odd(
    present({
      From: FROM,
      To: to.join(', '),
      Cc: cc?.join(', '),
      Bcc: bcc?.join(', '),
      Subject: subject,
      TextBody: text,
      HtmlBody: html,
      Tag: 'q4',
    }),
  );
const split = (list?: string): string[] => (list ? list.split(/, */) : []);
const postmark: ProviderWire = {
  name: 'postmark',
  account: { api_key: KEY },
  request: (mail) => ({ path: '/email', contentType: JSON_TYPE, body: postmarkItem(mail) }),
  schedules: false,
  batch: (mails) => listed('/email/batch', '/email', mails.map(postmarkItem)),
  authorize: async (gate) => ({ 'X-Postmark-Server-Token': await apiKeyFor(gate) }),
  isAccounts: ({ headers }) => headers['x-postmark-server-token'] === KEY,
  read: async (request) => {
    const { To, Cc, Bcc, Subject, TextBody, HtmlBody } = parsed(request);
    return content([...split(To), ...split(Cc), ...split(Bcc)], Subject, TextBody, HtmlBody);
  },
  taken: (n) => json(200, { To: 'x', SubmittedAt: 'x', MessageID: uuid(n), ErrorCode: 0, Message: 'OK' }),
  idOf: uuid,
  throttled: json(429, { ErrorCode: 429, Message: 'Too many requests.' }),
  refused: {
    ...json(422, { ErrorCode: 406, Message: 'Found inactive addresses.' }),
    words: '422 406 Found inactive addresses.',
  },
  wrongKey: json(401, { ErrorCode: 10, Message: 'No Account or Server API tokens were supplied.' }),
  keyHeader: null,
};

const mailersendItem = ({ to, cc, bcc, at, subject = SUBJECT, text, html }: WireMail): string =>
  odd(
    present({
      from: { email: FROM, name: 'Ann' },
      send_at: at,
      to: boxes(to),
      cc: boxes(cc),
      bcc: boxes(bcc),
      subject,
      text,
      html,
      tags: ['q4'],
    }),
  );
const mailersend: ProviderWire = {
  name: 'mailersend',
  account: { api_key: KEY },
  request: (mail) => ({ path: '/v1/email', contentType: JSON_TYPE, body: mailersendItem(mail) }),
  schedules: true,
  batch: (mails) => listed('/v1/bulk-email', '/v1/email', mails.map(mailersendItem)),
  authorize: asBearer,
  isAccounts: isBearer,
  read: async (request) => {
    const { to, cc, bcc, subject, text, html } = parsed(request);
    return content([...emails(to), ...emails(cc), ...emails(bcc)], subject, text, html);
  },
  taken: (n) => ({ status: 202, headers: { 'x-message-id': `ms${n}` }, body: '' }),
  idOf: (n) => `ms${n}`,
  throttled: json(429, { message: 'Too Many Attempts.' }),
  refused: {
    ...json(422, { message: 'The to.0.email must be a valid email address.', errors: {} }),
    words: '422 The to.0.email must be a valid email address.',
  },
  wrongKey: json(401, { message: 'Unauthenticated.' }),
  keyHeader: null,
};

const BOUNDARY = 'form-boundary-7';
const FORM_TYPE = `multipart/form-data; boundary=${BOUNDARY}`;
const form = (fields: [name: string, value: string | undefined, more?: string][]): string =>
  `preamble\r\n${fields
    .filter(([, value]) => value !== undefined)
    .map(
      ([name, value, more = '']) =>
        `--${BOUNDARY}\r\ncontent-disposition:  form-data; name="${name}"${more}\r\n\r\n${value}\r\n`,
    )
    .join('')}--${BOUNDARY}--\r\n \r\n`;
const formOf = ({ headers, body }: SeenRequest): Promise<Map<string, Buffer>> =>
  new Promise((resolve, reject) => {
    const fields = new Map<string, Buffer>();
    const parser = busboy({ headers });
    parser.on('field', (name, value) => void fields.set(name, Buffer.from(value)));
    parser.on('file', (name, stream) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.once('end', () => fields.set(name, Buffer.concat(chunks)));
    });
    parser.once('error', reject);
    parser.once('close', () => resolve(fields));
    parser.end(body);
  });
const rfc2822 = (at?: number): string | undefined =>
  at === undefined ? undefined : new Date(at * 1000).toUTCString();
const basic = (key: string): string => `Basic ${Buffer.from(`api:${key}`).toString('base64')}`;

const mailgun: ProviderWire = {
  name: 'mailgun',
  account: { api_key: KEY },
  request: ({ to, cc, bcc, at, subject = SUBJECT, text, html }) => ({
    path: '/v3/mg.sender.example/messages',
    contentType: FORM_TYPE,
    body: form([
      ['from', FROM],
      ['o:deliverytime', rfc2822(at)],
      ['to', to.join(', ')],
      ['cc', cc?.join(', ')],
      ['bcc', bcc?.join(', ')],
      ['subject', subject],
      ['text', text],
      ['html', html],
      ['o:tag', 'q4'],
    ]),
  }),
  schedules: true,
  batch: null,
  authorize: async (gate) => ({ Authorization: basic(await apiKeyFor(gate)) }),
  isAccounts: ({ headers }) => headers.authorization === basic(KEY),
  read: async (request) => {
    const fields = await formOf(request);
    const one = (name: string): string | undefined => fields.get(name)?.toString();
    const all = [...split(one('to')), ...split(one('cc')), ...split(one('bcc'))];
    return content(all, one('subject')!, one('text'), one('html'));
  },
  taken: (n) => json(200, { id: `<2026.${n}@mg.sender.example>`, message: 'Queued. Thank you.' }),
  idOf: (n) => `2026.${n}@mg.sender.example`,
  throttled: json(429, { message: 'Too many requests.' }),
  refused: {
    ...json(400, { message: 'to parameter is not a valid address. please check documentation' }),
    words: '400 to parameter is not a valid address. please check documentation',
  },
  wrongKey: { status: 401, body: 'Forbidden' },
  keyHeader: null,
};

const mime = ({ to, cc, subject = SUBJECT, text = '', html }: WireMail, eol: string): string =>
  [
    `from:   Ann <${FROM}>`,
    `To: ${to.join(`,${eol}\t`)}`,
    ...(cc ? [`Cc: ${cc.join(', ')}`] : []),
    `Subject: ${subject}`,
    'Message-Id: <given@sender.example>',
    'MIME-Version: 1.0',
    ...(html === undefined
      ? ['Content-Type: text/plain; charset=utf-8', '', text.replaceAll('\n', eol)]
      : [
          'Content-Type: multipart/alternative; boundary=b1',
          '',
          `--b1${eol}Content-Type: text/plain; charset=utf-8${eol}${eol}${text.replaceAll('\n', eol)}`,
          `--b1${eol}Content-Type: text/html; charset=utf-8${eol}${eol}${html.replaceAll('\n', eol)}`,
          '--b1--',
        ]),
    '',
  ].join(eol);
const readMime = async (bytes: Buffer, recipients: string[]): Promise<WireContent> => {
  const { subject, text, html } = await simpleParser(bytes);
  return content(recipients, subject!, text, html);
};

const mailgunMime: ProviderWire = {
  ...mailgun,
  way: 'MIME',
  request: (mail) => ({
    path: '/v3/mg.sender.example/messages.mime',
    contentType: FORM_TYPE,
    body: form([
      ['to', [mail.to, mail.cc ?? [], mail.bcc ?? []].flat().join(', ')],
      ['o:deliverytime', rfc2822(mail.at)],
      ['message', mime(mail, '\r\n'), '; filename="message.mime"'],
    ]),
  }),
  read: async (request) => {
    const fields = await formOf(request);
    return readMime(fields.get('message')!, split(fields.get('to')!.toString()));
  },
};

const REGION = 'eu-central-1';
const sesRequest = ({ to, cc, bcc }: WireMail, message: object): WireRequest => ({
  path: '/v2/email/outbound-emails',
  contentType: JSON_TYPE,
  body: odd({
    FromEmailAddress: FROM,
    Destination: present({ ToAddresses: to, CcAddresses: cc, BccAddresses: bcc }),
    Content: message,
    EmailTags: [{ Name: 'campaign', Value: 'q4' }],
  }),
});
const data = (text?: string) => (text === undefined ? undefined : { Data: text });
const sesRecipients = ({ ToAddresses = [], CcAddresses = [], BccAddresses = [] }: any): string[] =>
  [ToAddresses, CcAddresses, BccAddresses].flat();
const ses: ProviderWire = {
  name: 'ses',
  account: { api_key: KEY, access_key_id: 'AKIAACCOUNT', region: REGION },
  request: (mail) =>
    sesRequest(mail, {
      Simple: {
        Subject: data(mail.subject ?? SUBJECT),
        Body: present({ Text: data(mail.text), Html: data(mail.html) }),
      },
    }),
  schedules: false,
  batch: null,
  authorize: async (gate, { path, contentType, body }, now) => {
    const key = await newKey(gate, 'sigv4');
    if (key.kind !== 'sigv4') throw new Error('not a key for signing');
    const { headers } = aws4.sign(
      {
        host: new URL(gate.httpBase).host,
        path,
        method: 'POST',
        service: 'ses',
        region: 'us-east-1',
        headers: {
          'Content-Type': contentType,
          'X-Amz-Date': new Date(now).toISOString().replaceAll(/[:-]|\.\d{3}/g, ''),
        },
        body,
      },
      key,
    );
    const kept = Object.entries(headers ?? {}).filter(([name]) => !/^(?:host|content-length)$/i.test(name));
    return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
  },
  isAccounts: isSigned,
  read: async (request) => {
    const { Destination, Content } = parsed(request);
    const { Subject, Body } = Content.Simple;
    return content(sesRecipients(Destination), Subject.Data, Body.Text?.Data, Body.Html?.Data);
  },
  taken: (n) => json(200, { MessageId: `0102-${n}` }),
  idOf: (n) => `0102-${n}`,
  throttled: json(429, { message: 'Rate exceeded' }, { 'x-amzn-errortype': 'TooManyRequestsException' }),
  refused: {
    ...json(400, { message: 'Illegal address' }, { 'x-amzn-errortype': 'MessageRejected' }),
    words: '400 MessageRejected: Illegal address',
  },
  wrongKey: json(
    403,
    { message: 'The security token included in the request is invalid.' },
    { 'x-amzn-errortype': 'UnrecognizedClientException' },
  ),
  keyHeader: null,
};

/** With the line endings that Python's email package writes. */
const sesRaw: ProviderWire = {
  ...ses,
  way: 'raw',
  request: (mail) => sesRequest(mail, { Raw: { Data: Buffer.from(mime(mail, '\n')).toString('base64') } }),
  read: async (request) => {
    const { Destination, Content } = parsed(request);
    return readMime(Buffer.from(Content.Raw.Data, 'base64'), sesRecipients(Destination));
  },
};

/** Signature Version 4 as AWS checks it (AWS, "Create a signed AWS API request"). */
function isSigned({ method, url, headers, body }: SeenRequest): boolean {
  const authorization =
    /^AWS4-HMAC-SHA256 Credential=AKIAACCOUNT\/(\d{8})\/eu-central-1\/ses\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    );
  if (!authorization) return false;
  const [, date, names, signature] = authorization as unknown as [string, string, string, string];
  const sha256 = (value: string | Buffer): string => createHash('sha256').update(value).digest('hex');
  const hmac = (key: string | Buffer, value: string): Buffer =>
    createHmac('sha256', key).update(value).digest();
  const lines = names.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`);
  const canonical = [method, url, '', lines.join(''), names, sha256(body)].join('\n');
  const scope = `${date}/${REGION}/ses/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const key = [date, REGION, 'ses', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${KEY}`);
  return hmac(key, toSign).toString('hex') === signature;
}

export const PROVIDER_WIRES: readonly ProviderWire[] = [
  resend,
  sendgrid,
  postmark,
  mailersend,
  mailgun,
  mailgunMime,
  ses,
  sesRaw,
];
