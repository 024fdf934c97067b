import PostalMime from 'postal-mime';
import type { Address } from 'postal-mime';
import { type MailRead, type MailReader, mailRead } from './reader.ts';

/** postal-mime, which mail programs in browsers and at Cloudflare read with. */
export const postalMime: MailReader = {
  name: 'postal-mime',
  read: async (mails) => {
    const all: (MailRead | null)[] = [];
    for (const raw of mails) all.push(await readOne(raw));
    return all;
  },
};

async function readOne(raw: Buffer): Promise<MailRead | null> {
  try {
    const mail = await PostalMime.parse(raw, { forceRfc822Attachments: true });
    const pieces =
      mail.html === undefined ? [{ html: false, text: mail.text ?? '' }] : [{ html: true, text: mail.html }];
    return mailRead(mail.subject ?? '', mail.from === undefined ? [] : flat([mail.from]), pieces);
  } catch {
    return null;
  }
}

function flat(addresses: readonly Address[]): string[] {
  return addresses
    .flatMap(({ address, group }) => (group === undefined ? [address] : flat(group)))
    .filter((address) => address !== undefined && address !== '');
}
