import { z } from 'zod';
import { ApiError } from '../http/api-error.ts';
import { type Endpoint, READ, REVIEW, endpoint } from '../http/endpoint.ts';
import { RULES } from '../judge/verdict.ts';
import { DECISIONS } from '../message/types.ts';
import type { DryRun } from '../pipeline/dry-run.ts';
import { recordAudit } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import { Bounded } from './bounded.ts';
import { searchProspects } from './playground-store.ts';
import { checkRecord, judgeDraft, recordOf } from './playground.ts';
import { ProbeCases } from './probe-cases.ts';

export interface PlaygroundDeps {
  database: Database;
  now: () => number;
  dryRun: DryRun;
  config: { data_dir: string };
  /** Waits for a moment that mail does not need. */
  standBack: () => Promise<void>;
}

/** An adapter on a small machine takes seconds for a mail; its callers' line is the mail's too. */
const LIMITS = { waiting: 6, timeoutMs: 45_000 };

const record = z.record(z.string(), z.unknown());
const draft = z.strictObject({
  prospect_id: z.string().max(200).optional(),
  record: record.optional(),
  subject: z.string().max(2_000).optional(),
  text: z.string().max(100_000).optional(),
  eml: z.string().max(4_000_000, 'this is longer than a mail').optional(),
});
const probe = z.strictObject({
  gold: z.enum(DECISIONS),
  rule: z
    .enum([...RULES, 'none'])
    .nullable()
    .default(null),
  prospect_id: z.string().max(200).optional(),
  record: record.optional(),
  subject: z.string().max(2_000).optional(),
  text: z.string().trim().min(1, 'is empty; write the draft').max(100_000),
});

/** The playground: judging drafts that are no mail, and saving them as cases. */
export function playgroundEndpoints({
  database,
  now,
  dryRun,
  config,
  standBack,
}: PlaygroundDeps): Endpoint[] {
  const bounded = new Bounded(LIMITS);
  const cases = new ProbeCases(config.data_dir);
  const { db } = database;
  return [
    endpoint('get', '/playground/prospects', {
      access: READ,
      query: z.strictObject({ q: z.string().max(200).default('') }),
      handle: async ({ query }) => ({ prospects: await searchProspects(db, query.q, 20) }),
    }),
    endpoint('get', '/playground/prospects/:id', {
      access: READ,
      handle: async ({ params }) => {
        const found = await recordOf(db, params['id'] ?? '', now());
        if (!found) throw new ApiError('not_found', 'There is no such prospect.');
        return { record: found };
      },
    }),
    endpoint('post', '/playground/judge', {
      access: READ,
      limit: 4_194_304,
      body: draft,
      handle: ({ body }) =>
        bounded.run(async () => {
          await standBack();
          return judgeDraft(db, dryRun, body, now());
        }),
    }),
    endpoint('get', '/playground/cases', {
      access: READ,
      handle: async () => ({ path: cases.path, cases: await cases.list() }),
    }),
    endpoint('post', '/playground/cases', {
      access: REVIEW,
      body: probe,
      handle: async ({ body, account }) => {
        const context =
          body.prospect_id === undefined ? body.record : await recordOf(db, body.prospect_id, now());
        if (!context) {
          throw new ApiError('invalid', 'record: give a prospect that exists, or a record', {
            fields: { record: 'give a prospect that exists, or a record' },
          });
        }
        checkRecord(context);
        const added = await cases.add({
          gold: body.gold,
          rule: body.rule ?? (body.gold === 'PASS' ? 'none' : null),
          as_of: new Date(now()).toISOString().slice(0, 10),
          context,
          subject: body.subject ?? null,
          draft: body.text,
          by: account.actor,
          at: now(),
        });
        await database.transact((trx) =>
          recordAudit(trx, {
            at: now(),
            actor: account.actor,
            subject: { type: 'probe_case', id: added.id },
            action: 'added',
            after: { gold: added.gold, rule: added.rule, subject: added.subject },
          }),
        );
        return added;
      },
    }),
    endpoint('delete', '/playground/cases/:id', {
      access: REVIEW,
      handle: async ({ params, account }) => {
        const removed = await cases.remove(params['id'] ?? '');
        if (!removed) throw new ApiError('not_found', 'There is no such case any more.');
        await database.transact((trx) =>
          recordAudit(trx, {
            at: now(),
            actor: account.actor,
            subject: { type: 'probe_case', id: removed.id },
            action: 'removed',
            // Whole, so that it can be put back.
            before: removed,
          }),
        );
        return removed;
      },
    }),
  ];
}
