import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { installCuda, removeCuda } from '../../src/models/cuda.ts';

let root: string;
let archives: string;

/** A package as `npm pack` writes it. */
function pack(name: string, version: string, fileVersion = version): void {
  const folder = join(mkdtempSync(join(tmpdir(), 'presend-pack-')), 'package');
  mkdirSync(join(folder, 'bins'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: `@node-llama-cpp/${name}`, version }));
  writeFileSync(join(folder, 'bins/llama-addon.node'), name);
  const archive = join(archives, `node-llama-cpp-${name}-${fileVersion}.tgz`);
  execFileSync('tar', ['-czf', archive, '-C', join(folder, '..'), 'package']);
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'presend-modules-'));
  archives = mkdtempSync(join(tmpdir(), 'presend-archives-'));
  mkdirSync(join(root, 'node-llama-cpp'));
  writeFileSync(join(root, 'node-llama-cpp/package.json'), JSON.stringify({ version: '9.8.7' }));
});

describe.runIf(process.platform === 'linux' && process.arch === 'x64')('the CUDA build', () => {
  test('is put beside node-llama-cpp at its version, and taken away again', async () => {
    pack('linux-x64-cuda', '9.8.7');
    pack('linux-x64-cuda-ext', '9.8.7');
    const installed = await installCuda(archives, root);
    expect(installed.map(({ name, version }) => `${name}@${version}`)).toEqual([
      '@node-llama-cpp/linux-x64-cuda@9.8.7',
      '@node-llama-cpp/linux-x64-cuda-ext@9.8.7',
    ]);
    expect(installed.every(({ folder }) => existsSync(join(folder, 'bins/llama-addon.node')))).toBe(true);
    await installCuda(archives, root);
    expect(readdirSync(join(root, '@node-llama-cpp'))).toEqual(['linux-x64-cuda', 'linux-x64-cuda-ext']);
    expect(removeCuda(root)).toBe(true);
    expect(removeCuda(root)).toBe(false);
  });

  test('of another version, or half of it, is refused and nothing is left behind', async () => {
    pack('linux-x64-cuda', '9.8.6');
    await expect(installCuda(archives, root)).rejects.toThrow(
      /there is no node-llama-cpp-linux-x64-cuda-9\.8\.7\.tgz, but .*9\.8\.6\.tgz/,
    );
    pack('linux-x64-cuda', '9.8.7');
    await expect(installCuda(archives, root)).rejects.toThrow(
      /there is no node-llama-cpp-linux-x64-cuda-ext/,
    );
    pack('linux-x64-cuda-ext', '9.8.6', '9.8.7');
    await expect(installCuda(archives, root)).rejects.toThrow(
      /is not @node-llama-cpp\/linux-x64-cuda-ext 9\.8\.7/,
    );
    rmSync(join(archives, 'node-llama-cpp-linux-x64-cuda-9.8.7.tgz'));
    writeFileSync(join(archives, 'node-llama-cpp-linux-x64-cuda-9.8.7.tgz'), 'no archive');
    await expect(installCuda(archives, root)).rejects.toThrow(/"tar -xzf" failed/);
    expect(readdirSync(join(root, '@node-llama-cpp'))).toEqual([]);
  });
});
