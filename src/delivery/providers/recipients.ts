import addressparser from 'nodemailer/lib/addressparser';
import { addressKey } from '../../crm/address.ts';

/** Is one of the addresses in this text among those who get it? */
export function isAmong(text: string, only: ReadonlySet<string>): boolean {
  return addressparser(text, { flatten: true }).some(({ address }) =>
    only.has(addressKey(address ?? '') ?? ''),
  );
}
