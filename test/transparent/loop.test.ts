import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { gateId, hostsLeadingHere, isOwnRequest } from '../../src/transparent/loop.ts';

const folder = (): string => mkdtempSync(join(tmpdir(), 'presend-loop-'));

test('a data folder keeps its id, and another has another', () => {
  const [one, other] = [folder(), folder()];
  expect(gateId(one)).toMatch(/^[0-9a-f-]{36}$/);
  expect(gateId(one)).toBe(gateId(one));
  expect(gateId(other)).not.toBe(gateId(one));
});

test('only a request with the gate’s own id is its own', () => {
  const id = gateId(folder());
  expect(isOwnRequest({ 'x-presend-gate': id }, id)).toBe(true);
  expect(isOwnRequest({ 'x-presend-gate': `another-gate, ${id}` }, id)).toBe(true);
  expect(isOwnRequest({ 'x-presend-gate': ['another-gate', id] }, id)).toBe(true);
  expect(isOwnRequest({ 'x-presend-gate': 'another-gate' }, id)).toBe(false);
  expect(isOwnRequest({ 'x-presend-gate': '' }, id)).toBe(false);
  expect(isOwnRequest({}, id)).toBe(false);
});

test('hosts that lead to this machine are told from those that lead elsewhere or nowhere', async () => {
  const names: Record<string, string[]> = {
    'api.one.example': ['127.0.0.1'],
    'api.two.example': ['2001:db8::1', '::1'],
    'api.far.example': ['192.0.2.7'],
  };
  const leads = await hostsLeadingHere([...Object.keys(names), 'api.unknown.example'], async (host) => {
    if (!names[host]) throw new Error('ENOTFOUND');
    return names[host];
  });
  expect(leads).toEqual([
    { host: 'api.one.example', addresses: ['127.0.0.1'] },
    { host: 'api.two.example', addresses: ['2001:db8::1', '::1'] },
  ]);
});
