import type {
  AdapterTally,
  BacktestChange,
  BacktestSummary,
  LabelledCount,
  NotComparable,
} from '../evaluate/backtest-types.ts';
import { counted } from '../message/counted.ts';
import { printLine, printTable } from './output.ts';

const WHY: Record<NotComparable, string> = {
  rubric_unknown: 'judged by a rubric whose text is not kept',
  rules_changed: 'come out otherwise even under the rubric they were judged by',
  judge_failed: 'the judge had failed on them',
  unreadable: 'cannot be read any more',
  adapter_unavailable: 'could not be put to the other adapter',
};

/** Prints what a backtest found, for people. */
export function printSummary(summary: BacktestSummary): void {
  const { messages, messages_judged, sampled, partial, deliveries, comparable, not_comparable } = summary;
  const seconds = (summary.took_ms / 1000).toFixed(1);
  const part = sampled ? `, a random sample of ${messages}` : partial ? `, of ${messages}` : '';
  printLine(
    `${counted(deliveries, 'delivery', 'deliveries')} of ${counted(messages_judged, 'message')} judged again${part} (${seconds} s).`,
  );
  if (partial) printLine('Ended by hand: the figures are of what was judged until then.');
  for (const [why, n] of Object.entries(not_comparable)) {
    printLine(`Not comparable: ${n} ${WHY[why as NotComparable]}.`);
  }
  if (summary.adapter) printAdapter(summary.adapter);
  if (deliveries === 0) return;
  printTransitions(summary);
  printRuleChanges(summary);
  printLine(`Of ${comparable} comparable, by rule:`);
  printTable(
    ['RULE', 'FIRES NOW', 'WOULD FIRE', 'DECIDES NOW', 'WOULD DECIDE'],
    summary.rules.map((tally) => [
      tally.rule,
      String(tally.fired_before),
      String(tally.fired_after),
      String(tally.decided_before),
      String(tally.decided_after),
    ]),
  );
}

function printTransitions({ transitions, same_action }: BacktestSummary): void {
  if (transitions.length === 0) printLine('None of them would have gone another way.');
  for (const { from, to, count: n, labels, adapter_unasked } of transitions) {
    const told = Object.entries(labels).filter(([, number]) => number > 0);
    const labelled = told.map(([label, number]) => `${number} ${label.replace('_', ' ')}`).join(', ');
    printLine(
      `${n} × ${from} → ${to}${labelled ? `; reviewers had called the judge: ${labelled}` : ''}${adapter_unasked ? `; ${adapter_unasked} were never read by the adapter, which may still hold them` : ''}`,
    );
  }
  if (same_action > 0) printLine(`${same_action} would go the same way for another reason.`);
}

function printRuleChanges({ rule_changes }: BacktestSummary): void {
  if (rule_changes.length === 0) return;
  printLine('By rule, with what reviewers had said:');
  printTable(
    ['RULE', 'WOULD RELEASE', 'WOULD STOP', 'OTHERWISE'],
    rule_changes.map(({ rule, released, stopped, otherwise }) => [
      rule,
      labelledCell(released, 'wrongly stopped', 'rightly stopped'),
      labelledCell(stopped, 'wrongly relayed', 'rightly relayed'),
      labelledCell(otherwise, 'wrong', 'right'),
    ]),
  );
}

/** "12 (9 wrongly stopped, 1 rightly stopped)" */
function labelledCell({ count, right, wrong, not_sure }: LabelledCount, bad: string, good: string): string {
  const told = [
    ...(wrong > 0 ? [`${wrong} ${bad}`] : []),
    ...(right > 0 ? [`${right} ${good}`] : []),
    ...(not_sure > 0 ? [`${not_sure} not sure`] : []),
  ];
  if (count === 0) return '–';
  return told.length === 0 ? `${count} (none labelled)` : `${count} (${told.join(', ')})`;
}

function printAdapter(tally: AdapterTally): void {
  const { name, version, mode, asked, trouble, compared, changed, readings, latency } = tally;
  const times = latency ? `; p50 ${Math.round(latency.p50_ms)} ms, p95 ${Math.round(latency.p95_ms)} ms` : '';
  printLine(`${version} was asked about ${counted(asked, 'delivery', 'deliveries')}${times}.`);
  for (const [kind, n] of Object.entries(trouble)) printLine(`No reading: ${n} ${kind.replace('_', ' ')}.`);
  if (mode === 'shadow') {
    printLine(
      `It was never calibrated, so its readings are told and change nothing: presend models calibrate ${name} --cases FILE`,
    );
  }
  const differing = readings.filter(({ from, to }) => from !== to && from !== 'none' && to !== 'none');
  printLine(
    compared === 0
      ? 'None of them had been read by an adapter before, so there is no reading to compare with.'
      : `Of ${compared} that had been read before, ${changed} ${changed === 1 ? 'reads' : 'read'} otherwise${changed > 0 ? `: ${differing.map(({ from, to, count }) => `${count} × ${from} → ${to}`).join(', ')}` : ''}.`,
  );
}

/** Every delivery that differs. */
export function printChanges(changes: readonly BacktestChange[]): void {
  printLine();
  printTable(
    ['DELIVERY', 'RECIPIENT', 'WAS', 'WOULD BE', 'LABEL', 'WHY'],
    changes.map(({ delivery_id, recipient, before, after, label }) => [
      delivery_id,
      recipient,
      `${before.action} ${before.reason ?? ''}`.trim(),
      `${after.action} ${after.reason ?? ''}`.trim(),
      label ?? '–',
      after.action === 'relay' ? before.rationale : after.rationale,
    ]),
  );
}
