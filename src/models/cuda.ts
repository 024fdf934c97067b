import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { UserError } from '../config/user-error.ts';

const run = promisify(execFile);

/** llama.cpp built for CUDA, and the kernels that did not fit into that package. */
const PACKAGES = ['linux-x64-cuda', 'linux-x64-cuda-ext'];

export interface CudaPackage {
  name: string;
  version: string;
  folder: string;
}

/**
 * Puts the CUDA build of llama.cpp beside node-llama-cpp, at exactly its version. presend's package.json overrides
 * these packages away (they are a third of a gigabyte that few need), and npm lets nobody install a package by name
 * that is overridden: so they are fetched with `npm pack`, which checks them against the registry's sums, and unpacked.
 * The next `npm ci` removes them again.
 *
 * @param from a folder with the two `.tgz` files, for machines without a registry
 * @throws UserError when this is no Linux on x64, or npm or tar fail
 */
export async function installCuda(from: string | null, root = llamaFolder()): Promise<CudaPackage[]> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new UserError('the CUDA build is for Linux on x64');
  }
  const { version } = JSON.parse(readFileSync(join(root, 'node-llama-cpp/package.json'), 'utf8')) as {
    version: string;
  };
  const scope = join(root, '@node-llama-cpp');
  mkdirSync(scope, { recursive: true });
  // On the same disk as its place, so that a rename puts it there whole.
  const staging = mkdtempSync(join(scope, '.staging-'));
  try {
    const installed: CudaPackage[] = [];
    for (const name of PACKAGES) {
      const archive =
        from === null ? await fetchPackage(name, version, staging) : archiveIn(from, name, version);
      const unpacked = join(staging, name);
      mkdirSync(unpacked);
      await tool('tar', ['-xzf', archive, '-C', unpacked, '--strip-components=1', '--no-same-owner']);
      const found = JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8')) as Record<
        string,
        unknown
      >;
      if (found['name'] !== `@node-llama-cpp/${name}` || found['version'] !== version) {
        throw new UserError(`${archive} is not @node-llama-cpp/${name} ${version}`);
      }
      installed.push({ name: `@node-llama-cpp/${name}`, version, folder: join(scope, name) });
    }
    for (const name of PACKAGES) {
      rmSync(join(scope, name), { recursive: true, force: true });
      renameSync(join(staging, name), join(scope, name));
    }
    return installed;
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** Takes them away again. @returns whether there was anything */
export function removeCuda(root = llamaFolder()): boolean {
  const folders = PACKAGES.map((name) => join(root, '@node-llama-cpp', name)).filter((folder) =>
    existsSync(folder),
  );
  for (const folder of folders) rmSync(folder, { recursive: true });
  return folders.length > 0;
}

/** The node_modules that node-llama-cpp is in. */
function llamaFolder(): string {
  const entry = fileURLToPath(import.meta.resolve('node-llama-cpp'));
  return dirname(entry.slice(0, entry.lastIndexOf('node-llama-cpp') + 'node-llama-cpp'.length));
}

async function fetchPackage(name: string, version: string, into: string): Promise<string> {
  await tool('npm', [
    'pack',
    `@node-llama-cpp/${name}@${version}`,
    '--pack-destination',
    into,
    '--loglevel=error',
  ]);
  return archiveIn(into, name, version);
}

function archiveIn(folder: string, name: string, version: string): string {
  const wanted = `node-llama-cpp-${name}-${version}.tgz`;
  if (existsSync(join(folder, wanted))) return join(folder, wanted);
  const there = readdirSync(folder).filter((file) => file.endsWith('.tgz'));
  throw new UserError(
    `${folder}: there is no ${wanted}${there.length > 0 ? `, but ${there.join(', ')}` : ''}`,
  );
}

async function tool(program: string, parameters: string[]): Promise<void> {
  try {
    await run(program, parameters, { maxBuffer: 16 * 1024 * 1024 });
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    const reason = stderr?.trim().split('\n').at(-1);
    throw new UserError(`"${program} ${parameters[0]}" failed: ${reason || message}`);
  }
}
