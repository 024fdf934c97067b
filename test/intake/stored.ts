import { expect } from 'vitest';
import type { TestGate } from '../support/gate.ts';

/** What the gate keeps of HTTP submissions, oldest first. */
export async function storedRequests(gate: TestGate) {
  const rows = await gate.app.database.db
    .selectFrom('provider_requests')
    .innerJoin('bodies', 'bodies.message_id', 'provider_requests.message_id')
    .select([
      'provider_requests.message_id',
      'provider',
      'path',
      'content_type',
      'provider_requests.body',
      'trouble',
      'bodies.raw',
    ])
    .where('bodies.revision', '=', 0)
    .orderBy('provider_requests.message_id')
    .execute();
  return rows.map((row) => ({
    id: row.message_id,
    provider: row.provider,
    path: row.path,
    contentType: row.content_type,
    body: row.body.toString(),
    mime: row.raw.toString(),
    trouble: row.trouble === null ? [] : (JSON.parse(row.trouble) as { kind: string; detail: string }[]),
  }));
}

export async function expectNothingStored(gate: TestGate): Promise<void> {
  for (const table of [
    'messages',
    'bodies',
    'deliveries',
    'provider_requests',
    'idempotency_keys',
  ] as const) {
    const rows = await gate.app.database.db.selectFrom(table).selectAll().execute();
    expect(rows, table).toEqual([]);
  }
}
