/** Tables as Kysely sees them. Times are integers, milliseconds since the epoch; JSON is text. */
import type { Generated, GeneratedAlways } from 'kysely';
import type { Disposition } from '../message/disposition.ts';
import type { Decision } from '../message/types.ts';
import type { AccessSchema } from './access-schema.ts';
import type {
  ApiKeyTable,
  EventAttemptTable,
  EventTable,
  IdempotencyKeyTable,
  MailboxCursorTable,
  ProviderEventTable,
  ProviderRequestTable,
  WriteBackTable,
} from './front-schema.ts';
import type { KillSwitchTable, RubricVersionTable } from './settings-schema.ts';
import type { KillSwitchSchema } from './kill-switch-schema.ts';
import type { ErasureTable } from './privacy-schema.ts';
import type { ReviewSchema } from './review-schema.ts';
import type {
  LinkUseTable,
  NotificationTable,
  NotifyChannelTable,
  NotifyOccurrenceTable,
  NotifyPreferenceTable,
} from './notify-schema.ts';
import type {
  HubSpotCursorTable,
  HubSpotDifferenceTable,
  HubSpotLinkTable,
  HubSpotRunTable,
} from './hubspot-schema.ts';
import type { DraftTextTable, InsightHourTable } from './insight-schema.ts';

/** An engine: a client that submits mail. */
export interface EngineTable {
  id: string;
  name: string;
  /** argon2id hash; null = no password login (the demo engine on loopback). */
  secret_hash: string | null;
  /** JSON array of sender domains. */
  sender_domains: string;
  /** Names of upstreams in failover order, JSON array; empty = the default order of the config. */
  upstreams: string;
  mode: 'observe' | 'enforce' | 'stopped';
  /** 1 when X-Prospect-Id and X-Thread-Id of this engine are believed. */
  trusted_headers: number;
  /** sync | async | null = config default. */
  answer: 'sync' | 'async' | null;
  /** JSON of the config's `decisions`, where this engine's differ; null = the config's. */
  decisions: string | null;
  /** 1 when this engine may submit from loopback without AUTH. */
  loopback_without_auth: number;
  /** Where the gate's events about its mail go; null = nowhere. */
  webhook_url: Generated<string | null>;
  /** The secret that signs them is derived from this number; a new one makes the old secret void. */
  webhook_secret_version: Generated<number>;
  created_at: number;
  updated_at: number;
}

export interface MessageTable {
  id: string;
  engine_id: string;
  envelope_from: string;
  /** JSON of EnvelopeParams. */
  params: string;
  message_id: string | null;
  subject: string | null;
  size: number;
  received_at: number;
  /** JSON: remote address, HELO, transmission type, authenticated user. */
  origin: string;
  /** sha256 over engine, Message-ID, recipients and content; see intake/accept.ts. */
  dedupe_key: string | null;
  /** Relay not before this time; null = at once. */
  scheduled_at: number | null;
  /** null until judged. */
  judged_at: number | null;
  /** What the client was told before the verdict: 1 = answered 250 without a verdict. */
  answered_early: number;
  lease_until: number | null;
  lease_token: number;
  /** Claims for the judge that did not come to an end; what kills its judge too often is held. */
  judge_attempts: number;
  /** 1 = the rules let it go and it is in the adapter's line; other mail does not wait behind it. */
  in_adapter_line: Generated<number>;
  /** How often the adapter failed on this very mail. */
  adapter_failures: Generated<number>;
  /** When its text was removed, and what for; null = it is here. */
  text_removed_at: Generated<number | null>;
  text_removed_for: Generated<'retention' | 'erasure' | null>;
  /** When what says whom it was to was removed; the rest stays because people labelled it. */
  reduced_at: Generated<number | null>;
}

/** Raw bytes; revision 0 is as accepted, higher ones are a reviewer's edits. */
export interface BodyTable {
  message_id: string;
  revision: number;
  raw: Buffer;
  created_at: number;
  actor: string;
}

