import { BlockList, isIP, isIPv4 } from 'node:net';
import type { Request } from 'express';
import { z } from 'zod';
import { addressKind } from './address-kind.ts';

/** Headers by which a proxy shows itself. */
const PROXY_HEADERS = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'cf-connecting-ip',
];

/** Whether a proxy passed the request on: then the connection's address says nothing about who asks. */
export function isProxied({ headers }: Pick<Request, 'headers'>): boolean {
  return PROXY_HEADERS.some((name) => headers[name] !== undefined);
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const most = isIPv4(address) ? 32 : 128;
  return (
    isIP(address) !== 0 &&
    rest.length === 0 &&
    (bits === undefined || (/^\d{1,3}$/u.test(bits) && Number(bits) <= most))
  );
}

/** Where a request may come from, as the configuration says it. */
export const comeFromSchema = z.array(
  z
    .string()
    .refine(
      (text) => ['loopback', 'private', 'anywhere'].includes(text) || isNetwork(text),
      'must be loopback, private, anywhere, an address or a network like 10.1.0.0/16',
    ),
);

/**
 * @param list as `comeFromSchema` reads it
 * @returns whether a request comes from there. What a proxy that is not trusted (`access.trusted_proxies`) passes on may come
 *   from anywhere.
 */
export function comeFrom(list: readonly string[]): (req: Request) => boolean {
  if (list.includes('anywhere')) return () => true;
  const networks = new BlockList();
  for (const text of list.filter(isNetwork)) {
    const [address = '', bits] = text.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    networks.addSubnet(address, Number(bits ?? (family === 'ipv4' ? 32 : 128)), family);
  }
  return (req) => {
    const address = (req.ip ?? '').replace(/^::ffff:/u, '');
    const isTrusted = req.app.get('trust proxy fn') as (address: string, hops: number) => boolean;
    if (isProxied(req) && !isTrusted(req.socket.remoteAddress ?? '', 0)) return false;
    if (isIP(address) === 0) return false;
    return list.includes(addressKind(address)) || networks.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
  };
}
