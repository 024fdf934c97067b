import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ConfigError, parseStrictYaml } from '../config/strict-yaml.ts';
import { RULES, type RuleMode, type RuleName } from './verdict.ts';

const mode = z.enum(['enforce', 'observe', 'off']) satisfies z.ZodType<RuleMode>;
const modes = Object.fromEntries(RULES.map((name) => [name, mode])) as Record<RuleName, typeof mode>;
/** A list of words; compared in lower case wherever it is used. */
const words = z.array(z.string().trim().min(1).toLowerCase());

/** The rubric's keys and what each may be. */
export const rubricSchema = z.strictObject({
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

/** What a rubric says, without its version. */
export type RubricValues = z.infer<typeof rubricSchema>;

/** The rubric as configured (`config/rubric.yaml`, where every key is explained). */
export interface Rubric extends RubricValues {
  /** First 12 hex digits of the file's sha256; stored with each verdict. */
  version: string;
}

/**
 * Reads the rubric.
 *
 * @throws ConfigError naming file, line and key, for a missing rule, an unknown rule or key (with the nearest known one) or a
 *   wrong value
 */
export function loadRubric(path: string): Rubric {
  return readRubric(path).rubric;
}

/** As `loadRubric`, with the text it was read from. */
export function readRubric(path: string): { rubric: Rubric; text: string } {
  try {
    const text = readFileSync(path, 'utf8');
    return { rubric: parseRubric(text, path), text };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new ConfigError(
      code === 'ENOENT'
        ? `${path}: no such file; create it or name another one`
        : `${path}: cannot be read (${code})`,
    );
  }
}

/** As `loadRubric`, from text; `path` only names the source in messages. */
export function parseRubric(text: string, path: string): Rubric {
  const values = parseStrictYaml(text, path, rubricSchema, { rules: 'rule' });
  return { version: rubricVersion(text), ...values };
}

/** First 12 hex digits of the text's sha256. */
export function rubricVersion(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
