import type { StoredVerdict } from '../../src/pipeline/verdict-store.ts';
import type { Finding } from '../../src/judge/verdict.ts';
import type { Decision } from '../../src/message/types.ts';
import type { DeliveryView, QueueItem } from '../../src/review/web-types.ts';

const HOUR = 3_600_000;

/** A mail of the stand-in: what its list row and its page say. */
export interface FakeMail {
  id: string;
  to: string;
  name: string | null;
  company: string;
  engine?: string;
  subject: string;
  /** As judged; findings quote it. */
  body: string;
  html?: string | null;
  reason: string;
  decision: Decision | null;
  rationale: string;
  /** Rule, words of the body or subject it is about, CRM fields as judged and today. */
  findings?: {
    rule: Finding['rule'];
    words: string[];
    rationale: string;
    fields?: [string, unknown, unknown?][];
  }[];
  adapter?: Record<Decision, number>;
  heldHoursAgo?: number;
  dueInHours?: number;
  more?: Partial<QueueItem>;
  view?: Partial<DeliveryView>;
}

const RULE_DECISION: Record<string, Decision> = {
  c_level: 'ESCALATE',
  opt_out: 'SUPPRESS',
  disqualifier: 'SUPPRESS',
  generic_peers: 'PENALISE',
  funding_tier: 'PENALISE',
  regulated_caveat: 'PENALISE',
};

function spanOf(mail: FakeMail, words: string) {
  const at = mail.body.indexOf(words);
  if (at !== -1) return { part: 'body' as const, start: at, end: at + words.length, text: words };
  const inSubject = mail.subject.indexOf(words);
  if (inSubject === -1) throw new Error(`${mail.id} does not say "${words}"`);
  return { part: 'subject' as const, start: inSubject, end: inSubject + words.length, text: words };
}

export function fakeItem(mail: FakeMail, now: number): QueueItem {
  const held = now - (mail.heldHoursAgo ?? 2) * HOUR;
  const dueIn = mail.dueInHours ?? 70;
  return {
    id: mail.id,
    message_id: `m-${mail.id}`,
    engine: mail.engine ?? 'outbound-west',
    recipient: mail.to,
    recipient_name: mail.name,
    prospect_id: `p-${mail.id}`,
    company: { id: `c-${mail.company}`, name: mail.company },
    subject: mail.subject,
    state: 'held',
    decision: mail.decision,
    reason: mail.reason,
    rationale: mail.rationale,
    received_at: held - 1000,
    held_at: held,
    due_at: now + dueIn * HOUR,
    due: dueIn <= 4 ? 'red' : dueIn <= 24 ? 'amber' : 'ok',
    assigned: null,
    snoozed_until: null,
    opened: false,
    comments: mail.view?.comments?.length ?? 0,
    approvals: null,
    cause: null,
    undo_until: null,
    version: 1,
    ...mail.more,
  };
}

export function fakeVerdict(mail: FakeMail, now: number): StoredVerdict {
  return {
    created_at: now,
    decision: mail.decision,
    hold_reason: mail.decision === null ? (mail.reason as StoredVerdict['hold_reason']) : null,
    rationale: mail.rationale,
    findings: (mail.findings ?? []).map((finding) => ({
      rule: finding.rule,
      decision: RULE_DECISION[finding.rule] ?? 'BLOCK',
      enforced: true,
      rationale: finding.rationale,
      spans: finding.words.map((words) => spanOf(mail, words)),
      fields: (finding.fields ?? []).map(([field, value]) => ({ field, value })),
    })),
    notices: [{ kind: 'no_unsubscribe', detail: 'The mail has no List-Unsubscribe header.' }],
    prospect: null,
    rubric_version: '2026-11-20',
    adapter_version: mail.adapter ? 'presend-judge-1' : null,
    adapter: mail.adapter
      ? {
          version: 'presend-judge-1',
          mode: 'active',
          probabilities: mail.adapter,
          mass: 0.998,
          decision: 'BLOCK',
          latency_ms: 412,
          trimmed: [],
          rationale: 'The draft states a funding round as fact that the record is not sure of.',
        }
      : null,
    latency_ms: 418,
  };
}

