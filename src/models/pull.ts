import { existsSync, mkdirSync } from 'node:fs';
import { copyFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../config/user-error.ts';
import { type DownloadOptions, type Progress, download } from './download.ts';
import { sha256File } from './files.ts';
import { type Hub, type HubAddress, describeHubFile, hubUrl } from './hub.ts';
import { LockFile } from './lock-file.ts';
import { importLora } from './lora-import.ts';
import type { LocalModel, Registry } from './registry.ts';

export type PullFrom = { hub: Hub } | { folder: string };

export interface PullOptions {
  from: PullFrom;
  /** Told per file; `total` is 0 for a file that is there already. */
  progress?: (file: string, done: number, total: number) => void;
  pause?: DownloadOptions['pause'];
}

export interface Pulled {
  file: string;
  sha256: string;
  /** `kept`: it was there already. */
  how: 'fetched' | 'copied' | 'imported' | 'kept';
  /** What the sum was held against; null = nothing was known, it is recorded as found. */
  checked: 'registry' | 'hub' | null;
}

/**
 * Gets the files of a model that are not here yet: the base, and the PEFT adapter, which is then imported for that
 * base. Each file is kept only when its sum is right, and recorded in the lock file.
 *
 * @throws UserError when a file cannot be had, is damaged, or the adapter does not fit
 */
export async function pullModel(
  registry: Registry,
  model: LocalModel,
  options: PullOptions,
): Promise<Pulled[]> {
  const lock = new LockFile(registry.folders.user);
  const pulled: Pulled[] = [];
  const { base, lora } = model;
  if (base.source || !existsSync(base.path)) {
    pulled.push(await getFile(lock, base.source, base.path, base.sha256, options));
  }
  if (!lora || (lora.source === null && existsSync(lora.path))) return pulled;
  if (lora.source === null) {
    throw new UserError(`${lora.path} is missing and the registry has no source for it`);
  }
  const { repo, revision, safetensors_sha256 } = lora.source;
  const folder = join(dirname(lora.path), 'peft');
  for (const [file, sum] of [
    ['adapter_config.json', null],
    ['adapter_model.safetensors', safetensors_sha256],
  ] as const) {
    pulled.push(await getFile(lock, { repo, file, revision }, join(folder, file), sum, options));
  }
  pulled.push(await importFor(lock, model, lora, folder, pulled));
  return pulled;
}

async function importFor(
  lock: LockFile,
  model: LocalModel,
  lora: NonNullable<LocalModel['lora']>,
  folder: string,
  pulled: readonly Pulled[],
): Promise<Pulled> {
  const unchanged = pulled.every(({ how }) => how === 'kept') && (await lock.current(lora.path));
  if (unchanged && (lora.sha256 ?? unchanged.sha256) === unchanged.sha256)
    return { file: lora.path, sha256: unchanged.sha256, how: 'kept', checked: null };
  mkdirSync(dirname(lora.path), { recursive: true });
  await importLora(folder, lora.path, model.base.path);
  const sha256 = await sha256File(lora.path);
  if (lora.sha256 && sha256 !== lora.sha256) {
    await rm(lora.path);
    throw new UserError(
      `${lora.path}: the imported adapter is not the one that the registry expects; it was not kept`,
    );
  }
  await lock.put(lora.path, sha256, `imported from ${folder}`);
  return { file: lora.path, sha256, how: 'imported', checked: lora.sha256 ? 'registry' : null };
}

async function getFile(
  lock: LockFile,
  source: HubAddress | null,
  target: string,
  expected: string | null,
  options: PullOptions,
): Promise<Pulled> {
  const known = expected ?? lock.get(target)?.sha256 ?? null;
  if (known && existsSync(target)) {
    const sha256 = await lock.sha256(target);
    if (sha256 === known) {
      if (!(await lock.current(target))) await lock.put(target, sha256, 'found in place');
      options.progress?.(target, 0, 0);
      return { file: target, sha256, how: 'kept', checked: expected ? 'registry' : null };
    }
  }
  if (!source) throw new UserError(`${target} is missing and the registry has no source for it`);
  const progress: Progress = (done, total) => options.progress?.(target, done, total);
  if ('folder' in options.from) {
    const path = findIn(options.from.folder, source);
    const sha256 = await copyChecked(path, target, expected, progress);
    await lock.put(target, sha256, path);
    return { file: target, sha256, how: 'copied', checked: expected ? 'registry' : null };
  }
  const { hub } = options.from;
  const described = await describeHubFile(hub, source);
  const sha256 = await download(hub, described, target, {
    sha256: expected,
    progress,
    ...(options.pause ? { pause: options.pause } : {}),
  });
  await lock.put(target, sha256, hubUrl(hub, { ...source, revision: described.commit }));
  const byHub = described.sha256 ?? described.gitSha1;
  return { file: target, sha256, how: 'fetched', checked: expected ? 'registry' : byHub ? 'hub' : null };
}

/** As someone would lay a download down: by its name, or in a folder named as the repository. */
function findIn(folder: string, { repo, file }: HubAddress): string {
  const places = [
    join(folder, basename(repo), file),
    join(folder, repo, file),
    join(folder, file),
    join(folder, basename(file)),
  ];
  const found = places.find((place) => existsSync(place));
  if (found) return found;
  throw new UserError(`${folder}: there is no ${file} (of ${repo}) in it, nor in a folder ${basename(repo)}`);
}

async function copyChecked(
  from: string,
  target: string,
  expected: string | null,
  progress: Progress,
): Promise<string> {
  mkdirSync(dirname(target), { recursive: true });
  const part = `${target}.copy`;
  const { size } = await stat(from);
  try {
    await copyFile(from, part);
    const sha256 = await sha256File(part, (done) => progress(done, size));
    if (expected && sha256 !== expected) {
      throw new UserError(`${from}: its SHA-256 is ${sha256}, not ${expected}; it was not kept`);
    }
    await rename(part, target);
    return sha256;
  } finally {
    await rm(part, { force: true });
  }
}
