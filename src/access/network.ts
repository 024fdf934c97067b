import { isIPv6 } from 'node:net';
import { ipKeyGenerator } from 'express-rate-limit';

/**
 * What limits count an address by: an IPv4 address itself, or the /64 of an IPv6 one, since one customer of a network has
 * a whole /64.
 *
 * @param address as a socket gives it, IPv4 in IPv6 (`::ffff:192.0.2.1`) too
 */
export function networkOf(address: string): string {
  const bare = address.replace(/^::ffff:(?=\d+\.)/iu, '');
  return isIPv6(bare) ? ipKeyGenerator(bare, 64) : bare;
}