export function fakeView(mail: FakeMail, item: QueueItem, now: number): DeliveryView {
  const evidence = (mail.findings ?? []).flatMap(({ fields = [] }) =>
    fields.map(([field, as_judged, today]) => ({
      field,
      as_judged,
      today: today === undefined ? as_judged : today,
      changed: today !== undefined,
      comparable: true,
    })),
  );
  const quote = mail.body.indexOf('\n> ');
  return {
    item,
    envelope_from: 'bounce@sender.example',
    message_id_header: `<${mail.id}@sender.example>`,
    companions: [],
    mail: {
      revision: 0,
      revisions: [{ revision: 0, at: item.received_at, actor: item.engine }],
      subject: mail.subject,
      from: 'Ann Weber <ann@sender.example>',
      to: mail.name ? `${mail.name} <${mail.to}>` : mail.to,
      cc: null,
      reply_to: null,
      date: new Date(item.received_at).toUTCString(),
      html: mail.html ?? null,
      text: mail.body,
      draft: {
        subject: mail.subject,
        body: mail.body,
        segments:
          quote === -1
            ? []
            : [
                { kind: 'new', start: 0, end: quote },
                { kind: 'quote', start: quote, end: mail.body.length },
              ],
        hidden: [],
        links: [],
      },
      headers: [
        { name: 'From', value: 'Ann Weber <ann@sender.example>' },
        { name: 'To', value: mail.to },
        { name: 'Subject', value: mail.subject },
        { name: 'Message-ID', value: `<${mail.id}@sender.example>` },
        { name: 'X-Mailer', value: 'outbound 4.2' },
      ],
      attachments: [],
      inline: {},
      editable_text: mail.body,
      size: 2_431,
    },
    verdict: fakeVerdict(mail, now),
    verdicts: [],
    evidence,
    prospect_exists: true,
    account_owner: 'owner@sender.example',
    thread: [],
    company_threads: [],
    similar: { released: 0, rejected: 0, escalated: 0, items: [] },
    comments: [],
    timeline: [
      { at: item.received_at, actor: item.engine, action: 'accepted', detail: {} },
      { at: item.held_at ?? now, actor: 'presend', action: 'held', detail: {} },
    ],
    attempts: [],
    labels: [],
    damage: [],
    viewers: [],
    allowed: {
      release: { ok: true },
      reject: { ok: true },
      escalate: { ok: true },
      edit: { ok: true },
      snooze: { ok: true },
      claim: { ok: true },
      comment: { ok: true },
    },
    ...mail.view,
  };
}

const FUNDING_BODY =
  'Hi Maria,\n\nCongratulations on the $40M Series B that Northwind closed last month! Teams at that stage usually need to double their engineering capacity within two quarters.\n\nWe have a bench of six senior backend engineers who could start on Monday. Would a short call on Thursday be useful?\n\nBest,\nAnn\n\n> On 12 Nov, Maria Lopez wrote:\n> Thanks, let us talk again after the board meeting.';

