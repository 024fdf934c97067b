import type { Command } from 'commander';
import { stringify } from 'yaml';
import { UserError } from '../config/user-error.ts';
import { type DerivedProfile, deriveProfile, parseMeaning } from '../models/derive-profile.ts';
import { editRegistry, requireName, writtenEntry } from '../models/registry-edit.ts';
import { loadRegistry, modelFolders, requireModel } from '../models/registry.ts';
import { configFor } from './context.ts';
import { printJson, printLine } from './output.ts';

interface ProfileFlags {
  from: string;
  label: string[];
  save?: string;
  model?: string;
  json?: boolean;
}

/** `presend models profile` */
export function register(models: Command): void {
  models
    .command('profile')
    .description('derive how a model wants to be asked from the file it was trained on')
    .requiredOption('--from <file>', 'JSON lines with "prompt" and "chosen" or "completion"')
    .option('--label <LABEL=DECISION...>', 'what a label stands for, like APPROVE=PASS', [])
    .option('--save <name>', 'keep it under this name')
    .option('--model <model>', 'and ask this model so')
    .option('--json', 'print JSON')
    .action((options: ProfileFlags, command: Command) => {
      const derived = deriveProfile(options.from, Object.fromEntries(options.label.map(parseMeaning)));
      const saved = save(derived, options, command);
      if (options.json) return printJson(derived);
      printLine(
        stringify({ profiles: { [options.save ?? 'derived']: derived.profile } }, { lineWidth: 0 }).trimEnd(),
      );
      process.stderr.write(
        `${derived.rebuilt} of ${derived.cases} prompts are rebuilt exactly from their record and draft.\n`,
      );
      for (const note of derived.notes) process.stderr.write(`Note: ${note}.\n`);
      if (saved) process.stderr.write(`Written to ${saved}\n`);
    });
}

function save(
  { profile }: DerivedProfile,
  { save: name, model }: ProfileFlags,
  command: Command,
): string | null {
  if (name === undefined) {
    if (model !== undefined) throw new UserError('--model needs --save: a model names its profile');
    return null;
  }
  requireName(name);
  const registry = loadRegistry(modelFolders(configFor(command)));
  if (model === undefined) return editRegistry(registry.folders.user, { profiles: { [name]: profile } });
  requireModel(registry, model);
  const entry = writtenEntry(registry.folders, model);
  return editRegistry(registry.folders.user, {
    profiles: { [name]: profile },
    models: { [model]: { ...entry, profile: name } },
  });
}
