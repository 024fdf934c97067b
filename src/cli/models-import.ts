import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { UserError } from '../config/user-error.ts';
import { sha256File } from '../models/files.ts';
import { LockFile } from '../models/lock-file.ts';
import { type LoraImport, importLora } from '../models/lora-import.ts';
import { editRegistry, requireName, writtenEntry } from '../models/registry-edit.ts';
import { type Registry, loadRegistry, modelFolders } from '../models/registry.ts';
import { configFor } from './context.ts';
import { printJson, printLine } from './output.ts';

interface ImportFlags {
  base?: string;
  name?: string;
  profile?: string;
  out?: string;
  force?: boolean;
  json?: boolean;
}

/** `presend models import-lora` */
export function register(models: Command): void {
  models
    .command('import-lora <folder>')
    .description('turn a PEFT LoRA (adapter_config.json, adapter_model.safetensors) into a GGUF adapter')
    .option('--base <model>', 'GGUF file it was trained for, or a model whose base is that')
    .option('--name <name>', 'register it as a model of this name')
    .option('--profile <name>', 'how it is asked (default: as the model that --base names)')
    .option('--out <file>', 'only write this GGUF adapter')
    .option('--force', 'replace what has that name')
    .option('--json', 'print JSON')
    .action(run);
}

async function run(folder: string, options: ImportFlags, command: Command): Promise<void> {
  const registry = loadRegistry(modelFolders(configFor(command)));
  const base = options.base === undefined ? null : baseOf(registry, options.base);
  if ((options.name === undefined) === (options.out === undefined)) {
    throw new UserError('say either --name, to register a model, or --out, to write a file alone');
  }
  const plan = options.name === undefined ? null : planOf(registry, options.name, base, options);
  const out = plan?.out ?? resolve(options.out ?? '');
  if (!plan && existsSync(out) && !options.force) {
    throw new UserError(`${out} is there already; say --force to replace it`);
  }
  mkdirSync(dirname(out), { recursive: true });
  const report = await importLora(folder, out, base?.path ?? null);
  const sha256 = await sha256File(out);
  if (plan) {
    await new LockFile(registry.folders.user).put(out, sha256, `imported from ${resolve(folder)}`);
    const baseSha256 = await sha256File(plan.base);
    editRegistry(registry.folders.user, {
      models: {
        [plan.name]: {
          description: `Imported from ${resolve(folder)}`,
          base: { file: plan.baseFile, sha256: baseSha256, bytes: statSync(plan.base).size },
          lora: { file: plan.loraFile, sha256, bytes: report.bytes },
          profile: plan.profile,
        },
      },
    });
  }
  if (options.json) return printJson({ ...report, sha256 });
  printReport(report, base?.path ?? null);
  if (plan) printLine(`\nNext: presend models calibrate ${plan.name}, then presend models use ${plan.name}`);
}

function printReport(report: LoraImport, base: string | null): void {
  const { path, rank, alpha, layers, modules, parameters, bytes, baseName } = report;
  printLine(`${path}: rank ${rank}, alpha ${alpha}, ${layers} layers, ${modules.join(' ')}`);
  printLine(`${parameters} parameters in ${bytes} bytes${baseName ? `, trained on ${baseName}` : ''}`);
  printLine(base ? `fits ${base}` : 'not held against a base: say --base to do so');
  for (const note of report.notes) printLine(`Note: ${note}`);
}

/** A registered model's base, or a file. */
function baseOf(registry: Registry, text: string): { path: string; profile: string | null } {
  const model = registry.models.get(text);
  if (model?.kind === 'remote') throw new UserError(`${text} runs on another host; name a GGUF file`);
  return model
    ? { path: model.base.path, profile: model.profileName }
    : { path: resolve(text), profile: null };
}

interface Plan {
  name: string;
  out: string;
  base: string;
  baseFile: string;
  loraFile: string;
  profile: string;
}

function planOf(
  { folders, profiles }: Registry,
  name: string,
  base: { path: string; profile: string | null } | null,
  options: ImportFlags,
): Plan {
  requireName(name);
  if (!base) throw new UserError('a model needs its base: say --base');
  const profile = options.profile ?? base.profile;
  if (profile === null || !profiles.has(profile)) {
    throw new UserError(
      `${profile === null ? 'say how it is asked with --profile' : `there is no profile "${profile}"`}; known are: ${[...profiles.keys()].join(', ')}`,
    );
  }
  if (writtenEntry(folders, name) && !options.force) {
    throw new UserError(`there is a model "${name}" already; say --force to replace it`);
  }
  const loraFile = join(name, 'lora.gguf');
  const inside = relative(folders.user, base.path);
  const baseFile = inside.startsWith('..') || isAbsolute(inside) ? base.path : inside;
  return { name, out: join(folders.user, loraFile), base: base.path, baseFile, loraFile, profile };
}
