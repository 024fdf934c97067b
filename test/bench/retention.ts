/**
 * How fast retention removes texts, and what mail feels of it meanwhile: `npm run bench:retention [-- 100000]`. A database of that many settled
 * messages is made, their texts and then the rest removed, while a small change is committed again and again, as mail does. Prints
 * JSON. Figures are of one run on one machine.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { percentile } from '../../src/evaluate/statistics.ts';
import { progressOn } from '../../src/evaluate/progress.ts';
import { newId } from '../../src/message/id.ts';
import { newDelivery } from '../../src/queue/new-delivery.ts';
import { applyRetention } from '../../src/privacy/retention.ts';
import { fingerprints } from '../../src/judge/language/fingerprint.ts';
import { recordAudits } from '../../src/store/audit.ts';
import { verifyAudit } from '../../src/store/audit-verify-store.ts';
import { bulkInsert } from '../../src/store/bulk-insert.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';
import { keysOf } from '../../src/store/gate-keys.ts';

const MESSAGES = Number(process.argv[2] ?? 100_000);
const DAY = 86_400_000;
const NOW = Date.now();
const BATCH = 100;

const folder = mkdtempSync(join(tmpdir(), 'presend-retention-'));
const path = join(folder, 'presend.db');
const database = new SqliteDatabase(path);
try {
  await database.migrate();
  await fill();
  const before = statSync(path).size;
  const texts = await measured({ bodies_days: 90, metadata_days: null });
  const rest = await measured({ bodies_days: 90, metadata_days: 100 });
  const began = performance.now();
  const log = await verifyAudit(database.db, { key: keysOf(database.db).audit() });
  process.stdout.write(
    `${JSON.stringify(
      {
        messages: MESSAGES,
        file_mb: Math.round(before / 1e6),
        texts,
        rest,
        audit: {
          entries: log.entries,
          faults: log.fault_count,
          seconds: round((performance.now() - began) / 1000),
        },
      },
      null,
      2,
    )}\n`,
  );
} finally {
  await database.close();
  rmSync(folder, { recursive: true });
}

/** Settled mail of the last half year, older than any text is kept. */
async function fill(): Promise<void> {
  await database.transact((trx) =>
    trx
      .insertInto('engines')
      .values({
        id: 'e1',
        name: 'e1',
        secret_hash: null,
        sender_domains: '[]',
        upstreams: '[]',
        mode: 'enforce',
        trusted_headers: 0,
        answer: null,
        decisions: null,
        loopback_without_auth: 0,
        created_at: NOW,
        updated_at: NOW,
      })
      .execute(),
  );
  const progress = progressOn(process.stderr, 'Messages made', MESSAGES);
  const text = 'Hello, would a short call about your backend team next week be useful? '.repeat(30);
  const prospect = JSON.stringify({
    prospect_id: 'p1',
    name: 'Somebody',
    thread: [],
    foreign: [],
    notes: text,
  });
  for (let at = 0; at < MESSAGES; at += BATCH) {
    const when = NOW - 180 * DAY + Math.floor((at / MESSAGES) * 60 * DAY);
    const ids = Array.from({ length: Math.min(BATCH, MESSAGES - at) }, () => newId(when));
    await database.transact(async (trx) => {
      await bulkInsert(
        trx,
        'messages',
        ids.map((id) => ({
          id,
          engine_id: 'e1',
          envelope_from: 'a@sender.example',
          params: '{}',
          message_id: `<${id}@x>`,
          subject: 'A subject',
          size: 3_000,
          received_at: when,
          origin: '{}',
          dedupe_key: null,
          scheduled_at: null,
          judged_at: when,
          answered_early: 0,
          lease_until: null,
          lease_token: 0,
          judge_attempts: 1,
        })),
      );
      await bulkInsert(
        trx,
        'bodies',
        ids.map((id) => ({
          message_id: id,
          revision: 0,
          raw: Buffer.from(`${text}${id}`),
          created_at: when,
          actor: 'engine',
        })),
      );
      const deliveries = ids.map((id, i) => ({
        ...newDelivery({
          id: `${id}-1`,
          messageId: id,
          engineId: 'e1',
          recipient: `person${at + i}@prospect.example`,
          internal: false,
          now: when,
        }),
        state: 'relayed' as const,
        note: '250 ok',
      }));
      for (let i = 0; i < deliveries.length; i += 50)
        await bulkInsert(trx, 'deliveries', deliveries.slice(i, i + 50));
      await bulkInsert(
        trx,
        'verdicts',
        ids.map((id) => ({
          delivery_id: `${id}-1`,
          created_at: when,
          decision: 'PASS' as const,
          hold_reason: null,
          rationale: 'No rule fired.',
          findings: '[]',
          notices: '[]',
          prospect,
          rubric_version: '1',
          adapter_version: null,
          adapter: null,
          latency_ms: 1,
        })),
      );
      await bulkInsert(
        trx,
        'attempts',
        ids.map((id) => ({
          delivery_id: `${id}-1`,
          kind: 'relay' as const,
          upstream: 'up',
          started_at: when,
          handover_at: when,
          finished_at: when,
          outcome: 'delivered' as const,
          response: '250 ok',
        })),
      );
      await bulkInsert(
        trx,
        'draft_texts',
        ids.map((id) => ({
          message_id: id,
          revision: 0,
          subject: 'A subject',
          body: text,
          headers: 'Subject: A subject',
          addresses: 'a@sender.example',
          text_key: null,
          template_key: null,
        })),
      );
      for (const action of ['accepted', 'judged', 'delivered'])
        await recordAudits(
          trx,
          ids.map((id) => ({
            at: when,
            actor: 'gate',
            subject: { type: 'delivery', id: `${id}-1` },
            action,
            detail: { from: 'received', to: 'relaying', note: 'No rule fired.' },
          })),
        );
    });
    progress.at(at);
  }
  progress.end();
}

async function measured(retention: { bodies_days: number | null; metadata_days: number | null }) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const waits: number[] = [];
  let over = false;
  const mail = (async () => {
    for (let i = 0; !over; i += 1) {
      const began = performance.now();
      await database.transact((trx) =>
        trx
          .insertInto('settings')
          .values({ key: 'bench', value: String(i) })
          .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: String(i) }))
          .execute(),
      );
      waits.push(performance.now() - began);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  const began = performance.now();
  const removed = await applyRetention({
    database,
    config: { retention: { ...retention, copies_days: null }, data_dir: folder },
    now: () => NOW,
    fingerprint: fingerprints,
    pause: () => new Promise((resolve) => setImmediate(resolve)),
  });
  const seconds = (performance.now() - began) / 1000;
  over = true;
  await mail;
  delay.disable();
  return {
    ...removed,
    seconds: round(seconds),
    per_second: Math.round((removed.texts + removed.messages) / seconds),
    stall_ms: {
      p50: round(delay.percentile(50) / 1e6),
      p99: round(delay.percentile(99) / 1e6),
      max: round(delay.max / 1e6),
    },
    commit_ms: {
      p50: round(percentile(waits, 50)),
      p99: round(percentile(waits, 99)),
      max: round(Math.max(...waits)),
    },
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
