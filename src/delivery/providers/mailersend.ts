import { type JsonChange, changeJson } from '../../message/json-text.ts';
import { bearerRequest } from './bearer-request.ts';
import type { ApiAnswer, ApiVerdict, Departure, Dialect, StoredRequest } from './dialect.ts';
import { interpretStatus, jsonOf } from './interpret.ts';
import { textChanges } from './json-edit.ts';
import { keepOnly, withSomebodyInTo } from './json-recipients.ts';

/**
 * Validation errors that speak of our account and not of the mail: an unverified domain (#MS42207), a trial's or plan's
 * bounds. The mail waits until that is mended.
 */
const OF_THE_ACCOUNT = /#MS42207|must be verified|trial account|quota|plan limit/i;

export const mailersend: Dialect = {
  name: 'mailersend',
  // MailerSend knows no idempotency keys.
  keyMs: null,
  depart,
  request: bearerRequest,
  interpret,
};

function depart(
  { contentType, body }: StoredRequest,
  { only, edit, headers }: Departure,
): Pick<StoredRequest, 'contentType' | 'body'> {
  const mail = jsonOf(body.toString());
  const changes: JsonChange[] = [];
  if ('send_at' in mail) changes.push([['send_at'], undefined]);
  if (only) {
    for (const field of ['to', 'cc', 'bcc']) {
      const list = mail[field];
      if (Array.isArray(list)) changes.push(...keepOnly(list, [field], only, emailOf).changes);
    }
  }
  if (edit) changes.push(...textChanges(mail, edit));
  changes.push(...addHeaders(mail['headers'], headers));
  return { contentType, body: withSomebodyInTo(changeJson(body, changes)) };
}

const emailOf = (element: unknown): string =>
  typeof element === 'object' && element !== null && 'email' in element ? String(element.email) : '';

function addHeaders(present: unknown, headers: Departure['headers']): JsonChange[] {
  const changes: JsonChange[] = [];
  const list = Array.isArray(present) ? (present as { name?: unknown }[]) : [];
  // List-Unsubscribe has a place of its own, from which MailerSend also writes the one-click header (RFC 8058).
  for (const { name, value } of headers) {
    if (/^list-unsubscribe$/i.test(name)) changes.push([['list_unsubscribe'], value]);
  }
  const own = headers.filter(({ name }) => !/^list-unsubscribe(?:-post)?$/i.test(name));
  if (own.length > 0 && !Array.isArray(present)) changes.push([['headers'], []]);
  for (const { name, value } of own) {
    const at = list.findIndex((line) => String(line.name).toLowerCase() === name.toLowerCase());
    changes.push(at < 0 ? [['headers', -1], { name, value }] : [['headers', at, 'value'], value]);
  }
  return changes;
}

function interpret({ status, headers, body }: ApiAnswer): ApiVerdict {
  const answer = jsonOf(body);
  const given = headers['x-message-id'];
  const id = typeof given === 'string' && given !== '' ? given : null;
  const words = typeof answer['message'] === 'string' ? answer['message'] : '';
  const verdict = interpretStatus({ status }, id ?? (words || 'no explanation'), id);
  if (status === 422 && OF_THE_ACCOUNT.test(words)) return { ...verdict, outcome: 'temporary' };
  // A warning that everybody is suppressed there comes with a 202 too.
  if (status === 202 && warns(answer, 'ALL_SUPPRESSED')) {
    return {
      outcome: 'permanent',
      response: '202 every recipient is suppressed at MailerSend',
      upstreamId: null,
    };
  }
  // Without the id it is not MailerSend that answered.
  if (verdict.outcome === 'delivered' && id === null) return { ...verdict, outcome: 'lost' };
  return verdict;
}

function warns(answer: Record<string, unknown>, type: string): boolean {
  const { warnings } = answer;
  return (
    Array.isArray(warnings) &&
    warnings.some((warning) => (warning as { type?: unknown } | null)?.type === type)
  );
}
