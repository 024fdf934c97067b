import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { LockFile } from '../models/lock-file.ts';
import {
  type LocalModel,
  type Model,
  type Registry,
  loadRegistry,
  modelFolders,
} from '../models/registry.ts';
import { configFor } from './context.ts';
import { printJson, printLine, printTable } from './output.ts';

interface Row {
  name: string;
  kind: Model['kind'];
  /** Of its files that are here; null for a remote model. */
  bytes: number | null;
  present: boolean;
  /** null for a remote model. */
  verified: boolean | null;
  calibrated: boolean;
  role: 'active' | 'shadow' | null;
  profile: string;
  licence: string | null;
  description: string;
}

/** `presend models list` */
export function register(models: Command): void {
  models
    .command('list')
    .description('all models: present, verified, calibrated, active')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }, command: Command) => {
      const registry = loadRegistry(modelFolders(configFor(command)));
      const lock = new LockFile(registry.folders.user);
      const rows = await Promise.all(
        [...registry.models.values()].map((model) => rowOf(model, registry, lock)),
      );
      if (options.json) return printJson(rows);
      if (rows.length === 0) return printLine('No models.');
      printTable(
        ['NAME', 'SIZE', 'PRESENT', 'VERIFIED', 'CALIBRATED', 'ROLE', 'DESCRIPTION'],
        rows.map((row) => [
          row.name,
          row.bytes === null ? 'remote' : `${Math.round(row.bytes / 1e6)} MB`,
          yes(row.present),
          row.verified === null ? '–' : yes(row.verified),
          yes(row.calibrated),
          row.role ?? '–',
          row.description,
        ]),
      );
    });
}

const yes = (value: boolean): string => (value ? 'yes' : 'no');

async function rowOf(model: Model, { active, shadow }: Registry, lock: LockFile): Promise<Row> {
  const files = model.kind === 'local' ? filesOf(model) : [];
  const sizes = files.map(({ path }) => statSync(path, { throwIfNoEntry: false })?.size ?? null);
  const present = sizes.every((size) => size !== null);
  const known = await Promise.all(
    files.map(async ({ path, sha256 }) => matches(await lock.current(path), sha256)),
  );
  return {
    name: model.name,
    kind: model.kind,
    bytes: model.kind === 'local' ? sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0) : null,
    present,
    verified: model.kind === 'local' ? present && known.every(Boolean) : null,
    calibrated: model.calibration !== null,
    role: active?.name === model.name ? 'active' : shadow?.name === model.name ? 'shadow' : null,
    profile: model.profileName,
    licence: model.licence,
    description: model.description,
  };
}

/** Hashed since it last changed, and with the sum that the registry wants. */
const matches = (record: { sha256: string } | null, sha256: string | null): boolean =>
  record !== null && (sha256 === null || record.sha256 === sha256);

/** The weights a model needs on this machine. */
export function filesOf({ base, lora }: LocalModel): { path: string; sha256: string | null }[] {
  return lora ? [base, lora] : [base];
}
