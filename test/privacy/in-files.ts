import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Files below a folder that hold one of the words, as bytes, in any case; with the word. */
export function filesHolding(folder: string, words: readonly string[]): string[] {
  const found: string[] = [];
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name);
    if (!statSync(path).isFile()) continue;
    const text = readFileSync(path).toString('latin1').toLowerCase();
    for (const word of words)
      if (text.includes(word.toLowerCase())) found.push(`${relative(folder, path)}: ${word}`);
  }
  return found;
}
