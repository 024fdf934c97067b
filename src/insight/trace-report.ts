import type { SameText, TraceView, TracedDelivery } from './web-types.ts';

const time = (at: number): string => new Date(at).toISOString().replace('T', ' ').slice(0, 19);

/** A trace as Markdown, to be pasted into a ticket. Texts of the mail are set as code, so that nothing in them takes effect. */
export function traceReport(trace: TraceView): string {
  const { message, engine, deliveries, text, edits } = trace;
  return [
    `# Trace of message ${message.id}`,
    '',
    `- Subject: ${plain(message.subject ?? '(none)')}`,
    `- From: ${plain(message.from || '<>')}`,
    `- Engine: ${plain(engine.name)} (${engine.mode})`,
    `- Message-ID: ${plain(message.message_id_header ?? '(none)')}`,
    `- Received: ${time(message.received_at)} UTC`,
    '',
    '## Text',
    '',
    fenced(text),
    ...edits.flatMap((edit) => [
      '',
      `### As edited by ${plain(edit.actor)} at ${time(edit.at)} UTC`,
      '',
      fenced(edit.text),
    ]),
    ...deliveries.flatMap(deliveryLines),
    '',
    '## Who else got it',
    '',
    ...sameLines('The same text', trace.same_text),
    ...sameLines('The same template', trace.same_template),
    '',
  ].join('\n');
}

function deliveryLines({ id, recipient, state, verdict, story }: TracedDelivery): string[] {
  const findings = verdict?.findings ?? [];
  return [
    '',
    `## To ${plain(recipient)}: ${state} (${id})`,
    '',
    verdict
      ? `Verdict: **${verdict.decision ?? `hold, ${verdict.hold_reason}`}** – ${plain(verdict.rationale)} (rubric ${verdict.rubric_version || '–'}, adapter ${verdict.adapter_version ?? 'none'})`
      : 'Not judged.',
    ...findings.map(
      (finding) =>
        `- ${finding.rule} → ${finding.decision}: ${plain(finding.rationale)}${finding.spans
          .map(({ text }) => ` \`${text.replace(/[`\s]+/g, ' ')}\``)
          .join('')}`,
    ),
    ...(verdict?.prospect ? ['', 'Record as judged:', '', fenced(recordText(verdict.prospect))] : []),
    '',
    '| When (UTC) | Who | What |',
    '|---|---|---|',
    ...story.map(({ at, actor, words }) => `| ${time(at)} | ${plain(actor)} | ${plain(words)} |`),
  ];
}

/** The record without texts of threads and lists of peers, which say nothing about the person. */
function recordText(prospect: object): string {
  const { thread: _, foreign: __, peers: ___, ...facts } = prospect as Record<string, unknown>;
  return JSON.stringify(
    Object.fromEntries(
      Object.entries(facts).filter(
        ([, value]) => value !== null && !(Array.isArray(value) && value.length === 0),
      ),
    ),
    null,
    2,
  );
}

function sameLines(title: string, same: SameText | null): string[] {
  if (!same) return [`${title}: too little text to compare.`];
  if (same.total === 0) return [`${title}: nobody else.`];
  const states = same.by_state.map(({ state, count }) => `${count} ${state}`).join(', ');
  return [
    `${title}: ${same.more ? 'more than ' : ''}${same.total} other deliveries (${states}).`,
    ...same.items
      .slice(0, 20)
      .map(({ recipient, state, at }) => `- ${plain(recipient)}: ${state}, ${time(at)} UTC`),
  ];
}

/** Text on one line in which nothing is Markdown. */
function plain(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]<>#|!~]/g, String.raw`\$&`);
}

function fenced(text: string): string {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text.trimEnd()}\n${fence}`;
}
