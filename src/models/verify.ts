import { existsSync, readFileSync, statSync } from 'node:fs';
import { calibrationSchema } from '../judge/adapter/reading.ts';
import { spellings } from '../judge/adapter/profile.ts';
import { UserError } from '../config/user-error.ts';
import { adapterIsSilent, adapterProblems } from './check-adapter.ts';
import { type Gguf, readGguf } from './gguf-read.ts';
import { sha256File } from './files.ts';
import type { LockFile } from './lock-file.ts';
import type { Model, ModelFile } from './registry.ts';

export interface Check {
  /** "base", "adapter", "tokens", "labels", "calibration", "host". */
  what: string;
  ok: boolean;
  detail: string;
}

/** Where sums are known from and recorded; recording may do nothing. */
export interface KnownSums extends Pick<LockFile, 'get'> {
  put: (path: string, sha256: string, from: string) => Promise<unknown>;
}

/**
 * Everything about a model that can be checked without loading it: sums of its files against registry or lock file,
 * headers, whether the adapter fits its base, whether the base knows the chat tokens that the profile uses, and
 * whether the labels can be told apart. Files that are right are recorded as verified.
 *
 * @param progress is told the bytes hashed so far
 */
export async function verifyModel(
  model: Model,
  lock: KnownSums,
  progress?: (file: string, done: number, total: number) => void,
): Promise<Check[]> {
  const checks: Check[] = [];
  if (model.kind === 'remote') {
    for (const { name, url, apiKeyEnv } of model.remote.hosts) {
      const missing = apiKeyEnv !== null && !process.env[apiKeyEnv];
      const named = model.remote.hosts.length > 1 ? `${name}: ` : '';
      checks.push({
        what: 'host',
        ok: !missing,
        detail: missing
          ? `${named}${apiKeyEnv} is not set`
          : `${named}${url} (not asked; its weights cannot be checked from here)`,
      });
    }
  } else {
    const { base, lora } = model;
    const baseGguf = await fileCheck('base', base, lock, checks, progress);
    if (baseGguf) checks.push(...baseChecks(baseGguf, model.profile.template));
    if (lora) {
      const adapter = await fileCheck('adapter', lora, lock, checks, progress);
      if (adapter) {
        const problems = adapterProblems(adapter, baseGguf);
        if (problems.length === 0 && (await adapterIsSilent(lora.path, adapter))) {
          problems.push('all its updates are zero: it would judge as the base alone does');
        }
        checks.push({
          what: 'adapter',
          ok: problems.length === 0,
          detail:
            summary(problems) || `${adapter.tensors.length / 2} updates${baseGguf ? ' fit the base' : ''}`,
        });
      }
    }
  }
  checks.push(labelCheck(model), calibrationCheck(model));
  return checks;
}

const summary = ([first, ...rest]: string[]): string =>
  first === undefined ? '' : rest.length === 0 ? first : `${first} (and ${rest.length} more)`;

/** The header of a file whose sum is right, or null. */
async function fileCheck(
  what: string,
  { path, sha256, bytes }: ModelFile,
  lock: KnownSums,
  checks: Check[],
  progress?: (file: string, done: number, total: number) => void,
): Promise<Gguf | null> {
  const fail = (detail: string): null => {
    checks.push({ what, ok: false, detail });
    return null;
  };
  if (!existsSync(path)) return fail(`${path} is missing; run "presend models pull"`);
  const size = statSync(path).size;
  if (bytes !== null && size !== bytes) return fail(`${path} has ${size} bytes, not ${bytes}`);
  const sum = await sha256File(path, (done) => progress?.(path, done, size));
  const known = sha256 ?? lock.get(path)?.sha256 ?? null;
  if (known !== null && sum !== known) {
    return fail(`${path}: its SHA-256 is ${sum}, not ${known}; pull or import it again`);
  }
  let gguf: Gguf;
  try {
    gguf = await readGguf(path);
  } catch (error) {
    if (error instanceof UserError) return fail(error.message);
    throw error;
  }
  await lock.put(path, sum, lock.get(path)?.from ?? 'found in place');
  checks.push({
    what,
    ok: true,
    detail: `${path}: SHA-256 ${sum} ${sha256 ? 'as in the registry' : known ? 'as when it was got' : '(nothing to hold it against; recorded)'}`,
  });
  return gguf;
}

function baseChecks({ metadata, tensors }: Gguf, template: string): Check[] {
  const architecture = metadata['general.architecture'];
  const layers = metadata[`${String(architecture)}.block_count`];
  const names = new Set(tensors.map(({ name }) => name));
  const problems: string[] = [];
  if (metadata['general.type'] === 'adapter') problems.push('it is an adapter, not a base');
  else if (typeof architecture !== 'string') problems.push('it names no architecture');
  else if (typeof layers !== 'number') problems.push('it does not say how many layers it has');
  else {
    if (!names.has('token_embd.weight')) problems.push('it has no token embeddings');
    for (let layer = 0; layer < layers; layer++) {
      if (!names.has(`blk.${layer}.attn_norm.weight`)) problems.push(`layer ${layer} is missing`);
    }
  }
  const tokens = metadata['tokenizer.ggml.tokens'];
  const pre = metadata['tokenizer.ggml.pre'];
  const vocabulary = new Set(Array.isArray(tokens) ? tokens : []);
  const asked = [...new Set(template.match(/<\|[^|<>]+\|>/g))];
  const unknown = asked.filter((token) => !vocabulary.has(token));
  const tokenProblems =
    vocabulary.size === 0
      ? ['it holds no vocabulary']
      : [
          ...(typeof pre === 'string' || metadata['tokenizer.ggml.model'] !== 'gpt2'
            ? []
            : ['it does not say how text is split (tokenizer.ggml.pre): tokens would come out wrong']),
          ...unknown.map((token) => `the profile uses ${token}, which is no token of it`),
        ];
  return [
    {
      what: 'base',
      ok: problems.length === 0,
      detail:
        summary(problems) || `${String(architecture)}, ${String(layers)} layers, ${tensors.length} tensors`,
    },
    {
      what: 'tokens',
      ok: tokenProblems.length === 0,
      detail:
        summary(tokenProblems) ||
        `${vocabulary.size} tokens${typeof pre === 'string' ? `, split as ${pre}` : ''}${asked.length > 0 ? `, with ${asked.join(' ')}` : ''}`,
    },
  ];
}

function labelCheck({ profile, profileName }: Model): Check {
  const all = spellings(profile);
  const problems = all.flatMap(({ text, decision }, i) =>
    all
      .filter((other, j) => j !== i && other.decision !== decision && other.text.startsWith(text))
      .map((other) => `"${text}" (${decision}) begins "${other.text}" (${other.decision})`),
  );
  return {
    what: 'labels',
    ok: problems.length === 0,
    detail: summary(problems) || `profile ${profileName}: ${all.map(({ text }) => text).join(', ')}`,
  };
}

function calibrationCheck({ calibration }: Model): Check {
  const what = 'calibration';
  if (calibration === null) {
    return { what, ok: true, detail: 'none yet: it judges in shadow only; see "presend models calibrate"' };
  }
  try {
    const parsed = calibrationSchema.safeParse(JSON.parse(readFileSync(calibration, 'utf8')));
    if (parsed.success)
      return { what, ok: true, detail: `${calibration}, fitted for ${parsed.data.version}` };
  } catch {
    // Told below: what is wrong inside a file that a command writes is of no use to a person.
  }
  return {
    what,
    ok: false,
    detail: `${calibration} is not a calibration; run "presend models calibrate" again`,
  };
}
