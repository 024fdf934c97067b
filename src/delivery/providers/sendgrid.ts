import { addressKey } from '../../crm/address.ts';
import { type JsonChange, changeJson } from '../../message/json-text.ts';
import { bearerRequest } from './bearer-request.ts';
import type { ApiAnswer, ApiVerdict, Departure, Dialect, StoredRequest } from './dialect.ts';
import { interpretStatus, jsonOf } from './interpret.ts';

/** SendGrid's v3 Mail Send. A stored request has one personalization. It knows no idempotency keys. */
export const sendgrid: Dialect = {
  name: 'sendgrid',
  keyMs: null,
  depart,
  request: bearerRequest,
  interpret,
};

type Box = { email: string };
type People = Partial<Record<'to' | 'cc' | 'bcc', Box[] | null>>;
type One = People & Record<string, unknown>;

const HERE = ['personalizations', 0];

function depart(
  { contentType, body }: StoredRequest,
  { only, edit, headers }: Departure,
): Pick<StoredRequest, 'contentType' | 'body'> {
  const mail = jsonOf(body.toString());
  const one = (mail['personalizations'] as One[])[0]!;
  const changes: JsonChange[] = [];
  if ('send_at' in mail) changes.push([['send_at'], undefined]);
  if ('send_at' in one) changes.push([[...HERE, 'send_at'], undefined]);
  if (only) changes.push(...keepOnly(one, only));
  if (edit) {
    changes.push(one['subject'] == null ? [['subject'], edit.subject] : [[...HERE, 'subject'], edit.subject]);
    changes.push([['content'], contentOf(edit)]);
    // The reviewer's text has them filled in; what it says must not be replaced again.
    if ('substitutions' in one) changes.push([[...HERE, 'substitutions'], undefined]);
    if ('sections' in mail) changes.push([['sections'], undefined]);
  }
  // The personalization's headers override the others, so there they count in any case.
  const place = one['headers'] == null && mail['headers'] != null ? ['headers'] : [...HERE, 'headers'];
  if (headers.length > 0 && one['headers'] == null && mail['headers'] == null) changes.push([place, {}]);
  for (const { name, value } of headers) changes.push([[...place, name], value]);
  return { contentType, body: changeJson(body, changes) };
}

function* keepOnly(one: People, only: ReadonlySet<string>): Generator<JsonChange> {
  const all = { to: one.to ?? [], cc: one.cc ?? [], bcc: one.bcc ?? [] };
  const among = ({ email }: Box): boolean => only.has(addressKey(email) ?? '');
  const kept = { to: all.to.filter(among), cc: all.cc.filter(among), bcc: all.bcc.filter(among) };
  // Without anybody in `to` SendGrid takes no mail: who was in cc or bcc moves up.
  if (kept.to.length === 0 && kept.cc.length > 0) [kept.to, kept.cc] = [kept.cc, []];
  else if (kept.to.length === 0) [kept.to, kept.bcc] = [kept.bcc, []];
  if (kept.to.length > 1 && kept.to.every((box) => all.bcc.includes(box))) {
    throw new Error('only blind copies are left, which would see each other in To');
  }
  for (const field of ['to', 'cc', 'bcc'] as const) {
    const [before, after] = [all[field], kept[field]];
    if (before.length === after.length && before.every((box, i) => box === after[i])) continue;
    yield [[...HERE, field], after.length > 0 ? after : undefined];
  }
}

function contentOf({ text, html }: NonNullable<Departure['edit']>): object[] {
  const parts = [
    ...(text ? [{ type: 'text/plain', value: text }] : []),
    ...(html ? [{ type: 'text/html', value: html }] : []),
  ];
  if (parts.length === 0) throw new Error('the edited mail is empty, which SendGrid does not take');
  return parts;
}

function interpret({ status, headers, body }: ApiAnswer): ApiVerdict {
  const header = headers['x-message-id'];
  const id = (Array.isArray(header) ? header[0] : header) || null;
  const errors = jsonOf(body)['errors'];
  const words = (Array.isArray(errors) ? (errors as unknown[]) : [])
    .map((error) => (error as { message?: unknown } | null)?.message)
    .filter((message) => typeof message === 'string')
    .join('; ');
  const verdict = interpretStatus({ status }, id ?? (words || 'no explanation'), id);
  // 200 is the answer to a trial that is not sent; without the id it is not SendGrid that answered.
  if (verdict.outcome === 'delivered' && (status !== 202 || id === null)) {
    return { ...verdict, outcome: 'lost', upstreamId: null };
  }
  return verdict;
}
