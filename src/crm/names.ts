/** Legal forms that people write or leave out: "Acme GmbH" and "Acme" are one company. */
export const LEGAL_FORMS =
  'inc|incorporated|llc|ltd|limited|plc|corp|corporation|co|gmbh|ag|se|sa|sas|sarl|bv|nv|ab|oy|as|aps|spa|srl|pty|pvt|kg';
const LEGAL_FORM = new RegExp(`\\s+(?:${LEGAL_FORMS})$`, 'u');

/**
 * The key a company is matched by: case, accents, punctuation and a trailing legal form do not matter.
 *
 * @returns '' when the name holds no letter or digit
 */
export function nameKey(name: string): string {
  let key = name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/['\u2018\u2019.]/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
  for (let shorter = key; ; key = shorter) {
    shorter = key.replace(LEGAL_FORM, '');
    if (shorter === key) return key;
  }
}

/** A city or industry as it is matched: without case, accents and punctuation. */
export function placeKey(place: string | null): string | null {
  if (place === null) return null;
  const key = place
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
  return key === '' ? null : key;
}
