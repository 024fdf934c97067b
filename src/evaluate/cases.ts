import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { UserError } from '../config/user-error.ts';
import type { ProspectSnapshot } from '../crm/prospect.ts';
import { counted } from '../message/counted.ts';
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
  /** Whether its author thought it hard to judge; null when the file does not say. */
  hard: boolean | null;
  /** Whether its author counts it as a long mail; null when the file does not say. */
  long: boolean | null;
  /** Its author's sentence on why gold is right; null when the file does not say. */
  why: string | null;
  /** ISO date that counts as today. */
  asOf: string;
  prospect: ProspectSnapshot;
  draft: Draft;
  /** What the parser could not make out, for a case that was a whole mail. */
  trouble: ParsedMessage['trouble'];
}

/** A name, or a number that stands for one. */
const name = z.union([z.string(), z.number().transform(String)]);

const row = z.object({
  id: z.union([z.string().min(1), z.number().transform(String)], 'give each case an id of its own'),
  gold: z.string().trim().toUpperCase().pipe(z.enum(DECISIONS)),
  rule: z.string().nullish(),
  probe: z.string().nullish(),
  pair: name.nullish(),
  of: name.nullish(),
  hard: z.boolean().nullish(),
  long: z.boolean().nullish(),
  why: z.string().nullish(),
  as_of: z.iso.date().nullish(),
  context: z.unknown(),
  draft: z.string(),
  subject: z.string().nullish(),
});

/** A row that cannot be used. */
export interface BadRow {
  /** From 1. */
  line: number;
  why: string;
}

/** What a file of cases holds. */
export interface CaseRows {
  cases: Case[];
  bad: BadRow[];
  /** Of the whole file, lower-case hex. */
  sha256: string;
}

/**
 * Reads labelled cases, one JSON object a line. An id that an earlier row has makes a row bad too.
 *
 * @param today what a case without `as_of` is judged as of
 * @throws UserError when the file cannot be read or has no row at all
 */
export function readCaseRows(path: string, today: string): CaseRows {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new UserError(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code}); check the path`);
  }
  const cases: Case[] = [];
  const bad: BadRow[] = [];
  const lineOf = new Map<string, number>();
  for (const [index, line] of bytes.toString('utf8').split('\n').entries()) {
    if (line.trim() === '') continue;
    try {
      const one = parseCase(line, today);
      const taken = lineOf.get(one.id);
      if (taken !== undefined)
        throw new Error(`id: ${JSON.stringify(one.id)} is the id of line ${taken} too`);
      lineOf.set(one.id, index + 1);
      cases.push(one);
    } catch (error) {
      bad.push({ line: index + 1, why: reasonOf(error) });
    }
  }
  if (cases.length + bad.length === 0) throw new UserError(`${path}: holds no case`);
  return { cases, bad, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/**
 * As `readCaseRows`, where every row must be usable.
 *
 * @throws UserError naming file and line of the first ten rows that cannot be used
 */
export function readCases(path: string, today: string): Case[] {
  const { cases, bad } = readCaseRows(path, today);
  refuseBadRows(bad.map((one) => ({ ...one, path })));
  return cases;
}

const NAMED = 10;

/** @throws UserError naming file and line of the first ten, and how many more there are; `hint` says how to go on without them */
export function refuseBadRows(rows: readonly (BadRow & { path: string })[], hint = ''): void {
  if (rows.length === 0) return;
  const named = rows.slice(0, NAMED).map(({ path, line, why }) => `${path}:${line}: ${why}`);
  if (rows.length === 1) throw new UserError(`${named[0]}${hint}`);
  const rest = rows.length - named.length;
  throw new UserError(
    [
      `${rows.length} rows cannot be used${hint}:`,
      ...named,
      ...(rest > 0 ? [`and ${counted(rest, 'more row')}`] : []),
    ].join('\n'),
  );
}

function parseCase(line: string, today: string): Case {
  const { as_of, context, draft, subject, ...said } = row.parse(JSON.parse(line));
  return {
    id: said.id,
    gold: said.gold,
    rule: said.rule ?? null,
    probe: said.probe ?? null,
    pair: said.pair ?? null,
    of: said.of ?? null,
    hard: said.hard ?? null,
    long: said.long ?? null,
    why: said.why ?? null,
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
