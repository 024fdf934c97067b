import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/config/user-error.ts';
import { addressKind } from '../../src/http/address-kind.ts';
import { assertWebhookUrl, guardedLookup } from '../../src/events/webhook-target.ts';
import type { ResolveAll } from '../../src/http/checked-lookup.ts';

const KINDS: [string, string[]][] = [
  ['loopback', ['127.0.0.1', '127.255.0.9', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '64:ff9b::7f00:1']],
  [
    'private',
    ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1', 'fd12::1', '::ffff:10.1.2.3'],
  ],
  ['private', ['64:ff9b::10.0.0.1', '::ffff:c0a8:101']],
  [
    'public',
    ['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808'],
  ],
  ['reserved', ['0.0.0.0', '0.1.2.3', '169.254.169.254', '224.0.0.1', '255.255.255.255', '240.0.0.1']],
  [
    'reserved',
    ['::', 'fe80::1', 'ff02::1', '2001:db8::1', '2002:7f00:1::', '2001::1', '::8.8.8.8', '100::1'],
  ],
  ['reserved', ['::ffff:169.254.169.254', '64:ff9b::169.254.169.254', '100.100.100.200', 'fd00:ec2::254']],
  ['reserved', ['fec0::1', '192.0.2.1', '198.18.0.1', 'no address', '', '127.1']],
];

describe('kinds of addresses', () => {
  for (const [kind, addresses] of KINDS) {
    for (const address of addresses) {
      test(`${address || 'nothing'} is ${kind}`, () => {
        expect(addressKind(address)).toBe(kind);
      });
    }
  }
});

const check = (url: string, allowPrivate = false) => assertWebhookUrl(url, { allowPrivate }).href;

describe('setting a webhook', () => {
  test.each([
    'https://engine.example/events?key=1',
    'https://engine.example:8443/',
    'https://8.8.8.8/',
    'http://localhost:3000/events',
    'http://events.localhost/',
    'http://127.0.0.1:3000/',
    'http://[::1]:3000/',
    'https://localhost/',
  ])('%s may be one', (url) => {
    expect(check(url)).toBe(url);
  });

  test.each([
    ['engine.example/events', /no URL/],
    ['ftp://engine.example/', /only https and http/],
    ['file:///etc/passwd', /only https and http/],
    ['https://user:pass@engine.example/', /user and password/],
    ['http://engine.example/', /plain http is only for this machine/],
    ['http://8.8.8.8/', /use https/],
    ['https://10.0.0.8/', /private address; allow those with webhooks\.allow_private/],
    ['https://0x0a000008/', /10\.0\.0\.8, a private address/],
    ['https://[::ffff:10.0.0.8]/', /private address/],
    ['https://169.254.169.254/latest', /reserved/],
    ['http://0.0.0.0/', /reserved/],
    ['https://[fe80::1]/', /reserved/],
    [`https://engine.example/${'x'.repeat(2000)}`, /longer than/],
  ])('%s is refused with a sentence', (url, why) => {
    expect(() => check(url)).toThrow(UserError);
    expect(() => check(url)).toThrow(why);
  });

  test('private networks can be allowed, metadata services cannot', () => {
    expect(check('http://10.0.0.8:3000/', true)).toBe('http://10.0.0.8:3000/');
    expect(check('http://engine.internal/', true)).toBe('http://engine.internal/');
    expect(() => check('http://169.254.169.254/', true)).toThrow(/reserved/);
    expect(() => check('http://8.8.8.8/', true)).toThrow(/use https/);
  });
});

const answers =
  (...addresses: string[]): ResolveAll =>
  (_host, _options, callback) =>
    callback(
      null,
      addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 })),
    );

const resolved = (lookup: LookupFunction, host: string) =>
  new Promise<unknown>((resolve, reject) => {
    lookup(host, { all: true }, (error, found) => (error ? reject(error) : resolve(found)));
  });

describe('connecting to a webhook', () => {
  const guard = (url: string, resolve: ResolveAll, allowPrivate = false) =>
    resolved(guardedLookup(new URL(url), { allowPrivate }, resolve), new URL(url).hostname);

  test.each([
    '127.0.0.1',
    '10.1.2.3',
    '::1',
    'fd00::1',
    '::ffff:192.168.0.1',
    '100.64.0.1',
  ])('a name that resolves to %s is refused, and so is one that also has a public address', async (address) => {
    await expect(guard('https://engine.example/', answers(address))).rejects.toThrow(/private address/);
    await expect(guard('https://engine.example/', answers('8.8.8.8', address))).rejects.toThrow(
      `engine.example resolves to ${address}`,
    );
  });

  test('a name that resolves to public addresses is connected to at those', async () => {
    await expect(guard('https://engine.example/', answers('8.8.8.8', '2606:4700::1111'))).resolves.toEqual([
      { address: '8.8.8.8', family: 4 },
      { address: '2606:4700::1111', family: 6 },
    ]);
  });

  test('plain http goes to a private network where that is allowed, never to a public address', async () => {
    await expect(guard('http://engine.internal/', answers('10.1.2.3'), true)).resolves.toHaveLength(1);
    await expect(guard('http://engine.internal/', answers('8.8.8.8'), true)).rejects.toThrow(/in the open/);
    await expect(guard('https://engine.internal/', answers('169.254.169.254'), true)).rejects.toThrow(
      /reserved/,
    );
  });

  test('localhost that resolves to another machine is refused', async () => {
    await expect(guard('http://localhost/', answers('8.8.8.8'))).rejects.toThrow(/not this machine/);
    await expect(guard('http://localhost/', answers('10.0.0.1'), true)).rejects.toThrow(/not this machine/);
  });

  test('a name without an address is an error', async () => {
    await expect(guard('https://engine.example/', answers())).rejects.toThrow(/no address/);
  });
});
