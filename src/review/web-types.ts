/**
 * What the review part of the browser API takes and gives. Types only: the browser app imports them too. Times are
 * milliseconds since the epoch.
 */
import type { BrandDamageReport, ListedReport } from '../kill-switch/brand-damage-store.ts';
import type { StoredVerdict } from '../pipeline/verdict-store.ts';
import type { DeliveryState } from '../message/disposition.ts';
import type { RuleName } from '../judge/verdict.ts';
import type { DamageResult } from './brand-damage.ts';
import type { Decision, HiddenText, Link, Segment } from '../message/types.ts';

export type Label = 'right' | 'wrong' | 'not_sure';

/** A person as others see them. */
export interface Person {
  id: string;
  name: string;
}

/** `GET /people`: whom a delivery can be assigned to. */
export type Assignable = Person;

/** `amber`: due within a day, `red`: within four hours or over. */
export type DueTone = 'ok' | 'amber' | 'red';

/** One held (or otherwise listed) delivery in the queue. */
export interface QueueItem {
  id: string;
  message_id: string;
  engine: string;
  recipient: string;
  recipient_name: string | null;
  prospect_id: string | null;
  company: { id: string; name: string } | null;
  subject: string | null;
  state: DeliveryState;
  decision: Decision | null;
  /** Rule or hold reason; null for what was never stopped. */
  reason: string | null;
  /** One sentence. */
  rationale: string | null;
  received_at: number;
  /** When it was last held; null when it is not held. Snoozing and a new verdict do not change it. */
  held_at: number | null;
  /** When the hold expires. */
  due_at: number | null;
  due: DueTone;
  assigned: Person | null;
  snoozed_until: number | null;
  /** Whether the asking account opened it, at its present text; bulk release asks for that. */
  opened: boolean;
  comments: number;
  /** Four-eyes: who approved a release so far, and how many more are needed. Null where one person is enough. */
  approvals: { given: Person[]; needed: number } | null;
  /** Groups what was held for one cause (`GET /queue/causes`). */
  cause: string | null;
  /** While a release can still be undone. */
  undo_until: number | null;
  /** Changes with every change of the delivery; an act repeats it, so that nobody acts on what they did not see. */
  version: number;
}

/** `GET /queue`. Filters are strings in the URL of the app as well, under the same names. */
export interface QueueQuery {
  /** Comma-separated; default `held`. `all` = every state. */
  state?: string;
  /** Rule or hold reason, comma-separated. */
  reason?: string;
  engine?: string;
  /** `me`, `none` or a user's id. */
  assigned?: string;
  /** `0` (default) leaves snoozed out, `1` shows all, `only` just these. */
  snoozed?: string;
  /** `red` or `amber` (which includes red). */
  due?: string;
  company?: string;
  cause?: string;
  /** Words; all must be found, in any of recipient, names, company, subject, text, rationale, engine, ids, headers. */
  q?: string;
  sort?: 'oldest' | 'newest' | 'due';
  /** From the page before. */
  cursor?: string;
  limit?: string;
}

export interface QueuePage {
  items: QueueItem[];
  next: string | null;
  /** Of all pages; with `total_more` that many and more, since counting stops at 1,000. */
  total: number;
  total_more?: true;
  /** Counts under the other filters, for the filter menus. Those of a long list stop at 100. */
  facets: { reasons: Facet[]; engines: Facet[]; assigned: Facet[] };
  /** The last change this page contains; `GET /live` goes on from it. */
  live_id: number;
  /** When it was read: what was held later is on none of the pages that follow it. */
  at: number;
}

export interface Facet {
  key: string;
  label: string;
  count: number;
  /** There are more than `count`. */
  more?: true;
}

/** `GET /views`: built-in ones first (they have no id of a row and cannot be changed). */
export interface SavedView {
  id: string;
  name: string;
  query: QueueQuery;
  /** With `more` that many and more. */
  count: number;
  more?: true;
  builtin: boolean;
  shared: boolean;
  mine: boolean;
}

