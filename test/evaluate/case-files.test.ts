import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { readCaseFiles } from '../../src/evaluate/case-files.ts';
import { readCases } from '../../src/evaluate/cases.ts';

const row = { id: 'a', gold: 'PASS', draft: 'Hi', context: {}, pair: 7, of: null };
const bad = { ...row, gold: 'MAYBE' };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'files-'));
});

function file(name: string, rows: readonly unknown[]): string {
  const path = join(folder, name);
  writeFileSync(path, rows.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('\n'));
  return path;
}

const read = (...paths: string[]) => readCaseFiles(paths, '2026-05-01');

describe('readCaseFiles', () => {
  it('calls files by their names, with as many folders as tell them apart', () => {
    mkdirSync(join(folder, 'other'));
    const paths = ['dev.jsonl', 'other/dev.jsonl', 'flips.jsonl'].map((name) => file(name, [row]));
    const files = read(...paths);
    expect(files.map(({ name }) => name)).toEqual([`${basename(folder)}/dev`, 'other/dev', 'flips']);
    expect(files[0]?.cases[0]).toMatchObject({ pair: '7', of: null, asOf: '2026-05-01' });
  });
  it('reads a file that is named twice once', () => {
    const path = file('dev.jsonl', [row]);
    expect(read(path, join(folder, '.', 'dev.jsonl'))).toHaveLength(1);
  });
  it('says which file it was by its sum', () => {
    const path = file('dev.jsonl', [row]);
    const sum = createHash('sha256').update(readFileSync(path)).digest('hex');
    expect(read(path)[0]?.sha256).toBe(sum);
  });
  it('reads what the author says of a case', () => {
    const path = file('dev.jsonl', [
      { ...row, hard: true, long: false, why: 'It is fine.' },
      { ...row, id: 'b' },
    ]);
    const [said, unsaid] = read(path)[0].cases;
    expect(said).toMatchObject({ hard: true, long: false, why: 'It is fine.' });
    expect(unsaid).toMatchObject({ hard: null, long: null, why: null });
  });
});

describe('rows that cannot be used', () => {
  it('are named in all files, with how to go on without them', () => {
    const paths = [file('one.jsonl', [row, bad]), file('two.jsonl', [bad, row])];
    expect(() => read(...paths)).toThrow(
      /^2 rows cannot be used .*--bad-rows skip.*:\n.*one\.jsonl:2: gold: .*\n.*two\.jsonl:1: gold: /,
    );
  });
  it('are named up to ten, and then counted', () => {
    const path = file('many.jsonl', [row, ...Array.from({ length: 14 }, () => bad)]);
    let message = '';
    try {
      readCases(path, '2026-05-01');
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message.split('\n')).toHaveLength(12);
    expect(message).toContain('many.jsonl:11: ');
    expect(message).not.toContain('many.jsonl:12: ');
    expect(message).toMatch(/\nand 4 more rows$/);
  });
  it('are those too whose id another row has, or that have none', () => {
    const path = file('twice.jsonl', [row, { ...row, id: 'b' }, row, { ...row, id: undefined }]);
    expect(() => readCases(path, '2026-05-01')).toThrow(
      /twice\.jsonl:3: id: "a" is the id of line 1 too\n.*twice\.jsonl:4: id: give each case an id/,
    );
  });
  it('do not take an id from a good row after them', () => {
    const path = file('after.jsonl', [bad, row]);
    const [only] = readCaseFiles([path], '2026-05-01', { badRows: 'skip' });
    expect(only?.cases.map(({ id }) => id)).toEqual(['a']);
  });
  it('are each told and left out when asked, and the others are read', () => {
    const told: string[] = [];
    const path = file('some.jsonl', ['{"id":', row, '', bad]);
    const [some] = readCaseFiles([path], '2026-05-01', {
      badRows: 'skip',
      warn: (line) => told.push(line),
    });
    expect(some?.cases).toHaveLength(1);
    expect(some?.bad.map(({ line }) => line)).toEqual([1, 4]);
    expect(told).toEqual([
      expect.stringMatching(/some\.jsonl:1: left out: not JSON/),
      expect.stringMatching(/some\.jsonl:4: left out: gold: /),
    ]);
  });
  it('make a file useless that has no others', () => {
    const path = file('none.jsonl', [bad, bad]);
    expect(() => readCaseFiles([path], '2026-05-01', { badRows: 'skip' })).toThrow(
      /none\.jsonl: none of its 2 rows can be used; the first is line 1: gold: /,
    );
  });
});
