/**
 * What the spot checks' part of the browser API takes and gives. Types only: the browser app imports them too. Times are
 * milliseconds since the epoch.
 */
import type { ForeignText, ProspectSnapshot } from '../../crm/prospect.ts';
import type { RuleName } from '../../judge/verdict.ts';
import type { Decision, Segment } from '../../message/types.ts';
import type { StoredVerdict } from '../../pipeline/verdict-store.ts';
import type { MonitorReading } from '../monitor.ts';

export type Choice = Decision | 'not_sure';
/** `none`: none of the rubric's rules. */
export type RuleChoice = RuleName | 'none';

/** Body of `POST /spot-check/items/:id/answer` and `…/answer-again`. */
export interface AnswerBody {
  decision: Choice;
  /** Of a stop; otherwise null. */
  rule?: RuleChoice | null;
  note?: string | null;
}

/** The mail as the engine sent it and the judge read it. */
export interface BlindMail {
  from: string;
  to: string;
  subject: string | null;
  body: string;
  segments: Segment[];
  /** Names of the attached files. */
  attachments: string[];
  received_at: number;
}

/** The CRM record as it was judged, without what the judge's search found alike in it. */
export type BlindRecord = Omit<ProspectSnapshot, 'foreign'> & { foreign: Omit<ForeignText, 'shared'>[] };

/** A person's answer as others see it. */
export interface GivenAnswer {
  by: string;
  mine: boolean;
  decision: Choice;
  rule: RuleChoice | null;
  note: string | null;
  at: number;
}

/** Told once the asking person has answered. */
export interface Revealed {
  delivery_id: string;
  /** What the judge had decided; `HOLD` = doubt. */
  decision: Decision | 'HOLD';
  /** The rule behind it, `adapter`, or the hold reason. */
  rule: string | null;
  /** null = the rules decided alone. */
  adapter_version: string | null;
  /** null = it is not kept any more. */
  verdict: StoredVerdict | null;
  answers: GivenAnswer[];
  truth: 'open' | 'agreed' | 'disputed';
  /** null while people do not agree, or nobody was sure. */
  right: boolean | null;
  /** Until when the asking person can answer again; null = no more. */
  change_until: number | null;
}

/** `GET /spot-check/items/:id`. Until it is answered nothing of it says what the judge made of the mail. */
export interface ItemView {
  id: number;
  check_id: number;
  /** Place in the check, from 1, and how many it has. */
  position: number;
  of: number;
  /** null = it is not kept any more. */
  mail: BlindMail | null;
  /** null = it is not kept any more. */
  record: BlindRecord | null;
  revealed: Revealed | null;
}

/** An item of an open check, in the list of what can be answered. */
export interface OpenItem {
  id: number;
  check_id: number;
  position: number;
  of: number;
  /** The asking person has answered it. */
  mine: boolean;
  /** Somebody else has, and was sure. */
  settled: boolean;
}

/** What a check came to. Shares are of what was drawn, not of all mail: rare kinds are drawn more often. */
export interface CheckResult {
  id: number;
  drawn_at: number;
  /** `timer`, or who asked for it. */
  actor: string;
  since: number;
  until: number;
  /** How many verdicts were drawn from. */
  population: number;
  items: number;
  /** Items on which people agree. */
  agreed: number;
  disputed: number;
  /** Nobody answered, or nobody was sure. */
  unanswered: number;
  /** Of the agreed ones. */
  right: number;
  rate: number | null;
  /** 95 %, Clopper–Pearson; null without any. */
  interval: { low: number; high: number } | null;
  /** It can still be answered. */
  open: boolean;
}

/** `GET /spot-check` */
export interface SpotCheckPage {
  schedule: {
    enabled: boolean;
    decisions: number;
    day: string;
    at: string;
    time_zone: string;
    /** null = not by itself. */
    next_at: number | null;
  };
  /** The adapter whose probes are watched; null = the rules judge alone. */
  adapter: string | null;
  /** Of open checks, newest check first, in the order to answer; none for who may not answer. */
  items: OpenItem[];
  /** How many of them wait for the asking person. */
  waiting: number;
  /** Newest first. */
  checks: CheckResult[];
  probes: MonitorReading[];
}

/** One item in the details of a check. */
export interface ResultItem {
  id: number;
  subject: string | null;
  recipient: string;
  revealed: Omit<Revealed, 'verdict' | 'change_until'>;
}

/** `GET /spot-check/checks/:id`: of an open check, who may answer sees only what they have answered. */
export interface CheckDetails extends CheckResult {
  shown: ResultItem[];
}
