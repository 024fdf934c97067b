import { once } from 'node:events';
import type { Response } from 'express';
import { stringify } from 'csv-stringify/sync';
import type { Kysely } from 'kysely';
import type { Schema } from '../store/schema.ts';
import { type AuditFilter, type AuditRow, auditWindows } from './audit-store.ts';

const COLUMNS = ['id', 'at', 'actor', 'subject_type', 'subject_id', 'action', 'detail'] as const;

/**
 * The log as asked for, newest first, window by window, so that memory does not grow with it. In CSV, times are ISO
 * and what a spreadsheet would take for a formula is escaped (a leading apostrophe).
 */
export async function* auditText(
  db: Kysely<Schema>,
  filter: AuditFilter,
  format: 'csv' | 'json',
): AsyncGenerator<string> {
  yield format === 'csv' ? stringify([[...COLUMNS]]) : '[\n';
  let first = true;
  for await (const { rows } of auditWindows(db, filter, null)) {
    yield rows.length === 0 ? '' : format === 'csv' ? csv(rows) : json(rows, first);
    if (rows.length > 0) first = false;
  }
  yield format === 'csv' ? '' : '\n]\n';
}

/** Sends `auditText` as a file. */
export async function exportAudit(
  db: Kysely<Schema>,
  filter: AuditFilter,
  format: 'csv' | 'json',
  res: Response,
): Promise<void> {
  res.status(200);
  res.set({
    'Content-Type': format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json; charset=utf-8',
    'Content-Disposition': `attachment; filename="presend-audit.${format}"`,
    'Cache-Control': 'no-store',
  });
  for await (const text of auditText(db, filter, format)) {
    // Whoever asked has gone.
    if (res.destroyed) return;
    if (text !== '' && !res.write(text)) await Promise.race([once(res, 'drain'), once(res, 'close')]);
    // The database answers in the same turn of the loop: mail must get its own between.
    await new Promise((resolve) => setImmediate(resolve));
  }
  res.end();
}

function csv(rows: readonly AuditRow[]): string {
  return stringify(
    rows.map((row) => ({ ...row, at: new Date(row.at).toISOString() })),
    { columns: [...COLUMNS], escape_formulas: true },
  );
}

function json(rows: readonly AuditRow[], first: boolean): string {
  const text = rows
    .map((row) => JSON.stringify({ ...row, detail: JSON.parse(row.detail) as unknown }))
    .join(',\n');
  return first ? text : `,\n${text}`;
}
