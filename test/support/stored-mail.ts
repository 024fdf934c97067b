import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addEngine } from '../../src/intake/engine-store.ts';
import { decidingRule } from '../../src/judge/deciding-rule.ts';
import { type Opinion, combine } from '../../src/judge/combine.ts';
import { RULE_DECISION, type AdapterRecord, type RuleName, type Verdict } from '../../src/judge/verdict.ts';
import { DECISIONS, type Decision } from '../../src/message/types.ts';
import type { DeliveryState } from '../../src/message/disposition.ts';
import { bulkInsert } from '../../src/store/bulk-insert.ts';
import type { Database, Trx } from '../../src/store/database.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';
import { CALIBRATION } from './fake-adapter.ts';

/** A database file with the real schema and two engines, which the caller closes. */
export async function openStored(name: string): Promise<{ database: Database; folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), `presend-${name}-`));
  const database = new SqliteDatabase(join(folder, 'presend.db'));
  await database.migrate();
  return { database, folder };
}

/** @returns its id */
export async function storedEngine(database: Database, name: string): Promise<string> {
  const engine = await database.transact((trx) =>
    addEngine(
      trx,
      { name, senderDomains: ['sender.example'], loopbackWithoutAuth: true },
      { actor: 'test', now: 0 },
    ),
  );
  return engine.id;
}

/** A message with its one delivery, as they stand once judged. */
export interface StoredMail {
  id: string;
  engine: string;
  at: number;
  prospect: string | null;
  verdict: Pick<Verdict, 'decision' | 'hold_reason' | 'rationale' | 'findings'>;
}

/** Stores messages, bodies and deliveries; verdicts are saved apart. */
export async function storeMails(trx: Trx, mails: readonly StoredMail[]): Promise<void> {
  await bulkInsert(
    trx,
    'messages',
    mails.map(({ id, engine, at }) => ({
      id: `m-${id}`,
      engine_id: engine,
      envelope_from: 'ann@sender.example',
      params: '{}',
      message_id: `<${id}@sender.example>`,
      subject: 'Engineering capacity',
      size: 100,
      received_at: at,
      origin: '{}',
      dedupe_key: null,
      scheduled_at: null,
      judged_at: at,
      answered_early: 0,
      lease_until: null,
      lease_token: 0,
      judge_attempts: 1,
    })),
  );
  await bulkInsert(
    trx,
    'bodies',
    mails.map(({ id, at }) => ({
      message_id: `m-${id}`,
      revision: 0,
      raw: Buffer.from(`Subject: Engineering capacity\r\n\r\nHello, this is mail ${id}.\r\n`),
      created_at: at,
      actor: 'engine',
    })),
  );
  await bulkInsert(
    trx,
    'deliveries',
    mails.map(({ id, engine, at, prospect, verdict }) => ({
      id,
      message_id: `m-${id}`,
      engine_id: engine,
      recipient: `${prospect ?? 'nobody'}@prospect.example`,
      address_key: `${prospect ?? 'nobody'}@prospect.example`,
      dsn_notify: null,
      dsn_orcpt: null,
      internal: 0,
      kind: 'mail' as const,
      about: null,
      prospect_id: prospect,
      ...disposed(verdict),
      returns_to: null,
      decision: verdict.decision,
      held_behind: null,
      note: verdict.rationale,
      body_revision: 0,
      attempts: 0,
      next_attempt_at: null,
      undo_until: null,
      expires_at: null,
      reminded_at: null,
      lease_until: null,
      lease_token: 0,
      released_by: null,
      judged_at: at,
      judged_revision: 0,
      created_at: at,
      updated_at: at,
    })),
  );
}

/** As `pipeline/dispose.ts` does it for an engine that enforces, without delivery attempts. */
function disposed(verdict: StoredMail['verdict']): { state: DeliveryState; hold_reason: string | null } {
  if (verdict.decision === 'PASS') return { state: 'relayed', hold_reason: null };
  const rule = decidingRule(verdict);
  const reason = verdict.hold_reason ?? rule;
  if (verdict.decision === 'SUPPRESS' && rule !== 'adapter')
    return { state: 'suppressed', hold_reason: reason };
  if (verdict.decision === 'ESCALATE' && rule !== 'adapter')
    return { state: 'escalated', hold_reason: reason };
  return { state: 'held', hold_reason: reason };
}

const PROSPECT: NonNullable<Verdict['prospect']> = {
  prospect_id: 'p',
  address: null,
  name: null,
  company: 'Company',
  headcount: 300,
  funding_stage: 'series_b',
  funding_amount_usd: null,
  funding_confidence: 'high',
  disqualifiers: [],
  opt_out_channels: [],
  thread_id: null,
  recipient_role: 'vp_eng',
  title: null,
  industry: null,
  city: null,
  country: null,
  regulated: null,
  account_owner: null,
  available_signals: {},
  commitments: [],
  thread: [],
  foreign: [],
  peers: [],
  updated_at: null,
};

/** What the rules alone say: a rule's decision, or PASS. */
export function byRules(rule: RuleName | null): Verdict {
  return {
    decision: rule === null ? 'PASS' : RULE_DECISION[rule],
    hold_reason: null,
    rationale: rule === null ? 'No rule fired.' : `The rule ${rule} fired.`,
    findings:
      rule === null
        ? []
        : [
            {
              rule,
              decision: RULE_DECISION[rule],
              enforced: true,
              rationale: `The rule ${rule} fired.`,
              spans: [],
              fields: [],
            },
          ],
    notices: [],
    prospect: PROSPECT,
    rubric_version: 'r1',
    adapter_version: null,
    adapter: null,
    latency_ms: 2,
  };
}

/** What a question came to: a sure reading, one in doubt, or none. */
export type Said = Decision | 'doubt' | 'unreadable' | 'unavailable';

/** The rules' verdict with what the adapter said, joined as the gate joins them. */
export function withAdapter(
  rule: RuleName | null,
  said: Said,
  { version, mode }: { version: string; mode: AdapterRecord['mode'] },
): Verdict {
  return combine(byRules(rule), opinionOf(said), {
    version,
    mode,
    calibration: CALIBRATION,
    validatedVerticals: 'all',
    verticals: [],
    whenUnavailable: 'rules',
  });
}

function opinionOf(said: Said): Opinion {
  if (said === 'unreadable' || said === 'unavailable') return { kind: said, detail: 'It gave no reading.' };
  const shares: Partial<Record<Decision, number>> =
    said === 'doubt' ? { PASS: 0.5, BLOCK: 0.45 } : { [said]: 0.97 };
  return {
    kind: 'reading',
    latencyMs: 180,
    classification: {
      logLikelihood: Object.fromEntries(
        DECISIONS.map((decision) => [decision, Math.log(shares[decision] ?? 0.005)]),
      ) as Record<Decision, number>,
      mass: 0.99,
      exact: true,
      promptTokens: 500,
      trimmed: [],
    },
  };
}
