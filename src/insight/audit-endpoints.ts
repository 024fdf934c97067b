import { z } from 'zod';
import { AUDIT, type Endpoint, SENT, endpoint } from '../http/endpoint.ts';
import { recordAudit } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import { exportAudit } from './audit-export.ts';
import { type AuditFilter, type AuditRow, auditWindows, recentValues, timeOf } from './audit-store.ts';
import { auditWords } from './audit-words.ts';
import { engineNames } from './insight-store.ts';
import { time } from './query-fields.ts';
import type { AuditItem, AuditPage } from './web-types.ts';

const PAGE = 50;

/** A page that finds little goes on for so long, then says how far it came. */
const BUDGET_MS = 400;

const text = z.string().trim().max(200).optional();
const filterFields = {
  actor: text,
  subject: text,
  type: text,
  action: text,
  from: time.optional(),
  to: time.optional(),
  q: text,
};

const query = z.strictObject({ ...filterFields, before: z.coerce.number().int().positive().optional() });
const exportQuery = z.strictObject({ ...filterFields, format: z.enum(['csv', 'json']).default('csv') });

/** The audit log: read, filtered, exported. */
export function auditEndpoints({ database, now }: { database: Database; now: () => number }): Endpoint[] {
  const { db } = database;
  return [
    endpoint('get', '/audit', {
      access: AUDIT,
      query,
      handle: async ({ query: asked }): Promise<AuditPage> => {
        const began = performance.now();
        const rows: AuditRow[] = [];
        let next: number | null = null;
        for await (const window of auditWindows(db, filterOf(asked), asked.before ?? null, PAGE + 1)) {
          rows.push(...window.rows);
          next = window.next;
          if (rows.length > PAGE || performance.now() - began > BUDGET_MS) break;
          await new Promise((resolve) => setImmediate(resolve));
        }
        const engines = new Map(
          (await engineNames(db)).map(({ id, name }) => [`engine:${id}`, `engine ${name}`]),
        );
        const items = rows
          .slice(0, PAGE)
          .map((row) => ({ ...itemOf(row), actor_name: engines.get(row.actor) ?? row.actor }));
        const cut = rows.length > PAGE;
        const last = items.at(-1);
        return {
          items,
          next: cut && last ? last.id : next,
          searched_to: !cut && next !== null ? await timeOf(db, next) : null,
        };
      },
    }),
    endpoint('get', '/audit/values', { access: AUDIT, handle: () => recentValues(db) }),
    endpoint('get', '/audit/export', {
      access: AUDIT,
      query: exportQuery,
      handle: async ({ query: asked, account, res }) => {
        const { format, ...filter } = asked;
        await database.transact((trx) =>
          recordAudit(trx, {
            at: now(),
            actor: account.actor,
            subject: { type: 'audit', id: 'log' },
            action: 'exported',
            detail: { format, ...filter },
          }),
        );
        await exportAudit(db, filterOf(asked), format, res);
        return SENT;
      },
    }),
  ];
}

function filterOf(asked: Omit<z.output<typeof query>, 'before'>): AuditFilter {
  return {
    actor: asked.actor || null,
    subject: asked.subject || null,
    type: asked.type || null,
    actions: (asked.action ?? '').split(',').filter((one) => one !== ''),
    from: asked.from ?? null,
    to: asked.to ?? null,
    words: (asked.q ?? '').split(/\s+/).filter((one) => one !== ''),
  };
}

function itemOf({
  id,
  at,
  actor,
  subject_type,
  subject_id,
  action,
  detail,
}: AuditRow): Omit<AuditItem, 'actor_name'> {
  const parsed = JSON.parse(detail) as Record<string, unknown>;
  return {
    id,
    at,
    actor,
    subject: { type: subject_type, id: subject_id },
    action,
    words: auditWords(parsed),
    detail: parsed,
  };
}
