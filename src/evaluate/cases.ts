import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { UserError } from '../config/user-error.ts';
import type { ProspectSnapshot } from '../crm/prospect.ts';
import { DECISIONS, type Decision, type Draft, type ParsedMessage } from '../message/types.ts';
import { draftFromText, prospectFromContext } from './context.ts';

/** One labelled case: a draft, the record it is judged against, and the decision it must get. */
export interface Case {
  id: string;
  gold: Decision;
  /** Name of the rule that should fire, `none` for a good draft; null when the file does not say. */
  rule: string | null;
  /** Probe class ("A07"); null when the file does not say. */
  probe: string | null;
  /** Names the two sides of one mail; null when the file does not say. */
  pair: string | null;
  /** Id of the case whose record or draft was changed to make this one; null for an original. */
  of: string | null;
  /** ISO date that counts as today. */
  asOf: string;
  prospect: ProspectSnapshot;
  draft: Draft;
  /** What the parser could not make out, for a case that was a whole mail. */
  trouble: ParsedMessage['trouble'];
}

const row = z.object({
  id: z.coerce.string(),
  gold: z.string().trim().toUpperCase().pipe(z.enum(DECISIONS)),
  rule: z.string().nullish(),
  probe: z.string().nullish(),
  pair: z.union([z.string(), z.number().transform(String)]).nullish(),
  of: z.union([z.string(), z.number().transform(String)]).nullish(),
  as_of: z.iso.date().nullish(),
  context: z.unknown(),
  draft: z.string(),
  subject: z.string().nullish(),
});

/**
 * Reads labelled cases, one JSON object a line.
 *
 * @param today what a case without `as_of` is judged as of
 * @throws UserError naming file and line of the first row that cannot be used
 */
export function readCases(path: string, today: string): Case[] {
  let source: string;
  try {
    source = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UserError(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code}); check the path`);
  }
  const cases = source.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      return [parseCase(line, today)];
    } catch (error) {
      throw new UserError(`${path}:${index + 1}: ${reasonOf(error)}`);
    }
  });
  if (cases.length === 0) throw new UserError(`${path}: holds no case`);
  return cases;
}

function parseCase(line: string, today: string): Case {
  const { id, gold, rule, probe, pair, of, as_of, context, draft, subject } = row.parse(JSON.parse(line));
  return {
    id,
    gold,
    rule: rule ?? null,
    probe: probe ?? null,
    pair: pair ?? null,
    of: of ?? null,
    asOf: as_of ?? today,
    prospect: prospectFromContext(context),
    draft: draftFromText(draft, subject ?? null),
    trouble: [],
  };
}

function reasonOf(error: unknown): string {
  if (error instanceof z.ZodError) {
    return error.issues.map((issue) => `${issue.path.join('.') || 'row'}: ${issue.message}`).join('; ');
  }
  if (error instanceof SyntaxError) return `not JSON (${error.message})`;
  return error instanceof Error ? error.message : String(error);
}
