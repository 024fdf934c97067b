import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { PROJECT_ROOT, configSchema, loadConfig } from '../../src/config/config.ts';

function configFile(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'presend-config-')), 'presend.yaml');
  writeFileSync(path, text);
  return path;
}

const message = (text: string): string => {
  try {
    loadConfig({ path: configFile(text) });
  } catch (error) {
    return (error as Error).message;
  }
  return 'no error';
};

describe('the configuration', () => {
  test('that is shipped shows every key with its default', () => {
    const shipped = parse(readFileSync(join(PROJECT_ROOT, 'config/presend.yaml'), 'utf8')) as unknown;
    expect(shipped).toEqual(configSchema.parse({}));
  });

  test('refuses an unknown key with its line', () => {
    expect(message('data_dir: x\nsmtp:\n  port: 25\n  prot: 26\n')).toMatch(
      /presend\.yaml:4: unknown key "smtp\.prot"; did you mean port\?/,
    );
    expect(message('smtp:\n  frobnicate: 26\n')).toMatch(
      /presend\.yaml:2: unknown key "smtp\.frobnicate"; remove it or check its spelling/,
    );
  });

  test('refuses a wrong value with its line, and tells all mistakes at once', () => {
    const text = message(
      'smtp:\n  port: many\ninternal:\n  addresses:\n    - fine@a.example\n    - nobody\n',
    );
    expect(text).toMatch(/presend\.yaml:2: smtp\.port: /);
    expect(text).toMatch(/presend\.yaml:6: internal\.addresses\.1: must be an e-mail address/);
  });

  test('refuses broken YAML, a duplicate key and a missing file with a sentence', () => {
    expect(message('smtp: {port: 1\n')).toMatch(/presend\.yaml:\d+: /);
    expect(message('data_dir: a\ndata_dir: b\n')).toMatch(/presend\.yaml:2: .*unique/i);
    expect(() => loadConfig({ path: '/nowhere/presend.yaml' })).toThrow(/no such file/);
  });

  test('never lets a decision that stops be configured to relay', () => {
    for (const decision of ['SUPPRESS', 'ESCALATE', 'BLOCK']) {
      expect(message(`decisions: { ${decision}: relay }`)).toMatch(new RegExp(`decisions.${decision}`));
    }
    expect(message('decisions: { PENALISE: relay }')).toBe('no error');
  });

  test('refuses two upstreams of one name, and a password over an unprotected connection', () => {
    const one = '{ name: a, host: mail.example, tls: required }';
    expect(message(`upstreams: [${one}, ${one}]`)).toMatch(/same name/);
    expect(
      message('upstreams: [{ name: a, host: mail.example, tls: none, auth: { user: u, password: p } }]'),
    ).toMatch(/auth needs tls/);
  });

  test('takes an empty file for the defaults, and --data over data_dir', () => {
    const config = loadConfig({ path: configFile(''), dataDir: '/tmp/elsewhere' });
    expect(config.smtp.port).toBe(2525);
    expect(config.data_dir).toBe('/tmp/elsewhere');
  });
});
