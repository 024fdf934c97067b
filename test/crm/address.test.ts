import { assert, constantFrom, oneof, pre, property, string, stringMatching, tuple } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressKey, domainChain, domainKey, isFreemail } from '../../src/crm/address.ts';
import { nameKey, placeKey } from '../../src/crm/names.ts';

describe('addressKey', () => {
  test.each([
    ['Jane.Doe@Example.COM', 'jane.doe@example.com'],
    ['  <jane@example.com> ', 'jane@example.com'],
    ['Jane Doe <jane@example.com>', 'jane@example.com'],
    ['"Doe, Jane <x>" <jane@example.com>', 'jane@example.com'],
    ['<@relay.example,@other.example:jane@example.com>', 'jane@example.com'],
    ['jane@example.com.', 'jane@example.com'],
    ['jane@münchen.example', 'jane@xn--mnchen-3ya.example'],
    ['jane@XN--MNCHEN-3YA.example', 'jane@xn--mnchen-3ya.example'],
    ['jane@ｅｘａｍｐｌｅ.com', 'jane@example.com'],
    ['jane+sales@example.com', 'jane@example.com'],
    ['+jane@example.com', '+jane@example.com'],
    ['J.a.n.e+x@GoogleMail.com', 'jane@gmail.com'],
    ['j.ane@example.com', 'j.ane@example.com'],
    ['"jane"@example.com', 'jane@example.com'],
    ['"jane\\.doe"@example.com', 'jane.doe@example.com'],
    ['"jane doe"@example.com', '"jane doe"@example.com'],
    ['"a\\"b"@example.com', '"a\\"b"@example.com'],
    ['"a@b"@example.com', '"a@b"@example.com'],
    ['JOSÉ@example.com', 'josé@example.com'],
    ['jane@[192.0.2.1]', 'jane@[192.0.2.1]'],
    ['jane@localhost', 'jane@localhost'],
    ["o'neil=x@example.com", "o'neil=x@example.com"],
  ])('%s is matched as %s', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });

  test.each([
    '',
    '@',
    'jane',
    'jane@',
    '@example.com',
    'jane doe@example.com',
    'jane@exam ple.com',
    'jane@example..com',
    'jane@.example.com',
    'jane@example.com/path',
    'jane@example.com:25',
    'a,b@example.com',
    '"jane@example.com',
    '""@example.com',
    '...@gmail.com',
    'jane@example.com\r\nBcc: x@example.com',
    `jane@${'a'.repeat(64)}.com`,
  ])('%j is not an address', (address) => {
    expect(addressKey(address)).toBeNull();
  });

  const local = stringMatching(/^[a-z0-9][a-z0-9._-]{0,20}$/u);
  const domain = constantFrom('example.com', 'gmail.com', 'mail.münchen.example', 'a.example.co.uk');

  test('a key is its own key, whatever the input', () => {
    assert(
      property(
        oneof(
          string(),
          tuple(string({ unit: 'grapheme' }), domain).map((p) => p.join('@')),
        ),
        (text) => {
          const key = addressKey(text);
          if (key !== null) expect(addressKey(key)).toBe(key);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('case, brackets, blanks, tags, quotes and a trailing dot never change the key', () => {
    const respell = constantFrom<(l: string, d: string) => string>(
      (l, d) => `${l.toUpperCase()}@${d.toUpperCase()}`,
      (l, d) => `<${l}@${d}>`,
      (l, d) => ` ${l}@${d}\t`,
      (l, d) => `${l}+tag@${d}`,
      (l, d) => `"${l}"@${d}`,
      (l, d) => `${l}@${d}.`,
      (l, d) => `"Some One" <${l}@${d}>`,
    );
    assert(
      property(local, domain, respell, (l, d, change) => {
        expect(addressKey(change(l, d))).toBe(addressKey(`${l}@${d}`));
      }),
    );
  });

  test('different mailboxes of one domain keep different keys', () => {
    assert(
      property(local, local, (a, b) => {
        pre(a !== b);
        expect(addressKey(`${a}@example.com`)).not.toBe(addressKey(`${b}@example.com`));
      }),
    );
  });
});

describe('domains', () => {
  test('a chain goes from the domain to the registrable one', () => {
    expect(domainChain('a.b.example.co.uk')).toEqual([
      'a.b.example.co.uk',
      'b.example.co.uk',
      'example.co.uk',
    ]);
    expect(domainChain('northwind-analytics.example')).toEqual(['northwind-analytics.example']);
    expect(domainChain('me.github.io')).toEqual(['me.github.io', 'github.io']);
    expect(domainChain('localhost')).toEqual(['localhost']);
    expect(domainChain('[192.0.2.1]')).toEqual(['[192.0.2.1]']);
  });

  test('a domain key drops the @, the case and the trailing dot', () => {
    expect(domainKey('@Example.COM.')).toBe('example.com');
    expect(domainKey('münchen.example')).toBe('xn--mnchen-3ya.example');
    expect(domainKey('not a domain')).toBeNull();
    expect(domainKey('')).toBeNull();
  });

  test('freemail is told from company domains', () => {
    expect(isFreemail('GMAIL.com')).toBe(true);
    expect(isFreemail('northwind-analytics.example')).toBe(false);
  });
});

describe('names', () => {
  test('legal forms, case, accents and punctuation do not tell companies apart', () => {
    expect(nameKey('Müller & Söhne GmbH')).toBe('muller sohne');
    expect(nameKey('ACME, Inc.')).toBe(nameKey('Acme'));
    expect(nameKey('Foo Co. Ltd')).toBe('foo');
    expect(nameKey('AG')).toBe('ag');
    expect(placeKey('São  Paulo')).toBe('sao paulo');
    expect(placeKey(' - ')).toBeNull();
  });
});
