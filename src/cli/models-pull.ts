import type { Command } from 'commander';
import { UserError } from '../config/user-error.ts';
import { hubFrom } from '../models/hub.ts';
import { pullModel } from '../models/pull.ts';
import { loadRegistry, modelFolders, requireModel } from '../models/registry.ts';
import { configFor } from './context.ts';
import { fileProgress } from './file-progress.ts';
import { printJson, printLine } from './output.ts';

interface PullFlags {
  fromFolder?: string;
  endpoint?: string;
  json?: boolean;
}

/** `presend models pull` */
export function register(models: Command): void {
  models
    .command('pull <name>')
    .description("get a model's files into the data folder; an interrupted download goes on where it was cut")
    .option('--from-folder <folder>', 'take the files from there instead of the network')
    .option(
      '--endpoint <url>',
      'a mirror of Hugging Face (default: $HF_ENDPOINT, else https://huggingface.co)',
    )
    .option('--json', 'print JSON')
    .addHelpText('after', '\nA private or gated repository needs a token in $HF_TOKEN.')
    .action(async (name: string, options: PullFlags, command: Command) => {
      const registry = loadRegistry(modelFolders(configFor(command)));
      const model = requireModel(registry, name);
      if (model.kind === 'remote')
        throw new UserError(`${name} runs on another host; there is nothing to get`);
      const progress = fileProgress(process.stderr);
      const pulled = await pullModel(registry, model, {
        from: options.fromFolder
          ? { folder: options.fromFolder }
          : { hub: hubFrom(options.endpoint, process.env) },
        progress,
      }).finally(() => progress.end());
      if (options.json) return printJson(pulled);
      for (const { file, sha256, how, checked } of pulled) {
        const against = checked === null ? '' : `, as the ${checked} says`;
        printLine(`${how === 'kept' ? 'already there' : how}: ${file} (SHA-256 ${sha256}${against})`);
      }
      printLine(`\nNext: presend models verify ${name}, then presend models use ${name}`);
      if (model.calibration === null) {
        printLine(`It judges in shadow only until it is calibrated: presend models calibrate ${name}`);
      }
    });
}