/** The queue as a reviewer would find it on a Tuesday morning. */
export const MAILS: FakeMail[] = [
  {
    id: 'd01',
    to: 'maria.lopez@northwind.example',
    name: 'Maria Lopez',
    company: 'Northwind Labs',
    subject: 'Congratulations on your Series B',
    body: FUNDING_BODY,
    html: `<html><head><style>p{margin:0 0 14px}.cta{background:#1d4f91;color:#fff;padding:8px 14px;border-radius:4px;text-decoration:none}</style></head><body style="font-family:Georgia,serif">
<p>Hi Maria,</p>
<p>Congratulations on the <b>$40M</b>
   <i>Series&nbsp;B</i> that Northwind closed last month! Teams at that stage usually need to double their engineering capacity within two quarters.</p>
<p>We have a bench of <span>six senior </span><span>backend engineers</span> who could start on Monday. Would a short call on Thursday be useful?</p>
<p><a class="cta" href="https://sender.example/book?x=1">Book a call</a></p>
<p>Best,<br>Ann</p>
<img src="https://track.example/open.gif?id=1" width="1" height="1" alt="">
<blockquote>On 12 Nov, Maria Lopez wrote:<br>Thanks, let us talk again after the board meeting.</blockquote></body></html>`,
    reason: 'low_confidence_funding',
    decision: 'BLOCK',
    rationale: 'States a $40M Series B as fact; the CRM has low confidence in it.',
    findings: [
      {
        rule: 'low_confidence_funding',
        words: ['$40M Series B'],
        rationale: 'A funding round is stated as fact while the CRM has low confidence in it.',
        fields: [
          ['funding_confidence', 'low', 'high'],
          ['funding_stage', 'series_b'],
          ['funding_amount_usd', 40_000_000],
        ],
      },
      {
        rule: 'prior_commitment',
        words: ['six senior backend engineers who could start on Monday'],
        rationale: 'The backend bench is reserved until 15 January; the draft promises it without saying so.',
        fields: [['prior_commitments', { subject: 'backend bench', type: 'reserved', ends: '2027-01-15' }]],
      },
    ],
    adapter: { SUPPRESS: 0.004, ESCALATE: 0.011, BLOCK: 0.913, PENALISE: 0.052, PASS: 0.02 },
    heldHoursAgo: 20,
    dueInHours: 3,
    more: { comments: 1 },
    view: {
      thread: [
        {
          thread_id: 't1',
          direction: 'out',
          person: 'Maria Lopez',
          role: null,
          at: Date.now() - 20 * 24 * HOUR,
          text: 'Hi Maria, would more engineering capacity help with the migration you wrote about?',
        },
        {
          thread_id: 't1',
          direction: 'in',
          person: 'Maria Lopez',
          role: 'VP Engineering',
          at: Date.now() - 15 * 24 * HOUR,
          text: 'Thanks, let us talk again after the board meeting.',
        },
      ],
      company_threads: [
        {
          thread_id: 't2',
          direction: 'in',
          person: 'Tom Reed',
          role: 'CFO',
          at: Date.now() - 9 * 24 * HOUR,
          text: 'We are not sharing numbers of the round yet.',
        },
      ],
      similar: {
        released: 3,
        rejected: 7,
        escalated: 1,
        items: [
          {
            id: 'd90',
            recipient: 'li@acme.example',
            subject: 'Congratulations on your Series A',
            act: 'reject',
            label: 'right',
            by: 'ben.miller@presend.example',
            at: Date.now() - 50 * HOUR,
            likeness: 0.91,
          },
        ],
      },
      comments: [
        {
          id: 1,
          at: Date.now() - 2 * HOUR,
          by: { id: 'u2', name: 'Ben Miller' },
          text: 'Tom said the round is not public. I would take the number out.',
        },
      ],
    },
  },
  {
    id: 'd02',
    to: 'cto@hugecorp.example',
    name: 'Priya Natarajan',
    company: 'HugeCorp',
    engine: 'outbound-east',
    subject: 'Platform capacity for HugeCorp',
    body: 'Hi Priya,\n\nas CTO you decide how platform work is staffed. Could we show you how three of your peers did it?\n\nAnn',
    reason: 'c_level',
    decision: 'ESCALATE',
    rationale: 'CTO at a company of 5,400 people: an account executive should write.',
    findings: [
      {
        rule: 'c_level',
        words: ['as CTO'],
        rationale: 'The recipient is C-level and the headcount is over 2,000.',
        fields: [
          ['recipient_role', 'CTO'],
          ['headcount', 5400],
        ],
      },
    ],
    heldHoursAgo: 9,
    dueInHours: 15,
    more: { assigned: { id: 'u2', name: 'Ben Miller' } },
  },
  {
    id: 'd03',
    to: 'jo@regbank.example',
    name: 'Jo Park',
    company: 'Regbank',
    subject: 'Live in two weeks',
    body: 'Hi Jo,\n\nwe can have your reporting pipeline live in two weeks. Shall we start on Monday?\n\nAnn',
    reason: 'regulated_caveat',
    decision: 'PENALISE',
    rationale: 'Promises a timeline to a regulated bank without the compliance caveat.',
    findings: [
      {
        rule: 'regulated_caveat',
        words: ['live in two weeks'],
        rationale: 'A timeline for a regulated prospect lacks the required caveat.',
        fields: [['regulated', 'finance']],
      },
    ],
    heldHoursAgo: 6,
  },
  {
    id: 'd04',
    to: 'sam@unknownco.example',
    name: null,
    company: 'unknownco.example',
    subject: 'Engineering capacity',
    body: 'Hello Sam,\n\nwould a short call next week be useful?\n\nAnn',
    reason: 'unknown_recipient',
    decision: null,
    rationale: 'The CRM mirror has no record of this recipient.',
    heldHoursAgo: 5,
    more: { approvals: { given: [{ id: 'u2', name: 'Ben Miller' }], needed: 1 } },
  },
  {
    id: 'd05',
    to: 'eva@kestrel.example',
    name: 'Eva Brandt',
    company: 'Kestrel',
    engine: 'outbound-east',
    subject: 'Companies like yours',
    body: 'Hi Eva,\n\ncompanies such as Acme Corp and Example Inc already work with us.\n\nAnn',
    reason: 'generic_peers',
    decision: 'PENALISE',
    rationale: 'Names placeholder companies as peers.',
    findings: [
      {
        rule: 'generic_peers',
        words: ['Acme Corp', 'Example Inc'],
        rationale: 'The peers named are placeholders.',
        fields: [],
      },
    ],
    heldHoursAgo: 4,
    more: { snoozed_until: Date.now() + 20 * HOUR },
  },
  {
    id: 'd06',
    to: 'noor@stale.example',
    name: 'Noor Haddad',
    company: 'Stale Systems',
    subject: 'Your hiring plans',
    body: 'Hi Noor,\n\nwould a short call about your hiring plans be useful?\n\nAnn',
    reason: 'stale_record',
    decision: null,
    rationale: 'The CRM record was last changed 190 days ago.',
    heldHoursAgo: 3,
    more: { cause: 'stale' },
  },
];

