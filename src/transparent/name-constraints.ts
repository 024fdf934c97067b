import { Extension } from '@peculiar/x509';

/** id-ce-nameConstraints, RFC 5280 4.2.1.10. */
const NAME_CONSTRAINTS = '2.5.29.30';

// DER tags. Context tags of GeneralName: 2 = dNSName, 7 = iPAddress; of NameConstraints: 0 = permitted, 1 = excluded.
const SEQUENCE = 0x30;
const PERMITTED = 0xa0;
const EXCLUDED = 0xa1;
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;

/**
 * The extension that limits an authority to `hosts` and names below them. Names of a kind that is not mentioned stay free
 * (RFC 5280), so every IPv4 and IPv6 address is excluded explicitly.
 */
export function nameConstraints(hosts: string[]): Extension {
  const permitted = hosts.map((host) => subtree(DNS_NAME, Buffer.from(host, 'ascii')));
  // An address is followed by its mask, RFC 5280: 0.0.0.0/0 and ::/0.
  const excluded = [8, 32].map((length) => subtree(IP_ADDRESS, Buffer.alloc(length)));
  const value = der(SEQUENCE, der(PERMITTED, ...permitted), der(EXCLUDED, ...excluded));
  return new Extension(NAME_CONSTRAINTS, true, Uint8Array.from(value));
}

const subtree = (tag: number, base: Buffer): Buffer => der(SEQUENCE, der(tag, base));

/** One DER element: tag, definite length, content (X.690 8.1.3). */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  if (content.length < 0x80) return Buffer.concat([Buffer.from([tag, content.length]), content]);
  const digits: number[] = [];
  for (let rest = content.length; rest > 0; rest >>= 8) digits.unshift(rest & 0xff);
  return Buffer.concat([Buffer.from([tag, 0x80 | digits.length, ...digits]), content]);
}
