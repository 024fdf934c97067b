import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { UserError } from '../config/user-error.ts';
import { editRegistry } from '../models/registry-edit.ts';
import { loadRegistry, modelFolders, requireModel } from '../models/registry.ts';
import { configFor } from './context.ts';
import { filesOf } from './models-list.ts';
import { printLine } from './output.ts';

/** `presend models use` */
export function register(models: Command): void {
  models
    .command('use <name>')
    .description('let this model judge from the next start of the gate; "none" for the rules alone')
    .option('--shadow', 'only record what it would have said')
    .action((name: string, options: { shadow?: boolean }, command: Command) => {
      const config = configFor(command);
      const registry = loadRegistry(modelFolders(config));
      const named = config.adapter.model;
      if (named !== null) {
        process.stderr.write(
          `Note: adapter.model in ${config.source} says ${named}, which is what counts.\n`,
        );
      }
      const role = options.shadow ? 'shadow' : 'active';
      if (name === 'none') {
        const path = editRegistry(registry.folders.user, { [role]: null });
        return printLine(`No model is ${role} (${path}).`);
      }
      const model = requireModel(registry, name);
      const missing = model.kind === 'local' && filesOf(model).find(({ path }) => !existsSync(path));
      if (missing) {
        throw new UserError(`${missing.path} is missing; run "presend models pull ${name}" first`);
      }
      const path = editRegistry(registry.folders.user, { [role]: name });
      printLine(`${name} is ${role} from the next start of the gate (${path}).`);
      if (role === 'active' && model.calibration === null) {
        printLine(`It has no calibration yet: what it says is recorded, not acted upon.`);
        printLine(`Next: presend models calibrate ${name}`);
      }
    });
}
