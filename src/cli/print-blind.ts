import type { BlindMail, BlindRecord, ItemView } from '../kill-switch/spot-check/web-types.ts';
import type { Commitment } from '../crm/prospect.ts';

/** A mail and the record it was judged with, as text, without anything the judge made of it. */
export function blindText({ mail, record }: Pick<ItemView, 'mail' | 'record'>): string {
  return [
    ...(mail ? mailLines(mail) : ['The mail is not kept any more.']),
    '',
    ...(record ? recordLines(record) : ['The record is not kept any more.']),
  ].join('\n');
}

function mailLines({ from, to, subject, body, attachments, received_at }: BlindMail): string[] {
  return [
    `From     ${from || '<>'}`,
    `To       ${to}`,
    `Subject  ${subject ?? '(none)'}`,
    `Received ${new Date(received_at).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    ...(attachments.length > 0 ? [`Attached ${attachments.join(', ')}`] : []),
    '',
    body.trimEnd(),
  ];
}

function recordLines({
  thread,
  foreign,
  peers,
  commitments,
  available_signals: signals,
  ...facts
}: BlindRecord): string[] {
  const known = Object.entries(facts).filter(
    ([, value]) => value !== null && value !== undefined && !(Array.isArray(value) && value.length === 0),
  );
  return [
    '── CRM record as it was judged ──',
    ...known.map(
      ([field, value]) => `${field}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
    ),
    ...(Object.keys(signals).length > 0 ? [`available_signals: ${JSON.stringify(signals)}`] : []),
    ...section('Commitments', commitments.map(commitmentLine)),
    ...section(
      'Thread so far',
      thread.map(({ direction, person, at, text }) => said(direction, person, at, text)),
    ),
    ...section(
      'Other threads',
      foreign.map(
        ({ source, direction, at, text }) => `[${source}] ${said(direction ?? 'in', null, at ?? '', text)}`,
      ),
    ),
    ...section(
      'Peers known',
      peers.map(({ name, city, industry }) => [name, city, industry].filter(Boolean).join(', ')),
    ),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`── ${title} ──`, ...lines.map((line) => `• ${line}`)];
}

function commitmentLine({ subject, type, starts, ends, note }: Commitment): string {
  const time = `${starts ?? 'running'} to ${ends ?? 'open'}`;
  return `${subject}: ${type}, ${time}${note === null ? '' : ` (${note})`}`;
}

function said(direction: 'in' | 'out', person: string | null, at: string, text: string): string {
  const who = direction === 'in' ? `from ${person ?? 'them'}` : `to ${person ?? 'them'}`;
  return `${at.slice(0, 10)} ${who}: ${text.trim()}`;
}
