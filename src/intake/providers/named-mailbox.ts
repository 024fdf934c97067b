import { type Mailbox, readMailbox } from '../outgoing-mail.ts';
import { Refusal } from '../refusal.ts';

/**
 * An address whose name stands apart from it, as `{ email, name }` gives them.
 *
 * @param field of the address, e.g. `to.0.email`
 * @throws Refusal `invalid_field`
 */
export function namedMailbox(
  { email, name }: { email: string; name?: string | null | undefined },
  field: string,
): Mailbox {
  const { name: inside, address } = readMailbox(email, field);
  // A name inside the address as well would be shown by one and not by another.
  if (inside !== '' || email.includes('<')) {
    throw new Refusal('invalid_field', `The \`${field}\` field must hold an address and nothing else.`, {
      field,
    });
  }
  if (/\p{Cc}/u.test(name ?? '')) {
    throw new Refusal('invalid_field', `The name beside the \`${field}\` field holds a control character.`, {
      field,
    });
  }
  return { name: (name ?? '').trim(), address };
}
