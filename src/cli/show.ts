import type { Command } from 'commander';
import { readRaw, textRemoval } from '../queue/store.ts';
import { parseMail } from '../off-loop/mail.ts';
import { type DeliveryDetail, readDetails } from '../review/read.ts';
import { withExistingDatabase } from './context.ts';
import { printJson, printLine } from './output.ts';
import { printAdapter } from './print-adapter.ts';

const time = (at: number): string => new Date(at).toISOString().replace('T', ' ').slice(0, 19);

/** Prints everything about a delivery, or about each of a message: verdict, evidence, CRM snapshot, timeline. */
export async function showDetails(id: string, options: { json?: boolean }, command: Command): Promise<void> {
  await withExistingDatabase(command, async (database) => {
    const details = await readDetails(database.db, id);
    const withDraft = await Promise.all(
      details.map(async (detail) => {
        const removed = await textRemoval(database.db, detail.message.id);
        if (removed !== null) return { ...detail, draft: { subject: null, body: removed } };
        const raw = await readRaw(database.db, detail.message.id, detail.delivery.body_revision);
        const { draft } = await parseMail(raw);
        return { ...detail, draft };
      }),
    );
    if (options.json) return printJson(withDraft);
    withDraft.forEach((detail, i) => {
      if (i > 0) printLine('\n' + '═'.repeat(60) + '\n');
      print(detail);
    });
  });
}

function print(detail: DeliveryDetail & { draft: { subject: string | null; body: string } }): void {
  const { delivery, message, verdict, timeline, engine, draft } = detail;
  printLine(`Delivery   ${delivery.id}`);
  printLine(`State      ${delivery.state}${delivery.hold_reason ? ` (${delivery.hold_reason})` : ''}`);
  if (delivery.held_behind) printLine(`Behind     ${delivery.held_behind}`);
  printLine(`Engine     ${engine}`);
  printLine(`From       ${message.from || '<>'}`);
  printLine(`To         ${delivery.recipient}`);
  printLine(`Subject    ${draft.subject ?? '(none)'}`);
  printLine(`Message-ID ${message.message_id ?? '(none)'}`);
  printLine(`Received   ${time(message.received_at)} UTC, ${message.size} bytes`);
  printLine('\n── Mail ──');
  printLine(draft.body.trimEnd());
  printLine('\n── Verdict ──');
  if (verdict) printVerdict(verdict);
  else printLine('Not judged.');
  printLine('\n── Timeline ──');
  for (const entry of timeline) {
    const { from, to, note } = entry.detail as { from?: string; to?: string; note?: string };
    const change = from && to ? `${from} → ${to}` : '';
    printLine(
      `${time(entry.at)}  ${entry.action.padEnd(10)} ${change.padEnd(24)} ${entry.actor}${note ? `  ${note}` : ''}`,
    );
  }
}

function printVerdict(verdict: NonNullable<DeliveryDetail['verdict']>): void {
  printLine(`${verdict.decision ?? `HOLD (${verdict.hold_reason})`}: ${verdict.rationale}`);
  for (const finding of verdict.findings) {
    printLine(
      `  • ${finding.rule} → ${finding.decision}${finding.enforced ? '' : ' (observe only)'}: ${finding.rationale}`,
    );
    for (const span of finding.spans) printLine(`      "${span.text.replace(/\s+/g, ' ')}" (${span.part})`);
    for (const field of finding.fields) printLine(`      ${field.field} = ${JSON.stringify(field.value)}`);
  }
  for (const notice of verdict.notices) printLine(`  ◦ ${notice.kind}: ${notice.detail}`);
  printLine(
    `  judged in ${verdict.latency_ms.toFixed(1)} ms by rubric ${verdict.rubric_version || '–'}, adapter ${verdict.adapter_version ?? 'none'}`,
  );
  if (verdict.adapter) printAdapter(verdict.adapter);
  if (!verdict.prospect) return printLine('  The recipient is not in the CRM mirror.');
  const { thread, foreign, peers, available_signals, commitments, ...facts } = verdict.prospect;
  printLine('  CRM record as judged:');
  for (const [key, value] of Object.entries(facts)) {
    if (value !== null && !(Array.isArray(value) && value.length === 0))
      printLine(`      ${key}: ${JSON.stringify(value)}`);
  }
  printLine(
    `      thread messages: ${thread.length}, other threads' texts compared: ${foreign.length}, peers: ${peers.length}, commitments: ${commitments.length}`,
  );
  if (Object.keys(available_signals).length > 0)
    printLine(`      available_signals: ${JSON.stringify(available_signals)}`);
}
