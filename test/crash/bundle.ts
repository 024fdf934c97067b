import { existsSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { PROJECT_ROOT } from '../../src/config/config.ts';

/**
 * The child gate and the build it runs as one file: a gate is started for every kill, and loading a thousand modules one by
 * one costs more than all else it does. What modules say of their own place stays true.
 *
 * @returns the file's path
 */
export function bundleGate(): Promise<string> {
  return (made ??= makeBundle());
}

/** Once for all lanes of a process. */
let made: Promise<string> | null = null;

async function makeBundle(): Promise<string> {
  if (!existsSync(join(PROJECT_ROOT, 'dist/app.js')))
    throw new Error('dist/app.js is not there: build first');
  const folder = join(PROJECT_ROOT, `node_modules/.presend-crash/${process.pid}`);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  await build({
    configFile: false,
    root: PROJECT_ROOT,
    logLevel: 'error',
    publicDir: false,
    plugins: [
      {
        name: 'own-places',
        transform: (code, id) => {
          if (!code.includes('import.meta.')) return null;
          const file = id.split('?')[0];
          return {
            code: code
              .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(file).href))
              .replaceAll('import.meta.dirname', JSON.stringify(dirname(file)))
              .replaceAll('import.meta.filename', JSON.stringify(file)),
            map: null,
          };
        },
      },
    ],
    // Native modules find their binaries by their own place.
    ssr: { noExternal: true, external: ['better-sqlite3', 'node-llama-cpp', '@node-rs/argon2'] },
    build: {
      ssr: join(import.meta.dirname, 'gate-child.mjs'),
      outDir: folder,
      target: 'node20',
      minify: false,
      rolldownOptions: {
        output: {
          entryFileNames: 'gate-child.mjs',
          // Less to parse; names stay.
          minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
        },
      },
    },
  });
  return join(folder, 'gate-child.mjs');
}
