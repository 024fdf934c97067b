import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

interface Locked {
  version?: string;
  resolved?: string;
  integrity?: string;
  hasInstallScript?: boolean;
  dev?: boolean;
  license?: string;
  link?: boolean;
}
const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> };
const installed = Object.entries(packages).filter(([path]) => path !== '');
const nameOf = (path: string): string =>
  path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** Rows of the table in docs/DEPENDENCIES.md: package and the oldest safe version. */
const oldest = [...read('docs/DEPENDENCIES.md').matchAll(/^\| ([a-z-]+) \| (\d+\.\d+\.\d+) \|/gm)].map(
  ([, name, version]) => ({ name, version }),
);

/** Whether `version` is `least` or newer; a pre-release counts as older. */
function isAtLeast(version: string, least: string): boolean {
  const [own, wanted] = [version, least].map((one) => one.split('.').map(Number)) as [number[], number[]];
  if (own.some(Number.isNaN)) return false;
  for (const [at, part] of wanted.entries()) {
    if (own[at] !== part) return (own[at] ?? 0) > part;
  }
  return true;
}

test('the comparison of versions tells older from newer', () => {
  expect(isAtLeast('10.4.1', '10.4.1')).toBe(true);
  expect(isAtLeast('10.10.0', '10.4.1')).toBe(true);
  expect(isAtLeast('9.9.9', '10.4.1')).toBe(false);
  expect(isAtLeast('10.4.1-rc.1', '10.4.1')).toBe(false);
});

test('the documented list names what must not be old', () => {
  expect(oldest.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'nodemailer',
      'smtp-server',
      'mailparser',
      'dompurify',
      'path-to-regexp',
      'body-parser',
      'qs',
    ]),
  );
});

test.each(oldest)('no $name in the tree is older than $version', ({ name, version }) => {
  const found = installed.filter(([path]) => nameOf(path) === name).map(([, one]) => one.version ?? '');
  expect(found.length).toBeGreaterThan(0);
  expect(found.filter((one) => !isAtLeast(one, version))).toEqual([]);
});

test('there is one nodemailer: what composes, parses and relays reads addresses alike', () => {
  expect(installed.filter(([path]) => nameOf(path) === 'nodemailer')).toHaveLength(1);
});

test('the SQLite that is built in is 3.51.3 or newer', () => {
  const database = new SQLite(':memory:');
  const { version } = database.prepare('select sqlite_version() as version').get() as { version: string };
  database.close();
  expect(isAtLeast(version, '3.51.3')).toBe(true);
});

test('no package but the known ones has an install script, and npm is told which may run', () => {
  const scripts = installed.filter(([, one]) => one.hasInstallScript).map(([path]) => nameOf(path));
  const { allowScripts } = JSON.parse(read('package.json')) as { allowScripts: Record<string, boolean> };
  expect(new Set(scripts)).toEqual(new Set(Object.keys(allowScripts)));
  expect(Object.keys(allowScripts).filter((name) => allowScripts[name])).toEqual(['better-sqlite3']);
});

test('the lockfile has a hash for each package and no download address', () => {
  const real = installed.filter(([, one]) => one.link !== true);
  expect(real.filter(([, one]) => one.resolved !== undefined).map(([path]) => path)).toEqual([]);
  expect(real.filter(([path, one]) => one.integrity === undefined && nameOf(path) === path).length).toBe(0);
});

const PERMISSIVE = new Set(
  'MIT ISC MIT-0 0BSD BSD-2-Clause BSD-3-Clause Apache-2.0 BlueOak-1.0.0 CC0-1.0 Unlicense'.split(' '),
);
/** Their package.json says it in an old form that npm does not read; their LICENSE files say MIT. */
const SAID_ELSEWHERE: Record<string, string> = { busboy: 'MIT', streamsearch: 'MIT' };

/** Of an SPDX expression with a choice, one that is permissive is enough. */
const isPermissive = (licence: string): boolean =>
  licence
    .replace(/[()]/g, '')
    .split(' OR ')
    .some((one) => PERMISSIVE.has(one));

test('what runs in production has a permissive licence', () => {
  const others = installed
    .filter(([, one]) => one.dev !== true)
    .map(([path, one]) => ({
      name: nameOf(path),
      licence: one.license ?? SAID_ELSEWHERE[nameOf(path)] ?? 'none',
    }))
    .filter(({ licence }) => !isPermissive(licence));
  expect(others).toEqual([]);
});

test("mailparser's textAsHtml is used nowhere", () => {
  const source = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(?:ts|tsx|mjs)$/.test(name),
  );
  expect(source.length).toBeGreaterThan(500);
  expect(source.filter((name) => read(join('src', name)).includes('textAsHtml'))).toEqual([]);
});

test('the SBOM lists what runs in production, and nothing of the tools', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: { sbom: string } };
  const [program, ...args] = scripts.sbom.split(' ');
  const sbom = JSON.parse(execFileSync(program, args, { cwd: root, encoding: 'utf8' })) as {
    bomFormat: string;
    components: { name: string }[];
  };
  expect(sbom.bomFormat).toBe('CycloneDX');
  const names = sbom.components.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['nodemailer', 'better-sqlite3', 'mailparser']));
  expect(names).not.toContain('vitest');
});
