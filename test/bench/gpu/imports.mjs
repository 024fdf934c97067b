// Prints the folders under node_modules of the packages named and of all that they depend on, one a line, from the
// repository's root. Optional dependencies (prebuilt binaries for other platforms) are left out.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folders = new Set();

function add(name, from) {
  const folder = find(name, from);
  if (!folder || folders.has(folder)) return;
  folders.add(folder);
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  for (const needed of Object.keys(dependencies)) add(needed, folder);
}

/** Node's own order: the folder's node_modules, then those above it. */
function find(name, from) {
  const parts = from === '' ? [] : from.split('/');
  for (let length = parts.length; length >= 0; length--) {
    if (parts[length - 1] === 'node_modules') continue;
    const folder = join(...parts.slice(0, length), 'node_modules', name);
    if (existsSync(join(folder, 'package.json'))) return folder;
  }
  return null;
}

for (const name of process.argv.slice(2)) add(name, '');
console.log([...folders].join('\n'));