export interface DeliveryTable extends Disposition {
  id: string;
  message_id: string;
  engine_id: string;
  /** As given in RCPT TO. */
  recipient: string;
  /** Normalised (crm/address.ts): what suppressions and prospects match on. */
  address_key: string;
  dsn_notify: string | null;
  dsn_orcpt: string | null;
  /** 1 = internal address or CRM dropbox: follows the message's prospects, not judged. */
  internal: number;
  /** 1 = later mail to the same prospect waits behind it; follows from the state. */
  stops_others: GeneratedAlways<number>;
  /**
   * `mail` is what an engine submitted; the others are the gate's own mails about the delivery `about`, a `notification` is
   * the one of that id.
   */
  kind: 'mail' | 'report_failed' | 'report_delayed' | 'reminder' | 'notification';
  about: string | null;
  prospect_id: string | null;
  attempts: number;
  reminded_at: number | null;
  lease_until: number | null;
  lease_token: number;
  judged_at: number | null;
  /** Newest CRM revision when it was judged; later edits judge it again while it is held. */
  judged_revision: number;
  created_at: number;
  updated_at: number;
}

export interface AttemptTable {
  id: Generated<number>;
  delivery_id: string;
  kind: 'relay' | 'forward';
  upstream: string;
  started_at: number;
  /** Durable mark set before the last byte is handed over; an attempt with this and no outcome is uncertain. */
  handover_at: number | null;
  finished_at: number | null;
  outcome: 'delivered' | 'temporary' | 'permanent' | 'lost' | 'aborted' | null;
  response: string | null;
  /** Given to an upstream that sends the same key once only. */
  idempotency_key: Generated<string | null>;
  /** Until then an attempt without an answer may be made again under its key. */
  idempotent_until: Generated<number | null>;
  /** The upstream's own id of the mail. */
  upstream_id: Generated<string | null>;
}

export interface VerdictTable {
  id: Generated<number>;
  delivery_id: string;
  created_at: number;
  decision: Decision | null;
  hold_reason: string | null;
  rationale: string;
  /** JSON of Finding[] and Notice[]. */
  findings: string;
  notices: string;
  /** JSON of ProspectSnapshot; null = unknown recipient. */
  prospect: string | null;
  rubric_version: string;
  adapter_version: string | null;
  /** JSON of AdapterRecord; null = it gave no reading. */
  adapter: string | null;
  latency_ms: number;
}

export interface AuditTable {
  id: Generated<number>;
  at: number;
  actor: string;
  /** e.g. message, delivery, prospect, engine. */
  subject_type: string;
  subject_id: string;
  action: string;
  /** JSON. */
  detail: string;
  /** Random; null once something was redacted, so that the digest tells nothing. */
  salt: Buffer | null;
  /** Of salt and content, and the link of the chain (store/audit-chain.ts). */
  digest: Buffer | null;
  chain: Buffer | null;
  /** Proof that presend took content out; null = the entry is as it was written. */
  redacted: Buffer | null;
}

/** A reviewer's answer to "was the judge right?". */
export interface LabelTable {
  id: Generated<number>;
  delivery_id: string;
  at: number;
  actor: string;
  right: 'right' | 'wrong' | 'not_sure';
  act: string;
}

export interface CompanyTable {
  id: string;
  name: string;
  /** Folded name (crm/names.ts); matching key. */
  name_key: string;
  /** Domain of the company's addresses, normalised; null = unknown. */
  domain: string | null;
  headcount: number | null;
  funding_stage: string | null;
  funding_amount_usd: number | null;
  funding_confidence: string | null;
  /** JSON array. */
  disqualifiers: string;
  industry: string | null;
  city: string | null;
  country: string | null;
  regulated: string | null;
  account_owner: string | null;
  created_at: number;
  updated_at: number;
}

export interface ProspectTable {
  id: string;
  company_id: string | null;
  address: string;
  /** Normalised address; unique. */
  address_key: string;
  name: string | null;
  recipient_role: string | null;
  title: string | null;
  disqualifiers: string;
  opt_out_channels: string;
  thread_id: string | null;
  account_owner: string | null;
  /** Regulated status where it differs from the company's. */
  regulated: string | null;
  available_signals: string;
  /** An account owner took over: every engine is paused for this prospect until then/for good. */
  taken_over_by: string | null;
  created_at: number;
  updated_at: number;
}

/** Opt-outs by address or by domain. */
export interface SuppressionTable {
  id: Generated<number>;
  kind: 'address' | 'domain';
  /** Normalised address or domain. */
  value: string;
  /** email, sms, linkedin, all. */
  channel: string;
  reason: string | null;
  source: string;
  created_at: number;
}

