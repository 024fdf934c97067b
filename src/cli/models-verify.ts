import type { Command } from 'commander';
import { LockFile } from '../models/lock-file.ts';
import { loadRegistry, modelFolders, requireModel } from '../models/registry.ts';
import { type Check, verifyModel } from '../models/verify.ts';
import { configFor } from './context.ts';
import { fileProgress } from './file-progress.ts';
import { printJson, printLine } from './output.ts';

/** `presend models verify` */
export function register(models: Command): void {
  models
    .command('verify [names...]')
    .description(
      'check sums, headers, the fit of adapter and base, and labels; exit code 1 when anything is wrong',
    )
    .option('--json', 'print JSON')
    .addHelpText('after', '\nWithout a name: the active and the shadow model, or all when there is neither.')
    .action(async (names: string[], options: { json?: boolean }, command: Command) => {
      const registry = loadRegistry(modelFolders(configFor(command)));
      const { active, shadow } = registry;
      const chosen = [active, shadow].filter((model) => model !== null);
      const wanted =
        names.length > 0
          ? names.map((name) => requireModel(registry, name))
          : chosen.length > 0
            ? chosen
            : [...registry.models.values()];
      const lock = new LockFile(registry.folders.user);
      const progress = fileProgress(process.stderr);
      const results: { name: string; ok: boolean; checks: Check[] }[] = [];
      for (const model of wanted) {
        const checks = await verifyModel(model, lock, progress).finally(() => progress.end());
        results.push({ name: model.name, ok: checks.every(({ ok }) => ok), checks });
      }
      if (results.some(({ ok }) => !ok)) process.exitCode = 1;
      if (options.json) return printJson(results);
      for (const { name, ok, checks } of results) {
        printLine(`${name}: ${ok ? 'everything is right' : 'something is wrong'}`);
        for (const check of checks) printLine(`  ${check.ok ? '✓' : '✗'} ${check.what}: ${check.detail}`);
      }
    });
}
