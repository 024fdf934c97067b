import { z } from 'zod';
import { HEDGE } from '../judge/adapter/pool/hedge.ts';
import { profileSchema } from '../judge/adapter/profile.ts';
import { MAX_IN_FLIGHT } from '../judge/adapter/remote.ts';

const NAME_RULE = 'must be a name of letters, digits, ".", "_" and "-", at most 63 long';
const name = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/i, NAME_RULE);
/** Without this, zod only says that a key is invalid. */
const named = {
  error: ({ code }: { code?: string | undefined }) => (code === 'invalid_key' ? NAME_RULE : undefined),
};
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 sum of 64 lower-case hex digits');

/** Beside the registry that names it. Absolute paths are for a user's own registry only (checked when it is loaded). */
const path = z
  .string()
  .min(1)
  .refine(
    (text) => !text.split(/[/\\]/).includes('..') && !text.includes('\0'),
    'must not leave the folder with ".."',
  );

const repository = z
  .string()
  .regex(/^[\w][\w.-]*\/[\w][\w.-]*$/, 'must be a repository like Qwen/Qwen2.5-1.5B-Instruct-GGUF');
const revision = z
  .string()
  .regex(/^[\w][\w./-]*$/, 'must be a branch, tag or commit')
  .default('main');
const repositoryFile = z
  .string()
  .regex(/^[\w][\w.-]*(\/[\w][\w.-]*)*$/, 'must be the path of a file within the repository');

const stored = {
  file: path,
  /** null: not known beforehand; what was fetched is recorded beside the models. */
  sha256: sha256.nullable().default(null),
  bytes: z.int().positive().nullable().default(null),
};

const base = z.strictObject({
  ...stored,
  /** Where `presend models pull` gets it. */
  source: z.strictObject({ repo: repository, file: repositoryFile, revision }).nullable().default(null),
});

const lora = z.strictObject({
  ...stored,
  /** A repository with adapter_config.json and adapter_model.safetensors, imported after it was fetched. */
  source: z
    .strictObject({ repo: repository, revision, safetensors_sha256: sha256.nullable().default(null) })
    .nullable()
    .default(null),
});

const shared = {
  description: z.string().default(''),
  licence: z.string().nullable().default(null),
  /** A name under `profiles`. */
  profile: name,
  /**
   * Where its calibration is, once there is one (null: `<name>/calibration.json`). Without the file the model judges
   * in shadow only.
   */
  calibration: path.nullable().default(null),
  /** Tokens, prompt and rationale together. */
  context_size: z.int().min(256).max(131_072).default(2048),
  /** What it was measured on. A regulated vertical that is not listed is held. */
  validated: z
    .strictObject({
      languages: z.array(z.string()).default(['en']),
      verticals: z.array(z.string()).default([]),
    })
    .prefault({}),
};

const localModel = z.strictObject({
  ...shared,
  base,
  /** null: the base model alone. */
  lora: lora.nullable().default(null),
  lora_scale: z.number().positive().max(10).default(1),
});

const url = z.url({ protocol: /^https?$/ });
/** The environment variable that holds the key; never the key itself. */
const keyVariable = z.string().regex(/^[A-Za-z_]\w*$/, 'must be the name of an environment variable');
/** Calls that a host is given at once. */
const inFlight = z.int().min(1).max(1_000);

const host = z.strictObject({
  /** In logs and metrics; default: host and port of the URL. */
  name: name.optional(),
  url,
  /** Default: the one of all hosts. */
  api_key_env: keyVariable.nullable().optional(),
  max_in_flight: inFlight.optional(),
});

const remote = z
  .strictObject({
    /** Either one host … */
    url: url.optional(),
    /** … or several that serve the same. */
    hosts: z.array(host).min(1, 'names no host').max(64, 'names more than 64 hosts').optional(),
    dialect: z.enum(['llama-server', 'vllm', 'openai']),
    /** As the hosts call it. */
    model: z.string().min(1),
    api_key_env: keyVariable.nullable().default(null),
    max_in_flight: inFlight.default(MAX_IN_FLIGHT),
    /** When a second host is asked the same, and for which share of the calls at most. */
    hedge: z
      .strictObject({
        after: z.literal('p95').or(z.int().min(1).max(60_000)).default(HEDGE.after),
        most: z.number().min(0).max(0.5).default(HEDGE.most),
      })
      .prefault({}),
  })
  .transform(({ url: only, hosts, api_key_env, max_in_flight, ...rest }, context) => {
    if ((only === undefined) === (hosts === undefined)) {
      const message =
        only === undefined ? 'needs url, or hosts for several' : 'has url and hosts: name the hosts only';
      context.issues.push({ code: 'custom', message, input: rest });
      return z.NEVER;
    }
    const all = (hosts ?? [{ url: only! }]).map((one) => ({
      name: one.name ?? new URL(one.url).host,
      url: one.url,
      api_key_env: one.api_key_env === undefined ? api_key_env : one.api_key_env,
      max_in_flight: one.max_in_flight ?? max_in_flight,
    }));
    for (const key of ['name', 'url'] as const) {
      const twice = all.find((one, i) => all.findIndex((other) => other[key] === one[key]) !== i);
      if (!twice) continue;
      const path = ['hosts', all.indexOf(twice), key];
      context.issues.push({ code: 'custom', message: `"${twice[key]}" is named twice`, path, input: rest });
      return z.NEVER;
    }
    return { ...rest, url: only ?? null, hosts: all };
  });

const remoteModel = z.strictObject({ ...shared, remote });

/** models/registry.yaml, and the one in the data folder that is laid over it. */
export const registrySchema = z.strictObject({
  /** The model that judges; `null` for none. */
  active: name.nullable().optional(),
  /** A model that judges beside it and is only recorded. */
  shadow: name.nullable().optional(),
  profiles: z.record(name, profileSchema, named).default({}),
  models: z
    .record(
      name,
      // Not a union: its one message would be "invalid input" for every mistake inside.
      z.looseObject({}).transform((entry, context) => {
        const parsed = 'remote' in entry ? remoteModel.safeParse(entry) : localModel.safeParse(entry);
        if (parsed.success) return parsed.data;
        context.issues.push(...parsed.error.issues.map((issue) => ({ ...issue, input: entry }) as never));
        return z.NEVER;
      }),
      named,
    )
    .default({}),
});

export type RegistryFile = z.infer<typeof registrySchema>;
export type LocalModelEntry = z.infer<typeof localModel>;
export type RemoteModelEntry = z.infer<typeof remoteModel>;
export const modelName = name;
