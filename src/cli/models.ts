import type { Command } from 'commander';
import { register as calibrate } from './models-calibrate.ts';
import { register as cuda } from './models-cuda.ts';
import { register as importLora } from './models-import.ts';
import { register as list } from './models-list.ts';
import { register as profile } from './models-profile.ts';
import { register as pull } from './models-pull.ts';
import { register as use } from './models-use.ts';
import { register as verify } from './models-verify.ts';

/** `presend models list|pull|verify|import-lora|calibrate|use|profile|cuda` */
export function register(program: Command): void {
  const models = program
    .command('models')
    .description('the judge models: which there are, and which one judges');
  for (const register of [list, pull, verify, importLora, profile, calibrate, use, cuda]) register(models);
}
