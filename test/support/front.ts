import { sql } from 'kysely';
import { addProspect, type TestGate } from './gate.ts';

/** A text that every rule lets pass. */
export const FINE =
  'Hi Maria,\n\nwould a short call next week about your hiring plans be useful?\n\nBest,\nAnn';

/** One recipient for each decision; `unknown@nowhere.example` is held, since nobody knows it. */
export async function addCast(gate: TestGate): Promise<void> {
  await addProspect(gate, 'maria@passing.example');
  await addProspect(gate, 'stop@gone.example', { prospect: { disqualifiers: ['do_not_contact'] } });
  await addProspect(gate, 'cto@large.example', {
    prospect: { recipient_role: 'CTO' },
    company: { headcount: 5000 },
  });
}

export interface RawAnswer {
  status: number;
  headers: Headers;
  text: string;
  json: Record<string, unknown>;
}

/** One request without any SDK. */
export async function raw(
  gate: TestGate,
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: string | Buffer,
): Promise<RawAnswer> {
  const response = await fetch(`${gate.httpBase}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  let json: Record<string, unknown> = {};
  try {
    json = JSON.parse(text) as Record<string, unknown>;
  } catch {
    // Not every answer is JSON.
  }
  return { status: response.status, headers: response.headers, text, json };
}

/** The bytes of the message as accepted, and the request it came in. */
export async function stored(
  gate: TestGate,
): Promise<{ raw: string; requests: { path: string; contentType: string; body: Buffer }[] }> {
  const { db } = gate.app.database;
  const bodies = await db.selectFrom('bodies').select('raw').orderBy('message_id').execute();
  const requests = await db
    .selectFrom('provider_requests')
    .select(['path', 'content_type', 'body'])
    .orderBy('message_id')
    .execute();
  return {
    raw: bodies.map((one) => one.raw.toString()).join('\n'),
    requests: requests.map(({ path, content_type, body }) => ({ path, contentType: content_type, body })),
  };
}

export async function messageCount(gate: TestGate): Promise<number> {
  const rows = await gate.app.database.db.selectFrom('messages').select('id').execute();
  return rows.length;
}

/** From now on nothing can be stored. */
export async function breakAccepting(gate: TestGate): Promise<void> {
  const { database } = gate.app;
  await database.transact(async (trx) => {
    if (database.engine === 'sqlite')
      return void (await sql`create trigger broken before insert on messages begin select raise(abort, 'disk full'); end`.execute(
        trx,
      ));
    await sql`create or replace function broken() returns trigger language plpgsql as 'begin raise exception ''disk full''; end'`.execute(
      trx,
    );
    await sql`create trigger broken before insert on messages for each row execute function broken()`.execute(
      trx,
    );
  });
}

/** The end of that. */
export async function mendAccepting(gate: TestGate): Promise<void> {
  const { database } = gate.app;
  const drop = database.engine === 'sqlite' ? sql`drop trigger broken` : sql`drop trigger broken on messages`;
  await database.transact((trx) => drop.execute(trx));
}
