import { splitAddressList } from '../../message/address-list.ts';
import { type Mailbox, readMailbox } from '../outgoing-mail.ts';
import { Refusal } from '../refusal.ts';

/**
 * Reads several addresses in one text, separated by commas; none in an empty one.
 *
 * @throws Refusal `invalid_field`
 */
export function readMailboxes(text: string | null | undefined, field: string): Mailbox[] {
  if (text == null || text.trim() === '') return [];
  const parts = splitAddressList(text);
  if (parts === null) {
    throw new Refusal(
      'invalid_field',
      `The \`${field}\` field is not a list of addresses: a quote stays open, or nothing stands between two commas.`,
      { field },
    );
  }
  return parts.map((part) => {
    const box = readMailbox(part, field);
    // Whoever splits at every comma would find another recipient in it.
    if (/[,;]/.test(box.name) && box.name.includes('@')) {
      throw new Refusal('invalid_field', `A name in the \`${field}\` field reads like a list of addresses.`, {
        field,
      });
    }
    return box;
  });
}
