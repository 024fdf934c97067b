import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { loadStrictYaml } from '../config/strict-yaml.ts';
import { RULES, type RuleMode, type RuleName } from './verdict.ts';

const mode = z.enum(['enforce', 'observe', 'off']) satisfies z.ZodType<RuleMode>;
const modes = Object.fromEntries(RULES.map((name) => [name, mode])) as Record<RuleName, typeof mode>;
/** A list of words; compared in lower case wherever it is used. */
const words = z.array(z.string().trim().min(1).toLowerCase());

const schema = z.strictObject({
  rules: z.strictObject(modes),
  disqualifiers: z.strictObject({ known: words }),
  c_level: z.strictObject({ headcount_over: z.number().int().min(0), titles: words.min(1) }),
  funding: z.strictObject({ trusted: words }),
  peers: z.strictObject({ placeholders: words, reuse_limit: z.number().int().min(1) }),
  regulated: z.array(
    z.strictObject({ name: z.string().trim().min(1), industries: words.min(1), caveats: words.min(1) }),
  ),
  stale_after_days: z.number().positive().nullable(),
});

/** The rubric as configured (`config/rubric.yaml`, where every key is explained). */
export interface Rubric extends z.infer<typeof schema> {
  /** First 12 hex digits of the file's sha256; stored with each verdict. */
  version: string;
}

/**
 * Reads the rubric.
 *
 * @throws ConfigError naming file, line and key, for a missing rule, an unknown key or a wrong value
 */
export function loadRubric(path: string): Rubric {
  const rubric = loadStrictYaml(path, schema);
  const version = createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 12);
  return { version, ...rubric };
}
