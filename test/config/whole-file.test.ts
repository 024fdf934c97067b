import { mkdtempSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { gateSecret } from '../../src/config/gate-secret.ts';
import { keptFile, writeWhole } from '../../src/config/whole-file.ts';

const folder = (): string => mkdtempSync(join(tmpdir(), 'presend-whole-'));

test('a kept file is made once, for its owner alone, and leaves nothing beside it', () => {
  const path = join(folder(), 'secrets/a.key');
  expect(keptFile(path, () => 'first').toString()).toBe('first');
  expect(keptFile(path, () => 'second').toString()).toBe('first');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(path, '..'))).toEqual(['a.key']);
});

test('what another process has put there meanwhile stays', () => {
  const path = join(folder(), 'a.key');
  const kept = keptFile(path, () => {
    writeFileSync(path, 'theirs');
    return 'ours';
  });
  expect(kept.toString()).toBe('theirs');
  expect(readdirSync(join(path, '..'))).toEqual(['a.key']);
});

test('a file written anew is replaced as a whole', () => {
  const path = join(folder(), 'key.pem');
  writeWhole(path, 'old', 0o600);
  writeWhole(path, Buffer.from('new'), 0o600);
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(readdirSync(join(path, '..'))).toEqual(['key.pem']);
});

test('what a crash left of a key is no key, and a damaged one is refused', () => {
  const data = folder();
  const key = gateSecret(data, 'derive');
  expect(key).toHaveLength(32);
  writeFileSync(join(data, 'secrets/link.key.4711.part'), 'half');
  expect(gateSecret(data, 'link')).toHaveLength(32);
  writeFileSync(join(data, 'secrets/derive.key'), '');
  expect(() => gateSecret(data, 'derive')).toThrow(/derive\.key is damaged: it holds 0 bytes and not 32/);
});