/** `GET /queue/causes`: what is held for one cause, largest first. Settled once for all after a sample was opened. */
export interface Cause {
  key: string;
  kind: 'stale_record' | 'template' | 'adapter_unavailable' | 'rule';
  /** One sentence: what these have in common. */
  label: string;
  count: number;
  /** Ids to read; chosen at random, the same for an hour. */
  sample: string[];
  /** How many of the sample the asking account has opened. */
  opened: number;
  /** How many must be opened before the group can be released. */
  needed: number;
}

export const ACTS = [
  'release',
  'reject',
  'escalate',
  'edit',
  'snooze',
  'claim',
  'comment',
  'undo',
  'close',
  'take_over',
  'confirm',
  'resend',
  'cancel',
] as const;
export type ActName = (typeof ACTS)[number];

/** Body of an act on one delivery. `version` from the item that was looked at; another one answers 409. */
export interface ActBody {
  version?: number;
  label?: Label;
  reason?: string;
}

/** `POST /deliveries/:id/brand-damage`: it went out and should not have. Trips the kill switch. */
export interface BrandDamageBody {
  what_happened: string;
  /** The rule that should have stopped it; null = none of the rubric's. */
  rule?: RuleName | null;
  stop_engine?: boolean;
}

/** … answered with what came of it. */
export type BrandDamageResult = DamageResult;

/** `GET /brand-damage`, newest first. */
export interface BrandDamageList {
  reports: ListedReport[];
}

/** What an act answers. */
export interface ActResult {
  item: QueueItem;
  /** A release that is not undone by then leaves. */
  undo_until: number | null;
  /** Four-eyes: the act was noted as an approval and the mail stays held. */
  awaiting_approval: boolean;
}

export interface EditBody {
  text: string;
  subject?: string;
  version?: number;
}

/** The verdict on the edited text; the delivery stays held until it is released. */
export interface EditResult {
  item: QueueItem;
  verdict: StoredVerdict;
}

/** `POST /deliveries/:id/snooze`; `null` ends a snooze. Never later than the hold expires. */
export interface SnoozeBody {
  until: number | null;
  version?: number;
}

/** `POST /deliveries/:id/assign`; `null` = nobody. `claim` and `unclaim` take no body but an optional `version`. */
export interface AssignBody {
  person: string | null;
}

/** `POST /deliveries/:id/comments`, answered with the comment as in `DeliveryView.comments`. */
export interface CommentBody {
  text: string;
}

/** `POST /deliveries/:id/label`: was the judge right, without another act. */
export interface LabelBody {
  label: Label;
}

/** `POST /deliveries/:id/opened`: this account has the text of that revision in front of it. */
export interface OpenedBody {
  revision: number;
}

/** `POST /deliveries/:id/presence`; `leave` takes the account off at once. Answered with who else is there. */
export interface PresenceBody {
  leave?: boolean;
}

/** `POST /views` (answers the view) and, with any part of it, `PATCH /views/:id`. */
export interface ViewBody {
  name: string;
  query: QueueQuery;
  shared: boolean;
}

/** `POST /queue/bulk`. `undo` takes back what a bulk release or escalation has done. At most 500 ids. */
export interface BulkBody {
  ids: string[];
  act: 'release' | 'reject' | 'escalate' | 'snooze' | 'claim' | 'undo';
  label?: Label;
  reason?: string;
  /** For `snooze`. */
  until?: number;
}

/** `POST /queue/causes/:key/settle`, answered with a job. */
export interface CauseSettleBody {
  act: 'release' | 'reject';
  label?: Label;
  reason?: string;
}

/** `GET /queue/causes/:key/settle/:job`; `POST …/settle/:job/undo` stops it and takes back what can be. */
export interface SettleJob {
  job: string;
  cause: string;
  act: CauseSettleBody['act'];
  state: 'running' | 'done' | 'undone';
  total: number;
  done: number;
  /** Four-eyes: noted as approvals; they stay held. */
  awaiting_approval: number;
  refused: { id: string; why: string }[];
  undo_until: number | null;
}

