import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { builtApp } from '../support/web-app.ts';

interface Chunk {
  file: string;
  imports?: string[];
  css?: string[];
}

/** What a reviewer's browser loads before the queue is there, gzip, bytes. */
const LIMIT = 150_000;

it('loads the queue with at most 150 KB of scripts and styles', () => {
  const folder = builtApp();
  const manifest = JSON.parse(readFileSync(join(folder, '.vite/manifest.json'), 'utf8')) as Record<
    string,
    Chunk
  >;
  const files = new Set<string>();
  const visit = (key: string): void => {
    const chunk = manifest[key];
    if (!chunk) throw new Error(`the manifest has no ${key}`);
    if (files.has(chunk.file)) return;
    files.add(chunk.file);
    for (const css of chunk.css ?? []) files.add(css);
    for (const other of chunk.imports ?? []) visit(other);
  };
  visit('index.html');
  visit('pages/queue.tsx');

  const sizes = [...files].map((file) => ({
    file,
    bytes: gzipSync(readFileSync(join(folder, file)), { level: 9 }).length,
  }));
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  console.log(`first load of the queue: ${total} bytes`, sizes);
  expect(total).toBeLessThanOrEqual(LIMIT);
  // The heavy parts are there, and not in it.
  for (const lazy of [
    'review/sanitise.ts',
    'review/editor.tsx',

    'app/palette.tsx',
    'pages/message.tsx',
  ]) {
    expect(manifest[lazy]?.file, lazy).toBeTruthy();
    expect(files.has(manifest[lazy]?.file ?? ''), lazy).toBe(false);
  }
});
