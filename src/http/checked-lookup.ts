import { type LookupAddress, type LookupOptions, lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';

/** As `dns.lookup` with `all`. */
export type ResolveAll = (
  hostname: string,
  options: LookupOptions & { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * A resolver for connections whose target somebody else chose: the addresses it answers are the ones that were checked, so a
 * name that resolves to something else a moment later gains nothing. Of a name with several addresses all must be allowed.
 * Node asks no resolver about a host that is an address already; check that one beforehand.
 *
 * @param whyNot why an address may not be connected to; null = it may
 */
export function checkedLookup(
  whyNot: (address: string) => string | null,
  resolve: ResolveAll = systemLookup,
): LookupFunction {
  return (hostname, lookupOptions, callback) => {
    resolve(hostname, { ...lookupOptions, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      const [first] = addresses;
      if (!first) return callback(new Error(`${hostname} has no address`), []);
      const why = addresses.map(({ address }) => whyNot(address)).find((w) => w !== null);
      if (why != null) return callback(new Error(why), []);
      if (lookupOptions.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}
