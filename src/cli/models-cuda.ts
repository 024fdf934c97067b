import type { Command } from 'commander';
import { installCuda, removeCuda } from '../models/cuda.ts';
import { printLine } from './output.ts';

/** `presend models cuda` */
export function register(models: Command): void {
  models
    .command('cuda')
    .description('install the CUDA build of llama.cpp (320 MB to fetch, 540 MB on disk); Linux on x64')
    .option('--from <folder>', 'the two .tgz files of `npm pack`, for a machine without a registry')
    .option('--remove', 'take it away again')
    .action(async (options: { from?: string; remove?: boolean }) => {
      if (options.remove)
        return printLine(removeCuda() ? 'The CUDA build is removed.' : 'There is no CUDA build.');
      for (const { name, version, folder } of await installCuda(options.from ?? null)) {
        printLine(`${name} ${version}: ${folder}`);
      }
      printLine(
        'Set adapter.gpu to cuda. It needs the driver and the CUDA 12 or 13 libraries. "npm ci" removes it: run this again then.',
      );
    });
}
