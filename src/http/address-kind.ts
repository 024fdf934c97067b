import { BlockList, isIP, isIPv4 } from 'node:net';

/**
 * What kind of network an address belongs to. `reserved` is what no webhook can be at: link-local with the clouds' metadata
 * services, multicast, documentation, unspecified, tunnels that hide another address.
 */
export type AddressKind = 'loopback' | 'private' | 'public' | 'reserved';

/** Prefix of NAT64 (RFC 6052), which carries an IPv4 address in its last 32 bits. */
const NAT64 = '64:ff9b::';

const LOOPBACK = list('127.0.0.0/8', '::1/128');

/** RFC 1918, shared address space (RFC 6598), unique local (RFC 4193). */
const PRIVATE = list('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7');

/** IANA's special-purpose registries for IPv4 and IPv6, save what is above. */
const RESERVED = list(
  '0.0.0.0/8',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  // Metadata services outside link-local.
  '100.100.100.200/32',
  'fd00:ec2::254/128',
);

/** Global unicast (RFC 4291 2.4) and the two ways to write an IPv4 address in IPv6. */
const GLOBAL_V6 = list('2000::/3', '::ffff:0:0/96', `${NAT64}/96`);

function list(...subnets: string[]): BlockList {
  const all = new BlockList();
  for (const subnet of subnets) {
    const [net, bits] = subnet.split('/') as [string, string];
    // IPv4 rules match IPv4-mapped IPv6 addresses by themselves.
    all.addSubnet(net, Number(bits), isIPv4(net) ? 'ipv4' : 'ipv6');
    if (isIPv4(net)) all.addSubnet(`${NAT64}${net}`, 96 + Number(bits), 'ipv6');
  }
  return all;
}

/** @param address an IP address without brackets; anything else is reserved */
export function addressKind(address: string): AddressKind {
  const version = isIP(address);
  if (version === 0) return 'reserved';
  const family = version === 4 ? 'ipv4' : 'ipv6';
  if (LOOPBACK.check(address, family)) return 'loopback';
  if (RESERVED.check(address, family)) return 'reserved';
  if (PRIVATE.check(address, family)) return 'private';
  return version === 4 || GLOBAL_V6.check(address, family) ? 'public' : 'reserved';
}
