import type { ProspectSnapshot } from '../crm/prospect.ts';
import type { Finding } from '../judge/verdict.ts';
import { escapeHtml } from '../message/escape-html.ts';
import {
  mailDate,
  message,
  messageIdFor,
  multipart,
  originalPart,
  plainLine,
  rawHeader,
  textHeader,
  textPart,
} from '../message/mime-writer.ts';

/** Everything a forward is made of. Texts may come from the draft or the CRM: they are untrusted here. */
export interface ForwardInput {
  deliveryId: string;
  hostname: string;
  /** Address of the gate, the From. */
  from: string;
  /** The account owner. */
  to: string;
  /**
   * Where the owner's answer goes, usually the reviewers; null = `from`. Never the prospect: an answer quotes what
   * is said about them.
   */
  replyTo: string | null;
  /** Time of the escalation, milliseconds since the epoch. Not of the attempt: a retry is the same mail. */
  at: number;
  /** Name of the engine that wanted to write. */
  engine: string;
  /** The prospect's address, as in the envelope. */
  recipient: string;
  subject: string | null;
  prospect: ProspectSnapshot | null;
  rationale: string;
  findings: readonly Finding[];
  /** Signed links to act with; only http and https ones are shown. */
  links: readonly { label: string; url: string }[];
  /** The original, attached byte for byte. */
  raw: Buffer;
}

interface Content {
  title: string;
  intro: string;
  reasons: string[];
  record: [string, string][];
  links: { label: string; url: string }[];
  footer: string;
}

/**
 * The mail that hands a draft to the account owner. The same input gives the same bytes and a Message-ID derived
 * from the delivery, so a forward sent twice shows up once in most mailboxes.
 */
export function composeForward(input: ForwardInput): Buffer {
  const content = contentOf(input);
  const headers = [
    rawHeader('From', `presend <${input.from}>`),
    rawHeader('To', `<${input.to}>`),
    ...(input.replyTo === null ? [] : [rawHeader('Reply-To', `<${input.replyTo}>`)]),
    textHeader('Subject', content.title),
    rawHeader('Date', mailDate(input.at)),
    rawHeader('Message-ID', messageIdFor(input.deliveryId, 'forward', input.hostname)),
    // RFC 3834 5; the second keeps vacation notices of Exchange away.
    'Auto-Submitted: auto-generated',
    'X-Auto-Response-Suppress: All',
  ];
  const body = multipart(
    'alternative',
    [textPart('plain', asText(content)), textPart('html', asHtml(content))],
    `${input.deliveryId}.text`,
  );
  const draft = originalPart(input.raw, 'attachment; filename="draft.eml"');
  return message(headers, multipart('mixed', [body, draft], input.deliveryId));
}

function contentOf(input: ForwardInput): Content {
  const { prospect, recipient, engine } = input;
  const name = plainLine(prospect?.name ?? recipient);
  const company = prospect?.company ? `, ${plainLine(prospect.company)}` : '';
  const reasons = input.findings.map((finding) => {
    const note = finding.enforced ? '' : ' (observed only)';
    return `${finding.rule}, ${finding.decision}${note}: ${plainLine(finding.rationale)}`;
  });
  return {
    title: `For you: ${plainLine(engine, 60)} wanted to write to ${name}${company}`,
    intro:
      `${plainLine(engine)} wanted to send a mail to ${name} <${plainLine(recipient)}>${company}, ` +
      `subject "${plainLine(input.subject ?? '(no subject)')}". It was not sent and is yours now. The draft is attached.`,
    reasons: reasons.length > 0 ? reasons : [plainLine(input.rationale)],
    record: prospect ? recordOf(prospect) : [['Record', 'none: the address is not in the CRM mirror']],
    links: input.links
      .filter((link) => /^https?:\/\//i.test(link.url) && URL.canParse(link.url))
      .map((link) => ({ label: plainLine(link.label, 80), url: new URL(link.url).href })),
    footer: `Delivery ${plainLine(input.deliveryId)}`,
  };
}

/** What the record says, empty fields left out. */
function recordOf(prospect: ProspectSnapshot): [string, string][] {
  const funding = [
    prospect.funding_stage,
    prospect.funding_amount_usd?.toLocaleString('en-US'),
    prospect.funding_confidence,
  ];
  const fields: [string, string | number | null | undefined][] = [
    ['Name', prospect.name],
    ['Title', prospect.title ?? prospect.recipient_role],
    ['Company', prospect.company],
    ['Headcount', prospect.headcount],
    ['Place', [prospect.city, prospect.country].filter(Boolean).join(', ')],
    ['Industry', prospect.industry],
    ['Funding', funding.filter(Boolean).join(', ')],
    ['Regulated', prospect.regulated],
    ['Disqualifiers', prospect.disqualifiers.join(', ')],
    ['Opted out of', prospect.opt_out_channels.join(', ')],
    ['Account owner', prospect.account_owner],
    ['Messages so far', prospect.thread.length || null],
    ['Record changed', prospect.updated_at],
  ];
  return fields.flatMap(([label, value]) =>
    value === null || value === undefined || value === ''
      ? []
      : [[label, plainLine(String(value))] as [string, string]],
  );
}

function asText({ intro, reasons, record, links, footer }: Content): string {
  return [
    intro,
    '',
    'Why:',
    ...reasons.map((reason) => `- ${reason}`),
    '',
    'The record:',
    ...record.map(([label, value]) => `- ${label}: ${value}`),
    ...(links.length > 0
      ? ['', 'What you can do:', ...links.map((link) => `- ${link.label}: ${link.url}`)]
      : []),
    '',
    footer,
    '',
  ].join('\n');
}

function asHtml({ title, intro, reasons, record, links, footer }: Content): string {
  const list = (items: string[]): string => `<ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>`;
  const rows = record.map(
    ([label, value]) => `<tr><th align="left">${escapeHtml(label)}</th><td>${escapeHtml(value)}</td></tr>`,
  );
  const actions = links.map((link) => `<a href="${escapeHtml(link.url)}">${escapeHtml(link.label)}</a>`);
  return [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title></head><body>`,
    `<p>${escapeHtml(intro)}</p>`,
    `<h3>Why</h3>${list(reasons.map(escapeHtml))}`,
    `<h3>The record</h3><table>${rows.join('')}</table>`,
    ...(actions.length > 0 ? [`<h3>What you can do</h3>${list(actions)}`] : []),
    `<p>${escapeHtml(footer)}</p>`,
    '</body></html>',
    '',
  ].join('\n');
}
