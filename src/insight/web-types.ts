/**
 * What the insight part of the browser API takes and gives. Types only: the browser app imports them too. Times are
 * milliseconds since the epoch.
 */
import type { BrandDamageReport } from '../kill-switch/brand-damage-store.ts';
import type { DeliveryState } from '../message/disposition.ts';
import type { Decision } from '../message/types.ts';
import type { StoredVerdict } from '../pipeline/verdict-store.ts';

/** `POST /trace/search`: what a person who looks into a complaint has; a few words, an id, or a whole pasted mail. */
export interface TraceSearch {
  text: string;
}

export interface TraceHit {
  message_id: string;
  subject: string | null;
  from: string;
  engine: string;
  received_at: number;
  recipients: { delivery_id: string; address: string; state: DeliveryState }[];
  /** How it was found, in words. */
  why: string;
}

export interface TraceFound {
  hits: TraceHit[];
  /** There may be more than are listed. */
  more: boolean;
}

/** One line of what happened. */
export interface StoryLine {
  at: number;
  actor: string;
  /** One sentence. */
  words: string;
  /** `person`: somebody decided; `stop`: it went no further; `out`: it left; `gate`: all else. */
  kind: 'person' | 'stop' | 'out' | 'gate';
}

export interface TracedDelivery {
  id: string;
  recipient: string;
  state: DeliveryState;
  released_by: string | null;
  verdict: StoredVerdict | null;
  story: StoryLine[];
  labels: { at: number; actor: string; right: 'right' | 'wrong' | 'not_sure'; act: string }[];
  /** Reports that it went out and should not have, oldest first. */
  damage: BrandDamageReport[];
}

/** Who else got a text. */
export interface SameText {
  /** Deliveries to others; at most `counted`. */
  total: number;
  /** true: there are more than were counted. */
  more: boolean;
  by_state: { state: DeliveryState; count: number }[];
  /** The newest. */
  items: {
    delivery_id: string;
    message_id: string;
    recipient: string;
    subject: string | null;
    engine: string;
    state: DeliveryState;
    at: number;
  }[];
}

/** `GET /trace/:id` – a message's id, or one of its deliveries'. */
export interface TraceView {
  message: {
    id: string;
    from: string;
    subject: string | null;
    message_id_header: string | null;
    received_at: number;
    /** Bytes. */
    size: number;
  };
  engine: { id: string; name: string; mode: 'observe' | 'enforce' | 'stopped' };
  /** As the engine sent it. */
  text: string;
  headers: string;
  /** Edits by reviewers, oldest first. */
  edits: { revision: number; at: number; actor: string; text: string }[];
  deliveries: TracedDelivery[];
  /** null: there is too little text to compare. */
  same_text: SameText | null;
  same_template: SameText | null;
}

/** `GET /insight`. Times are milliseconds since the epoch; the default is the last 14 days. */
export interface InsightQuery {
  from?: string;
  to?: string;
  /** Id of an engine. */
  engine?: string;
}

export interface Rate {
  hits: number;
  of: number;
  /** null for none. */
  rate: number | null;
  /** 95 % interval. */
  low: number;
  high: number;
}

