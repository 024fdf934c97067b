import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recheckRecord } from '../../src/crm/recheck.ts';
import { findProspect, snapshot } from '../../src/crm/snapshot.ts';
import { findThread } from '../../src/crm/threads.ts';
import { draftFromText } from '../../src/evaluate/context.ts';
import { judgeByRules } from '../../src/judge/judge.ts';
import { loadRubric } from '../../src/judge/rubric.ts';
import { fingerprints } from '../../src/judge/language/fingerprint.ts';
import { SqliteDatabase } from '../../src/store/sqlite-database.ts';
import { address, seedMirror, textOf } from './crm-mirror.ts';

export const LOOKUPS = 3000;
const WARM_UP = 300;
const rubric = loadRubric(join(import.meta.dirname, '../../config/rubric.yaml'));

/** Milliseconds that a verdict by rules and its parts take with so many prospects and thread messages in the mirror. */
export async function measureVerdicts(rows: number) {
  const folder = mkdtempSync(join(tmpdir(), 'presend-bench-crm-'));
  const path = join(folder, 'presend.db');
  try {
    const empty = new SqliteDatabase(path);
    await empty.migrate();
    await empty.close();
    const began = performance.now();
    seedMirror(path, rows);
    const seeded = performance.now() - began;
    const database = new SqliteDatabase(path);
    const times = {
      cpu: [] as number[],
      find_and_snapshot: [] as number[],
      judge: [] as number[],
      verdict: [] as number[],
      recheck: [] as number[],
      one_row: [] as number[],
    };
    let foreign = 0;
    for (let n = 0; n < LOOKUPS + WARM_UP; n += 1) {
      const i = (n * 7919 * 31) % rows;
      // A mail of the campaign that also carries a passage of a stranger's thread.
      const draft = `${textOf(i)} ${textOf((i + 977) % rows).slice(130, 260)}`;
      const hashes = [1, ...fingerprints(draft)];
      const cpu = process.cpuUsage();
      const start = performance.now();
      const found = await findProspect(database.db, { address: address(i), prospectIdHint: null });
      if (!found) throw new Error(`${address(i)} is not there`);
      const threadId = await findThread(database.db, {
        prospectId: found.prospect.id,
        prospectThreadId: found.prospect.thread_id,
        inReplyTo: `<${i}@bench.example>`,
        references: [],
        threadIdHint: null,
      });
      const taken = await snapshot(database.db, {
        found,
        address: address(i),
        threadId,
        names: [`Peer ${i % 2000}`, 'Nobody'],
        fingerprints: hashes,
        today: '2026-03-01',
      });
      const looked = performance.now();
      judgeByRules({
        draft: draftFromText(`Hi Person ${i},\n\n${draft}\n\nBest,\nMara`, 'Your hiring plans'),
        prospect: taken,
        channel: 'email',
        today: '2026-03-01',
        rubric,
      });
      const middle = performance.now();
      const spent = process.cpuUsage(cpu);
      await recheckRecord(database.db, { address: address(i), prospectId: `p${i}` });
      const end = performance.now();
      // The same moment's cost of one row by primary key: what a busy machine adds shows here too.
      await database.db.selectFrom('prospects').select('id').where('id', '=', `p${i}`).execute();
      const after = performance.now();
      if (n < WARM_UP) continue;
      foreign += taken.foreign.length;
      times.find_and_snapshot.push(looked - start);
      times.judge.push(middle - looked);
      times.verdict.push(middle - start);
      times.cpu.push((spent.user + spent.system) / 1000);
      times.recheck.push(end - middle);
      times.one_row.push(after - end);
    }
    await database.close();
    return {
      prospects: rows,
      thread_messages: rows,
      database_mb: Math.round(statSync(path).size / 2 ** 20),
      seed_seconds: Math.round(seeded / 1000),
      foreign_per_snapshot: Math.round((foreign / LOOKUPS) * 10) / 10,
      // Look-up, snapshot and all ten rules: what a mail waits for.
      verdict_ms: percentiles(times.verdict),
      judge_ms: percentiles(times.judge),
      find_and_snapshot_ms: percentiles(times.find_and_snapshot),
      // Processor time of the same, collector threads included: free of waiting for a busy machine.
      verdict_cpu_ms: percentiles(times.cpu),
      recheck_ms: percentiles(times.recheck),
      one_row_ms: percentiles(times.one_row),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function percentiles(times: number[]): { p50: number; p99: number; max: number } {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number): number =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0) * 1000) / 1000;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}
