import addressparser from 'nodemailer/lib/addressparser';
import { addressKey } from '../../crm/address.ts';
import { headerValues } from '../header-peek.ts';
import { Refusal } from '../refusal.ts';

/** Libraries write MIME with bare line feeds too. Only where no CR stands is it certain what they mean. */
export function withCrlf(message: Buffer): Buffer {
  return message.includes(0x0d)
    ? message
    : Buffer.from(message.toString('latin1').replaceAll('\n', '\r\n'), 'latin1');
}

/**
 * The one address in the From header.
 *
 * @throws Refusal `invalid_field`
 */
export function fromOf(raw: Buffer, field: string): string {
  const addresses = headerValues(raw, 'from').flatMap((value) => addressparser(value, { flatten: true }));
  const [from] = addresses;
  if (addresses.length !== 1 || !from?.address || addressKey(from.address) === null) {
    throw new Refusal(
      'invalid_field',
      `The message in ${field} must have one From header with one address.`,
      {
        field,
      },
    );
  }
  return from.address;
}