/** Many more of one kind, for long lists. */
export function manyMails(count: number): FakeMail[] {
  return Array.from({ length: count }, (_, index) => {
    const n = String(index + 1).padStart(3, '0');
    return {
      id: `n${n}`,
      to: `person${n}@company${n}.example`,
      name: `Person ${n}`,
      company: `Company ${n}`,
      subject: `Capacity for company ${n}`,
      body: `Hi Person ${n},\n\nyour $${index + 5}M Series A is impressive. Would a call be useful?\n\nAnn`,
      html: `<p>Hi Person ${n},</p><p>your <b>$${index + 5}M</b> Series A is impressive. Would a call be useful?</p><p>Ann</p>`,
      reason: index % 3 === 0 ? 'stale_record' : 'low_confidence_funding',
      decision: index % 3 === 0 ? null : ('BLOCK' as const),
      rationale:
        index % 3 === 0 ? 'The CRM record was last changed 190 days ago.' : 'States a funding round as fact.',
      findings:
        index % 3 === 0
          ? []
          : [
              {
                rule: 'low_confidence_funding' as const,
                words: [`$${index + 5}M Series A`],
                rationale: 'Stated as fact.',
                fields: [],
              },
            ],
      heldHoursAgo: 40 - index * 0.1,
    };
  });
}
