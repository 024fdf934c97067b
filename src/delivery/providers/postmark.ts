import { splitAddressList } from '../../message/address-list.ts';
import { type JsonChange, changeJson } from '../../message/json-text.ts';
import type { ApiAnswer, ApiVerdict, Departure, Dialect, StoredRequest } from './dialect.ts';
import { interpretStatus, jsonOf } from './interpret.ts';
import { isAmong } from './recipients.ts';

/** Postmark's ErrorCodes that speak of the account and not of the mail: token, maintenance, sender, credits, approval. */
const OF_THE_ACCOUNT: readonly unknown[] = [10, 100, 400, 401, 405, 412, 413];

/** Postmark's Email API. A mail of a batch leaves alone. It knows no idempotency keys. */
export const postmark: Dialect = {
  name: 'postmark',
  keyMs: null,
  depart,
  request: ({ path, contentType, body }, { baseUrl, apiKey }) => ({
    url: `${baseUrl}${path}`,
    method: 'POST',
    headers: {
      'X-Postmark-Server-Token': apiKey,
      'Content-Type': contentType,
      Accept: 'application/json',
    },
    body,
  }),
  interpret,
};

const LISTS = ['To', 'Cc', 'Bcc'] as const;

function depart(
  { contentType, body }: StoredRequest,
  { only, edit, headers }: Departure,
): Pick<StoredRequest, 'contentType' | 'body'> {
  const mail = jsonOf(body.toString());
  const changes: JsonChange[] = [];
  if (only) changes.push(...keepOnly(mail, only));
  if (edit) {
    if (!edit.text && !edit.html) throw new Error('the edited mail is empty, which Postmark does not take');
    changes.push([['Subject'], edit.subject]);
    for (const [field, value] of [
      ['TextBody', edit.text],
      ['HtmlBody', edit.html],
    ] as const) {
      if (field in mail || value) changes.push([[field], value || undefined]);
    }
  }
  if (headers.length > 0 && mail['Headers'] == null) changes.push([['Headers'], []]);
  // -1 is behind the last.
  for (const { name, value } of headers) changes.push([['Headers', -1], { Name: name, Value: value }]);
  return { contentType, body: changeJson(body, changes) };
}

function* keepOnly(mail: Record<string, unknown>, only: ReadonlySet<string>): Generator<JsonChange> {
  const all = LISTS.map((field) => {
    const text = mail[field];
    return typeof text === 'string' ? (splitAddressList(text) ?? []) : [];
  });
  let [to, cc, bcc] = all.map((list) => list.filter((text) => isAmong(text, only))) as [
    string[],
    string[],
    string[],
  ];
  // Without anybody in To Postmark takes no mail: who was in Cc or Bcc moves up.
  if (to.length === 0 && all[0]!.length > 0) {
    if (cc.length > 0) [to, cc] = [cc, []];
    else if (bcc.length > 1) throw new Error('only blind copies are left, which would see each other in To');
    else [to, bcc] = [bcc, []];
  }
  for (const [i, kept] of [to, cc, bcc].entries()) {
    const before = all[i]!;
    if (before.length === kept.length && before.every((text, at) => text === kept[at])) continue;
    yield [[LISTS[i]!], kept.length > 0 ? kept.join(', ') : undefined];
  }
}

function interpret({ status, body }: ApiAnswer): ApiVerdict {
  const { ErrorCode: code, Message: message, MessageID } = jsonOf(body);
  const id = typeof MessageID === 'string' && MessageID !== '' ? MessageID : null;
  const words = [typeof code === 'number' ? String(code) : '', typeof message === 'string' ? message : '']
    .filter((word) => word !== '')
    .join(' ');
  const verdict = interpretStatus({ status }, code === 0 && id ? id : words || 'no explanation', id);
  if (status === 422 && OF_THE_ACCOUNT.includes(code)) return { ...verdict, outcome: 'temporary' };
  if (verdict.outcome !== 'delivered') return verdict;
  // Without the id it is not Postmark that answered.
  if (code === 0) return id === null ? { ...verdict, outcome: 'lost' } : verdict;
  return { ...verdict, outcome: typeof code === 'number' ? 'permanent' : 'lost', upstreamId: null };
}