export interface BulkResult {
  done: string[];
  /** Four-eyes: noted as approvals; they stay held. */
  awaiting_approval: string[];
  refused: { id: string; why: string }[];
  undo_until: number | null;
}

/** A field of the record that a finding rests on. */
export interface EvidenceField {
  field: string;
  as_judged: unknown;
  today: unknown;
  changed: boolean;
  /** false: it was found through the draft, so the record of today has no such value. */
  comparable: boolean;
}

export interface ThreadEntry {
  thread_id: string;
  direction: 'in' | 'out';
  person: string | null;
  role: string | null;
  at: number;
  text: string;
}

export interface AttachmentView {
  index: number;
  filename: string | null;
  content_type: string;
  size: number;
}

/** The mail as parsed for reading, at one revision of its body. */
export interface MailView {
  revision: number;
  /** Revision 0 is as the engine sent it. */
  revisions: { revision: number; at: number; actor: string }[];
  subject: string | null;
  from: string;
  to: string;
  cc: string | null;
  reply_to: string | null;
  date: string | null;
  /** Unsanitised HTML part, null for plain text mail. Only ever shown sanitised in the sandboxed frame. */
  html: string | null;
  /** Plain text as the recipient would read it. */
  text: string;
  /** The draft the judge read: spans of findings are offsets into these. */
  draft: { subject: string | null; body: string; segments: Segment[]; hidden: HiddenText[]; links: Link[] };
  headers: { name: string; value: string }[];
  attachments: AttachmentView[];
  /** Content-ID to index of `attachments`, for inline pictures. */
  inline: Record<string, number>;
  /** Text that an edit starts from. */
  editable_text: string;
  /** Bytes. */
  size: number;
}

/** `GET /deliveries/:id` */
export interface DeliveryView {
  item: QueueItem;
  envelope_from: string;
  message_id_header: string | null;
  /** Other deliveries of the message. */
  companions: { id: string; recipient: string; state: DeliveryState; leaves_together: boolean }[];
  mail: MailView;
  verdict: StoredVerdict | null;
  /** Earlier verdicts, newest first. */
  verdicts: { at: number; decision: Decision | null; hold_reason: string | null; rationale: string }[];
  evidence: EvidenceField[];
  prospect_exists: boolean;
  account_owner: string | null;
  /** The recipient's own thread, oldest first. */
  thread: ThreadEntry[];
  /** Newest entries of other threads at the company. */
  company_threads: ThreadEntry[];
  /** What became of mail held for the same reason with like text. */
  similar: {
    released: number;
    rejected: number;
    escalated: number;
    items: {
      id: string;
      recipient: string;
      subject: string | null;
      act: string;
      label: Label | null;
      by: string;
      at: number;
      likeness: number;
    }[];
  };
  comments: { id: number; at: number; by: Person; text: string }[];
  timeline: { at: number; actor: string; action: string; detail: Record<string, unknown> }[];
  attempts: { at: number; upstream: string; outcome: string | null; response: string | null }[];
  labels: { at: number; actor: string; right: Label; act: string }[];
  /** Reports that it went out and should not have, oldest first. */
  damage: BrandDamageReport[];
  /** Who else has it open now. */
  viewers: Person[];
  /** What the asking account may do now; `why_not` explains a disabled one. */
  allowed: Partial<Record<ActName, { ok: boolean; why_not?: string }>>;
}

/** `GET /live` sends server-sent events: `change` with this data, whose id resumes the stream after a lost connection. */
export interface LiveChange {
  id: number;
  at: number;
  actor: string;
  subject: { type: string; id: string };
  action: string;
  /** For deliveries: where it stands after the change. */
  state: DeliveryState | null;
}

/** … and `presence`: who is looking at a delivery now. `POST /deliveries/:id/presence` every 15 s keeps one there. */
export interface LivePresence {
  delivery_id: string;
  people: Person[];
}

/** … and `reset`, when more happened since the last id than is sent: read everything again. Its id resumes the stream. */
export interface LiveReset {
  live_id: number;
}
