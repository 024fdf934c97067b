import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readCaseFiles } from '../../src/evaluate/case-files.ts';

it('calls files by their names, and by their paths where two have the same', () => {
  const folder = mkdtempSync(join(tmpdir(), 'files-'));
  mkdirSync(join(folder, 'other'));
  const paths = ['dev.jsonl', 'other/dev.jsonl', 'flips.jsonl'].map((name) => join(folder, name));
  const row = { id: 'a', gold: 'PASS', draft: 'Hi', context: {}, pair: 7, of: null };
  for (const path of paths) writeFileSync(path, JSON.stringify(row));
  const files = readCaseFiles(paths, '2026-05-01');
  expect(files.map(({ name }) => name)).toEqual([paths[0], paths[1], 'flips']);
  expect(files[0]?.cases[0]).toMatchObject({ pair: '7', of: null, asOf: '2026-05-01' });
});