export interface CommitmentTable {
  id: Generated<number>;
  /** null = of the sender's own people and bench. */
  prospect_id: string | null;
  subject: string;
  starts: string | null;
  ends: string | null;
  type: string;
  note: string | null;
}

export interface PeerTable {
  id: Generated<number>;
  name: string;
  /** Folded name (crm/names.ts); matching key. */
  name_key: string;
  city: string | null;
  industry: string | null;
  /** Lower-case, for matching with the prospect's. */
  city_key: string | null;
  industry_key: string | null;
}

/** Which peer names went out to which prospect. */
export interface PeerUseTable {
  name_key: string;
  prospect_id: string;
  at: number;
}

export interface ThreadTable {
  id: string;
  company_id: string | null;
  prospect_id: string | null;
  subject: string | null;
  open: number;
  updated_at: number;
}

export interface ThreadMessageTable {
  id: Generated<number>;
  thread_id: string;
  company_id: string | null;
  prospect_id: string | null;
  /** Message-ID header with angle brackets; In-Reply-To and References match on it. */
  message_id: string | null;
  direction: 'in' | 'out';
  person: string | null;
  role: string | null;
  at: number;
  text: string;
  /** How many fingerprints the text has, stored in the index or not. */
  fingerprint_count: number;
}

/**
 * Winnowed fingerprints of thread messages: the index behind thread_leak. One row per hash and thread,
 * and none beyond a few threads: what stands in many threads is a template (crm/threads.ts).
 */
export interface FingerprintTable {
  hash: number;
  thread_message_id: number;
}

/** Every edit of a CRM record. */
export interface RevisionTable {
  id: Generated<number>;
  at: number;
  actor: string;
  table_name: string;
  record_id: string;
  /** JSON of the row; null = did not exist. */
  before: string | null;
  after: string | null;
  /** The revision this one took back. */
  reverts: number | null;
  /** The import this change belongs to, so that it can be reverted as a whole. */
  import_id: string | null;
}

/** Relays per sender mailbox and local day, for daily caps. */
export interface MailboxDayTable {
  mailbox: string;
  day: string;
  sent: number;
}

/** From where an engine logged in lately. */
export interface EngineNetworkTable {
  engine_id: string;
  /** Keyed hash of the network (`access/network.ts`). */
  network_hash: string;
  last_login_at: number;
}

export interface SettingTable {
  key: string;
  value: string;
}

export interface Schema extends AccessSchema, ReviewSchema, KillSwitchSchema {
  engines: EngineTable;
  engine_networks: EngineNetworkTable;
  messages: MessageTable;
  bodies: BodyTable;
  deliveries: DeliveryTable;
  attempts: AttemptTable;
  verdicts: VerdictTable;
  audit: AuditTable;
  labels: LabelTable;
  companies: CompanyTable;
  prospects: ProspectTable;
  suppressions: SuppressionTable;
  commitments: CommitmentTable;
  peers: PeerTable;
  peer_uses: PeerUseTable;
  threads: ThreadTable;
  thread_messages: ThreadMessageTable;
  fingerprints: FingerprintTable;
  revisions: RevisionTable;
  mailbox_days: MailboxDayTable;
  settings: SettingTable;
  api_keys: ApiKeyTable;
  provider_requests: ProviderRequestTable;
  idempotency_keys: IdempotencyKeyTable;
  events: EventTable;
  event_attempts: EventAttemptTable;
  provider_events: ProviderEventTable;
  write_backs: WriteBackTable;
  mailbox_cursors: MailboxCursorTable;
  draft_texts: DraftTextTable;
  rubric_versions: RubricVersionTable;
  kill_switch: KillSwitchTable;
  notify_occurrences: NotifyOccurrenceTable;
  notify_channels: NotifyChannelTable;
  notifications: NotificationTable;
  notify_preferences: NotifyPreferenceTable;
  link_uses: LinkUseTable;
  hubspot_links: HubSpotLinkTable;
  hubspot_cursors: HubSpotCursorTable;
  hubspot_runs: HubSpotRunTable;
  hubspot_differences: HubSpotDifferenceTable;
  insight_hours: InsightHourTable;
  erasures: ErasureTable;
}
