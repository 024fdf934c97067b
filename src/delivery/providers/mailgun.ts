import addressparser from 'nodemailer/lib/addressparser';
import { addressKey } from '../../crm/address.ts';
import { type FormField, changeForm, readForm } from '../../message/form.ts';
import type { ApiAnswer, ApiVerdict, Departure, Dialect, StoredRequest } from './dialect.ts';
import { interpretStatus, jsonOf } from './interpret.ts';
import { departMime } from './mime-departure.ts';

export const mailgun: Dialect = {
  name: 'mailgun',
  // Mailgun knows no idempotency keys.
  keyMs: null,
  depart,
  request: ({ path, contentType, body }, { baseUrl, apiKey }) => ({
    url: `${baseUrl}${path}`,
    method: 'POST',
    headers: {
      Authorization: `Basic ${Buffer.from(`api:${apiKey}`).toString('base64')}`,
      'Content-Type': contentType,
    },
    body,
  }),
  interpret,
};

function depart(
  { path, contentType, body }: StoredRequest,
  departure: Departure,
): Pick<StoredRequest, 'contentType' | 'body'> {
  const { only, edit, headers } = departure;
  const fields = readForm(contentType, body);
  const remove = new Set<number>();
  const replace = new Map<number, string | Buffer>();
  const append: { name: string; value: string }[] = [];
  const places = (name: string): number[] =>
    fields.flatMap((field, i) => (field.name.toLowerCase() === name ? [i] : []));
  const removeAll = (name: string): void => places(name).forEach((i) => remove.add(i));
  const put = (name: string, value: string | null): void => {
    const [first] = places(name);
    if (value === null) removeAll(name);
    else if (first === undefined) append.push({ name, value });
    else replace.set(first, value);
  };

  // It waited here.
  removeAll('o:deliverytime');
  if (only) append.push(...keepRecipients(fields, only, remove, replace));
  if (path.endsWith('.mime')) {
    const [place] = places('message');
    if (place !== undefined) {
      const left = departMime(fields[place]!.value, departure);
      if (!left.equals(fields[place]!.value)) replace.set(place, left);
    }
  } else {
    if (edit) {
      put('subject', edit.subject);
      put('text', edit.text);
      put('html', edit.html);
    }
    for (const { name, value } of headers) {
      removeAll(`h:${name.toLowerCase()}`);
      append.push({ name: `h:${name}`, value });
    }
  }
  return { contentType, body: changeForm(contentType, body, { remove, replace, append }) };
}

/** @returns what takes the place of To when nobody is left there, since Mailgun takes no mail without */
function keepRecipients(
  fields: readonly FormField[],
  only: ReadonlySet<string>,
  remove: Set<number>,
  replace: Map<number, string | Buffer>,
): { name: string; value: string }[] {
  const left = { to: [] as string[], cc: [] as string[], bcc: [] as string[] };
  const places = { to: [] as number[], cc: [] as number[], bcc: [] as number[] };
  for (const [i, { name, value }] of fields.entries()) {
    if (name !== 'to' && name !== 'cc' && name !== 'bcc') continue;
    const all = addressparser(value.toString(), { flatten: true });
    const kept = all.filter(({ address }) => only.has(addressKey(address) ?? ''));
    places[name].push(i);
    left[name].push(...kept.map(written));
    if (kept.length === 0) remove.add(i);
    else if (kept.length < all.length) replace.set(i, kept.map(written).join(', '));
  }
  if (left.to.length > 0) return [];
  const from = left.cc.length > 0 ? 'cc' : 'bcc';
  if (from === 'bcc' && left.bcc.length > 1) {
    throw new Error('only blind copies are left, which would see each other in To');
  }
  places[from].forEach((i) => remove.add(i));
  return left[from].length > 0 ? [{ name: 'to', value: left[from].join(', ') }] : [];
}

const written = ({ name, address }: { name: string; address: string }): string =>
  name === '' ? address : `"${name.replaceAll(/["\\]/g, String.raw`\$&`)}" <${address}>`;

function interpret({ status, body }: ApiAnswer): ApiVerdict {
  const answer = jsonOf(body);
  // Events name it without the angle brackets.
  const id = typeof answer['id'] === 'string' ? answer['id'].replace(/^<(.*)>$/, '$1') : null;
  const words = typeof answer['message'] === 'string' ? answer['message'] : body.slice(0, 200);
  const verdict = interpretStatus({ status }, id ?? (words || 'no explanation'), id);
  // 402: the account's plan or balance does not allow it; the mail waits until that is mended.
  if (status === 402) return { ...verdict, outcome: 'temporary' };
  // Without the id it is not Mailgun that answered.
  if (verdict.outcome === 'delivered' && id === null) return { ...verdict, outcome: 'lost' };
  return verdict;
}
