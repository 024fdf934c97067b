import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseDocument } from 'yaml';
import type { z } from 'zod';
import { parseStrictYaml } from '../config/strict-yaml.ts';
import { UserError } from '../config/user-error.ts';
import { writeWhole } from './files.ts';
import { modelName, registrySchema } from './registry-schema.ts';
import { type ModelFolders, REGISTRY_FILE } from './registry.ts';

const START = `# Models of this gate, laid over the registry that came with presend. Written by \`presend models\`; edits are kept.\n`;

type Input = z.input<typeof registrySchema>;

/** What to set in a user's registry; names not given stay as they are. */
export interface RegistryChange {
  active?: string | null;
  shadow?: string | null;
  models?: Input['models'];
  profiles?: Input['profiles'];
}

/**
 * Changes the user's registry and keeps its comments and everything else. The result is checked before it is written.
 *
 * @returns the registry's path
 * @throws ConfigError when it would not be valid, or was not before
 */
export function editRegistry(folder: string, change: RegistryChange): string {
  const path = join(folder, REGISTRY_FILE);
  const before = existsSync(path) ? readFileSync(path, 'utf8') : START;
  parseStrictYaml(before, path, registrySchema);
  const document = parseDocument(before);
  for (const key of ['active', 'shadow'] as const) {
    if (change[key] !== undefined) document.setIn([key], change[key]);
  }
  for (const key of ['profiles', 'models'] as const) {
    for (const [name, value] of Object.entries(change[key] ?? {})) {
      document.setIn([key, name], document.createNode(value));
    }
  }
  const after = document.toString({ lineWidth: 0 });
  parseStrictYaml(after, path, registrySchema);
  writeWhole(path, after);
  return path;
}

/** A model's entry as it is written, the user's before the shipped one; null when there is none. */
export function writtenEntry(
  folders: ModelFolders,
  name: string,
): NonNullable<Input['models']>[string] | null {
  for (const folder of [folders.user, folders.shipped]) {
    const path = join(folder, REGISTRY_FILE);
    if (!existsSync(path)) continue;
    // A file of comments alone holds nothing.
    const entry = (parse(readFileSync(path, 'utf8')) as Input | null)?.models?.[name];
    if (entry) return entry;
  }
  return null;
}

/** @throws UserError when `name` cannot be a model's or profile's */
export function requireName(name: string): string {
  const parsed = modelName.safeParse(name);
  if (parsed.success) return name;
  throw new UserError(`"${name}" cannot be a name: it ${parsed.error.issues[0]?.message ?? 'is wrong'}`);
}
