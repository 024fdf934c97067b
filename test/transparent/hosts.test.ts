import { expect, test } from 'vitest';
import { KNOWN, hostName, hostsOf, isRegion } from '../../src/transparent/hosts.ts';

test('every known host is a host name as certificates write it, and none is named twice', () => {
  const hosts = KNOWN.flatMap((known) => hostsOf(known, ['us-east-1', 'eu-west-1']));
  expect(hosts.map(hostName)).toEqual(hosts);
  expect(new Set(hosts).size).toBe(hosts.length);
});

test('SES has hosts in each region', () => {
  expect(hostsOf('ses', ['eu-west-1', 'us-east-1'])).toEqual([
    'email.eu-west-1.amazonaws.com',
    'email-smtp.eu-west-1.amazonaws.com',
    'email.us-east-1.amazonaws.com',
    'email-smtp.us-east-1.amazonaws.com',
  ]);
});

test.each([
  ['API.Example.COM', 'api.example.com'],
  ['api.example.com.', 'api.example.com'],
  ['müller.example', 'xn--mller-kva.example'],
])('%s is the host %s', (text, host) => {
  expect(hostName(text)).toBe(host);
});

test.each([
  'localhost',
  '127.0.0.1',
  '::1',
  '*.example.com',
  'https://api.example.com',
  'api.example.com:443',
  'a b.example',
  '-a.example',
  'a..example',
  '',
  `${'a'.repeat(64)}.example`,
  'api.example.com\n10.0.0.1 login.bank.example',
])('%j is no host name', (text) => {
  expect(hostName(text)).toBeNull();
});

test('regions are told from other words', () => {
  expect(['us-east-1', 'ap-southeast-2', 'us-gov-west-1'].every(isRegion)).toBe(true);
  expect(['us', 'useast1', 'eu-west-1.evil.example', ''].some(isRegion)).toBe(false);
});
