import { existsSync, readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { defineConfig } from 'vite';

const dist = resolve(import.meta.dirname, '../../dist');
const out = resolve(dist, 'gate');

/** A built module where it lay before it was bundled, as what lies in `dist/gate` sees it. */
const placeOf = (id) => `new URL(${JSON.stringify(relative(out, id))}, import.meta.url).href`;

/**
 * What `presend start` runs, with most of the packages it uses, as one file beside the modules it is made of: to find, read and link
 * two thousand modules takes a second of processor time, more than all else a start does. What starts a thread or a process finds
 * its module in `dist` as before.
 */
export default defineConfig({
  root: resolve(dist, '..'),
  publicDir: false,
  // Its modules read data beside them; this is the same as one file.
  resolve: { alias: [{ find: /^css-tree$/, replacement: 'css-tree/dist/csstree.esm' }] },
  plugins: [
    {
      name: 'gate',
      load(id) {
        if (!id.startsWith(dist) || !existsSync(`${id}.map`)) return null;
        return { code: readFileSync(id, 'utf8'), map: JSON.parse(readFileSync(`${id}.map`, 'utf8')) };
      },
      transform(code, id) {
        // The map tells the places of our own code alone, and is small enough to be read when an error is told.
        if (!id.startsWith(dist)) return { code, map: { mappings: '' } };
        return code.includes('import.meta.url')
          ? { code: code.replaceAll('import.meta.url', placeOf(id)), map: null }
          : null;
      },
    },
  ],
  ssr: {
    noExternal: true,
    // They have native parts, read files beside them, or are seldom used and large.
    external: ['@hubspot/api-client', '@node-rs/argon2', 'better-sqlite3', 'node-llama-cpp', 'pino'],
  },
  build: {
    ssr: resolve(dist, 'cli/run-start.js'),
    outDir: out,
    emptyOutDir: true,
    target: 'node20',
    // A stack trace shows names.
    minify: false,
    sourcemap: true,
    reportCompressedSize: false,
    rolldownOptions: {
      checks: { eval: false, ineffectiveDynamicImport: false },
      output: { entryFileNames: 'start.js', chunkFileNames: '[name]-[hash].js' },
    },
  },
});
