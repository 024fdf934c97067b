import { type JsonChange, changeJson } from '../../message/json-text.ts';
import { bearerRequest } from './bearer-request.ts';
import type { ApiAnswer, ApiVerdict, Departure, Dialect, StoredRequest } from './dialect.ts';
import { interpretStatus, jsonOf } from './interpret.ts';
import { textChanges } from './json-edit.ts';
import { withSomebodyInTo } from './json-recipients.ts';
import { isAmong } from './recipients.ts';

/** Resend keeps keys for 24 hours; the last of them is left out, for clocks that differ. */
const KEY_MS = 23 * 3_600_000;

/** These 403s are about the key, the others about the mail (Resend, "Errors"). */
const OF_THE_KEY = ['missing_api_key', 'invalid_api_key', 'invalid_api_Key', 'restricted_api_key'];

export const resend: Dialect = {
  name: 'resend',
  keyMs: KEY_MS,
  depart,
  request: (stored, account, key) => {
    const request = bearerRequest(stored, account);
    return { ...request, headers: { ...request.headers, 'Idempotency-Key': key } };
  },
  interpret,
};

function depart(
  { contentType, body }: StoredRequest,
  { only, edit, headers }: Departure,
): Pick<StoredRequest, 'contentType' | 'body'> {
  const mail = jsonOf(body.toString());
  const changes: JsonChange[] = [];
  if ('scheduled_at' in mail) changes.push([['scheduled_at'], undefined]);
  if (only) {
    for (const field of ['to', 'cc', 'bcc']) {
      const value = mail[field];
      const all = typeof value === 'string' ? [value] : Array.isArray(value) ? value.map(String) : [];
      const kept = all.filter((text) => isAmong(text, only));
      if (kept.length < all.length) changes.push([[field], kept.length > 0 ? kept : undefined]);
    }
  }
  if (edit) changes.push(...textChanges(mail, edit));
  if (headers.length > 0 && mail['headers'] == null) changes.push([['headers'], {}]);
  for (const { name, value } of headers) changes.push([['headers', name], value]);
  return { contentType, body: withSomebodyInTo(changeJson(body, changes)) };
}

function interpret({ status, body }: ApiAnswer): ApiVerdict {
  const answer = jsonOf(body);
  const id = typeof answer['id'] === 'string' ? answer['id'] : null;
  const name = typeof answer['name'] === 'string' ? answer['name'] : '';
  const words = [name, answer['message']]
    .filter((word) => typeof word === 'string' && word !== '')
    .join(': ');
  const verdict = interpretStatus({ status }, id ?? (words || 'no explanation'), id);
  if (status === 403 && !OF_THE_KEY.includes(name)) return { ...verdict, outcome: 'permanent' };
  if (status === 409) {
    // The first request under this key is still being worked on, or it was another one: then nobody knows.
    return { ...verdict, outcome: name === 'concurrent_idempotent_requests' ? 'temporary' : 'lost' };
  }
  // Without the id it is not Resend that answered.
  if (verdict.outcome === 'delivered' && id === null) return { ...verdict, outcome: 'lost' };
  return verdict;
}
