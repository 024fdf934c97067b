import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { GateChild } from './child.ts';

/**
 * The child gate and the build it runs as one file: a gate is started for every kill, and loading a thousand modules one by
 * one costs more than all else it does. What modules say of their own place stays true. The compiled code is kept beside it.
 *
 * @returns the path of what runs it
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
          format: 'cjs',
          codeSplitting: false,
          entryFileNames: 'gate-child.cjs',
          // Less to parse; names stay.
          minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
        },
      },
    },
  });
  const loader = join(folder, 'gate-loader.cjs');
  copyFileSync(join(import.meta.dirname, 'gate-loader.cjs'), loader);
  await runOnce(loader);
  return loader;
}

/** One gate that starts and ends in peace leaves the compiled code behind. */
async function runOnce(loader: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'presend-crash-first-'));
  const gate = new GateChild(loader, {
    folder,
    rubric: join(PROJECT_ROOT, 'config/rubric.yaml'),
    config: { smtp: { port: 0 }, http: { port: 0 } },
    model: 'rules',
  });
  const ports = await gate.start(0);
  gate.end();
  const { stderr } = await gate.ended;
  rmSync(folder, { recursive: true, force: true });
  if (!ports) throw new Error(`the bundled gate does not start: ${stderr}`);
}