export interface InsightView {
  from: number;
  to: number;
  /** Length of one step of the time line. */
  step_ms: number;
  /** Older hours are still being added up; the figures are short of them. */
  missing: boolean;
  engines: { id: string; name: string }[];
  decisions: ({ at: number; doubt: number } & Record<Decision, number>)[];
  /** What doubts were held for. */
  doubts: { reason: string; count: number }[];
  latency: { at: number; p50_ms: number | null; p95_ms: number | null }[];
  latency_total: { p50_ms: number | null; p95_ms: number | null; count: number };
  holds: {
    held: number;
    median_ms: number | null;
    p90_ms: number | null;
    oldest_ms: number | null;
    overdue: number;
    due_in_4_hours: number;
    due_in_a_day: number;
    /** Ages, in steps. */
    ages: { label: string; count: number }[];
  };
  precision: {
    rule: string;
    stopped: number;
    right: number;
    wrong: number;
    not_sure: number;
    /** null: fewer labels than `min_labels`. */
    precision: Rate | null;
  }[];
  min_labels: number;
  false_positives: {
    limit: number;
    window: number;
    /** Distinct prospects in the window. */
    prospects: number;
    /** Should have gone and was stopped by the adapter. */
    wrongly_stopped: number;
    /** Should have gone and went. */
    rightly_relayed: number;
    /** Stopped by the adapter and rightly so, as labelled. */
    rightly_stopped: number;
    /** Stopped by the adapter, no label yet: counted neither way. */
    unlabelled: number;
    rate: Rate;
    enough: boolean;
  };
  upstreams: {
    upstream: string;
    delivered: number;
    temporary: number;
    permanent: number;
    lost: number;
    aborted: number;
    last_error: { at: number; response: string } | null;
  }[];
  reviewers: {
    actor: string;
    acts: Record<string, number>;
    total: number;
    right: number;
    wrong: number;
    not_sure: number;
  }[];
}

export type HealthState = 'ok' | 'warn' | 'bad';

export interface HealthItem {
  id: string;
  group: string;
  title: string;
  state: HealthState;
  /** How it is, in one sentence. */
  detail: string;
  /** What to do, where something is wrong. */
  advice: string | null;
}

/** `GET /health` */
export interface HealthView {
  at: number;
  state: HealthState;
  version: string;
  started_at: number;
  items: HealthItem[];
}

/** `GET /audit` and `GET /audit/export`. */
export interface AuditQuery {
  actor?: string;
  subject?: string;
  /** e.g. `delivery`, `engine`. */
  type?: string;
  action?: string;
  from?: string;
  to?: string;
  /** Words in any column. */
  q?: string;
  before?: string;
}

export interface AuditItem {
  id: number;
  at: number;
  actor: string;
  /** With an engine's name in place of its id. */
  actor_name: string;
  subject: { type: string; id: string };
  action: string;
  /** Before → after, in words. */
  words: string[];
  detail: Record<string, unknown>;
}

export interface AuditPage {
  items: AuditItem[];
  /** `before` of the next page; null at the end. */
  next: number | null;
  /** Entries down to this time were looked at; more may match further back. */
  searched_to: number | null;
}

/** A mail to start from. */
export interface PlaygroundExample {
  id: string;
  title: string;
  /** The decision it shows; null for a doubt. */
  shows: Decision | null;
  about: string;
  record: Record<string, unknown>;
  subject: string;
  text: string;
}

/** `POST /playground/judge` */
export interface PlaygroundDraft {
  /** A prospect's id: the record as it stands in the CRM mirror. Otherwise `record`. */
  prospect_id?: string;
  /** A record with the fields of the snapshot; judged in place of the CRM mirror's. */
  record?: Record<string, unknown>;
  subject?: string;
  text?: string;
  /** A whole mail, in place of subject and text. */
  eml?: string;
}

export interface PlaygroundVerdict {
  verdict: StoredVerdict;
  /** What the judge read; spans are offsets into these. */
  draft: { subject: string | null; body: string };
  /** Whose rules judged and whether the adapter was asked. */
  judges: string;
}

export interface PlaygroundProspect {
  id: string;
  name: string | null;
  address: string;
  company: string | null;
}

/** A case that `presend eval` reads, with what the list shows. */
export interface ProbeCase {
  id: string;
  gold: Decision;
  rule: string | null;
  as_of: string;
  context: Record<string, unknown>;
  subject: string | null;
  draft: string;
  /** Who saved it, and when. */
  by: string;
  at: number;
}

/** `POST /playground/cases` */
export interface ProbeCaseBody {
  gold: Decision;
  rule?: string | null;
  prospect_id?: string;
  record?: Record<string, unknown>;
  subject?: string;
  text: string;
}
