import type { Database } from '../../src/store/database.ts';
import { NOW } from '../crm/open.ts';
import { HOUR } from './setup.ts';

/** A message of the engine to Jane, with one attempt. */
export async function sentMail(
  database: Database,
  {
    upstreamId = null,
    state = 'relayed',
    judgedAt = NOW - HOUR,
  }: {
    upstreamId?: string | null;
    state?: 'relayed' | 'held';
    judgedAt?: number;
  },
): Promise<void> {
  const engine = await database.db.selectFrom('engines').select('id').executeTakeFirstOrThrow();
  await database.transact(async (trx) => {
    await trx
      .insertInto('messages')
      .values({
        id: 'm1',
        engine_id: engine.id,
        envelope_from: 'ann@sender.example',
        params: '{}',
        message_id: '<sent-1@sender.example>',
        subject: 'Payroll',
        size: 1,
        received_at: NOW - HOUR,
        origin: '{}',
        dedupe_key: null,
        scheduled_at: null,
        judged_at: judgedAt,
        answered_early: 0,
        lease_until: null,
        lease_token: 0,
        judge_attempts: 0,
      })
      .execute();
    await trx
      .insertInto('deliveries')
      .values({
        id: 'd1',
        message_id: 'm1',
        engine_id: engine.id,
        recipient: 'jane@acme.example',
        address_key: 'jane@acme.example',
        dsn_notify: null,
        dsn_orcpt: null,
        internal: 0,
        kind: 'mail',
        about: null,
        prospect_id: 'p1',
        attempts: 1,
        reminded_at: null,
        lease_until: null,
        lease_token: 0,
        judged_at: judgedAt,
        judged_revision: 0,
        created_at: NOW - HOUR,
        updated_at: NOW - HOUR,
        state,
        returns_to: null,
        decision: 'PASS',
        hold_reason: null,
        held_behind: null,
        note: null,
        body_revision: 0,
        next_attempt_at: null,
        undo_until: null,
        expires_at: null,
        released_by: null,
      })
      .execute();
    if (upstreamId !== null) {
      await trx
        .insertInto('attempts')
        .values({
          delivery_id: 'd1',
          kind: 'relay',
          upstream: 'ses',
          started_at: NOW - HOUR,
          handover_at: NOW - HOUR,
          finished_at: NOW - HOUR,
          outcome: 'delivered',
          response: 'ok',
          upstream_id: upstreamId,
        })
        .execute();
    }
  });
}
