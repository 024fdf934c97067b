import { existsSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { PROJECT_ROOT } from '../config/config.ts';
import { ConfigError, loadStrictYaml } from '../config/strict-yaml.ts';
import { UserError } from '../config/user-error.ts';
import type { HedgeRule } from '../judge/adapter/pool/hedge.ts';
import type { Profile } from '../judge/adapter/profile.ts';
import type { RemoteDialect } from '../judge/adapter/remote.ts';
import {
  type LocalModelEntry,
  type RegistryFile,
  type RemoteModelEntry,
  registrySchema,
} from './registry-schema.ts';

/** Where the models of a gate are: the ones that came with presend, and the user's own, whose names win. */
export interface ModelFolders {
  shipped: string;
  user: string;
}

/** The settings that say where a gate keeps its models. */
export interface ModelSettings {
  data_dir: string;
  /** null or absent: `models` in the data folder. */
  models_dir?: string | null | undefined;
}

/** A file of a model on this machine; `path` is absolute and need not exist. */
export interface ModelFile {
  path: string;
  /** As the registry says; null = not known beforehand. */
  sha256: string | null;
  bytes: number | null;
}

interface ModelFacts {
  name: string;
  description: string;
  licence: string | null;
  profileName: string;
  profile: Profile;
  /** Absolute path of its calibration; null while there is none, and then it judges in shadow only. */
  calibration: string | null;
  /** Where a calibration of it belongs: always in the user's folder. */
  calibrationTarget: string;
  contextSize: number;
  validated: { languages: string[]; verticals: string[] };
}

export interface LocalModel extends ModelFacts {
  kind: 'local';
  base: ModelFile & { source: LocalModelEntry['base']['source'] };
  lora: (ModelFile & { source: NonNullable<LocalModelEntry['lora']>['source'] }) | null;
  loraScale: number;
}

/** A host that serves a model. */
export interface ModelHost {
  name: string;
  url: string;
  /** Name of the environment variable with the key. */
  apiKeyEnv: string | null;
  maxInFlight: number;
}

export interface RemoteModel extends ModelFacts {
  kind: 'remote';
  remote: {
    /** Where it was written as one URL; null where hosts are listed, which may change without the model being another. */
    url: string | null;
    hosts: readonly ModelHost[];
    dialect: RemoteDialect;
    model: string;
    hedge: HedgeRule;
  };
}

export type Model = LocalModel | RemoteModel;

/** Both registries, merged, with paths made absolute. */
export interface Registry {
  folders: ModelFolders;
  profiles: ReadonlyMap<string, Profile>;
  models: ReadonlyMap<string, Model>;
  active: Model | null;
  shadow: Model | null;
}

export const REGISTRY_FILE = 'registry.yaml';

export function modelFolders(settings: ModelSettings): ModelFolders {
  return {
    shipped: join(PROJECT_ROOT, 'models'),
    user: resolve(settings.models_dir ?? join(settings.data_dir, 'models')),
  };
}

/**
 * Reads the registry that came with presend and the user's over it (`<data_dir>/models/registry.yaml`; it need not
 * exist). A name in the user's replaces the shipped entry as a whole.
 *
 * @throws ConfigError with file and line
 */
export function loadRegistry(folders: ModelFolders): Registry {
  const shipped = readLayer(folders.shipped);
  const user = readLayer(folders.user);
  const profiles = new Map(Object.entries({ ...shipped.profiles, ...user.profiles }));
  const models = new Map<string, Model>();
  for (const [layer, folder] of [
    [shipped, folders.shipped],
    [user, folders.user],
  ] as const) {
    for (const [name, entry] of Object.entries(layer.models)) {
      models.set(name, toModel(name, entry, folder, folders, profiles));
    }
  }
  const choose = (key: 'active' | 'shadow'): Model | null => {
    const [name, folder] =
      user[key] === undefined ? [shipped[key], folders.shipped] : [user[key], folders.user];
    if (name === undefined || name === null) return null;
    const model = models.get(name);
    if (!model) throw new ConfigError(`${join(folder, REGISTRY_FILE)}: ${key}: there is no model "${name}"`);
    return model;
  };
  return { folders, profiles, models, active: choose('active'), shadow: choose('shadow') };
}

/** @throws UserError that names the models there are */
export function requireModel(registry: Registry, name: string): Model {
  const model = registry.models.get(name);
  if (model) return model;
  const known = [...registry.models.keys()].join(', ') || 'none yet';
  throw new UserError(`there is no model "${name}"; known are: ${known}`);
}

function readLayer(folder: string): RegistryFile {
  const path = join(folder, REGISTRY_FILE);
  return existsSync(path) ? loadStrictYaml(path, registrySchema) : registrySchema.parse({});
}

function toModel(
  name: string,
  entry: LocalModelEntry | RemoteModelEntry,
  folder: string,
  folders: ModelFolders,
  profiles: ReadonlyMap<string, Profile>,
): Model {
  const where = `${join(folder, REGISTRY_FILE)}: models.${name}`;
  const profile = profiles.get(entry.profile);
  if (!profile) throw new ConfigError(`${where}: there is no profile "${entry.profile}" under profiles`);
  const locate = (file: string, ...order: string[]): string => {
    if (isAbsolute(file)) {
      if (folder === folders.user) return file;
      throw new ConfigError(`${where}: ${file} must be relative to the registry`);
    }
    const places = order.map((place) => join(place, file));
    return places.find((place) => existsSync(place)) ?? join(folders.user, file);
  };
  // Weights that came with presend are its own; a calibration made here is newer than one that came with it.
  const fileOf = ({
    file,
    sha256,
    bytes,
  }: Pick<LocalModelEntry['base'], 'file' | 'sha256' | 'bytes'>): ModelFile => ({
    // An entry copied from the shipped registry still finds what came with it.
    path: locate(file, folder, folders.user, folders.shipped),
    sha256,
    bytes,
  });
  const calibrationFile = entry.calibration ?? join(name, 'calibration.json');
  const calibration = locate(calibrationFile, folders.user, folder, folders.shipped);
  const facts: ModelFacts = {
    name,
    description: entry.description,
    licence: entry.licence,
    profileName: entry.profile,
    profile,
    calibration: existsSync(calibration) ? calibration : null,
    calibrationTarget: resolve(folders.user, calibrationFile),
    contextSize: entry.context_size,
    validated: entry.validated,
  };
  if ('remote' in entry) {
    const { hosts, ...remote } = entry.remote;
    const named = hosts.map(({ api_key_env, max_in_flight, ...host }) => ({
      ...host,
      apiKeyEnv: api_key_env,
      maxInFlight: max_in_flight,
    }));
    return { ...facts, kind: 'remote', remote: { ...remote, hosts: named } };
  }
  return {
    ...facts,
    kind: 'local',
    base: { ...fileOf(entry.base), source: entry.base.source },
    lora: entry.lora && { ...fileOf(entry.lora), source: entry.lora.source },
    loraScale: entry.lora_scale,
  };
}
