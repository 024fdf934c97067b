/**
 * Records of the CRM mirror as the judge sees them. Field names are those of the published adapter's
 * context schema, so that a snapshot renders to its prompt without translation.
 */

/** A promise already made: of the sender's own people and bench, or with a prospect. */
export interface Commitment {
  /** Person, role or team that is committed ("Tigist Haile", "backend bench"). */
  subject: string;
  /** ISO date, inclusive. null = already running / without end. */
  starts: string | null;
  ends: string | null;
  /** e.g. full_time, part_time, reserved. */
  type: string;
  note: string | null;
}

/** A text somebody wrote or was sent in a thread. */
export interface ThreadMessage {
  threadId: string;
  direction: 'in' | 'out';
  /** Who wrote it (in) or whom it was sent to (out), as far as known. */
  person: string | null;
  role: string | null;
  at: string;
  text: string;
}

/**
 * Text of another thread that this draft must not carry. `scope` says whether it is another person at
 * the recipient's company or another company. `source` names the CRM field, for evidence.
 */
export interface ForeignText {
  scope: 'company' | 'other_company' | 'signal';
  source: string;
  threadId: string | null;
  text: string;
  /** Who spoke: a text they wrote (`in`) is a confidence, one we sent (`out`) may be a campaign mail. */
  direction?: 'in' | 'out';
  /** ISO time of the message. */
  at?: string;
  /**
   * Fingerprints that the draft shares with this text, without those of templates and of what the
   * recipient knows from the own thread. Empty = found only because it is of the same company.
   */
  shared?: number[];
}

/** A peer company known to the CRM mirror. */
export interface Peer {
  name: string;
  city: string | null;
  industry: string | null;
  /** For how many other prospects this name was used in relayed drafts. */
  timesUsed: number;
}

/**
 * Everything the CRM mirror says about one recipient at the time of judging; stored with the verdict.
 * A field the CRM does not have is null, which rules treat as unsafe where they need it.
 */
export interface ProspectSnapshot {
  prospect_id: string;
  /** The envelope address judged, as the client spelled it; null in a dry run. */
  address: string | null;
  /** Person's name if known. */
  name: string | null;
  company: string | null;
  headcount: number | null;
  /** Free spelling; the canonical ones are seed, series_a, series_b, series_c, public. */
  funding_stage: string | null;
  funding_amount_usd: number | null;
  funding_confidence: string | null;
  /** Of the prospect and its company together. */
  disqualifiers: string[];
  /** Channels opted out of by the prospect, its address or its domain. */
  opt_out_channels: string[];
  /** Where those of an address or domain come from; absent in snapshots of older verdicts and in dry runs. */
  suppressions?: SuppressionEvidence[];
  thread_id: string | null;
  recipient_role: string | null;
  title: string | null;
  industry: string | null;
  city: string | null;
  country: string | null;
  /** Regulated status: name of the regime or vertical ("hipaa", "finance"), null = not regulated or unknown. */
  regulated: string | null;
  account_owner: string | null;
  /** Free JSON from the engine or the CRM; untrusted, key spellings vary. */
  available_signals: Record<string, unknown>;
  /** Of the prospect and of the sender's own people and bench. */
  commitments: Commitment[];
  /** The recipient's own thread so far, oldest first. */
  thread: ThreadMessage[];
  /** What other threads hold that resembles this draft (found through the index) or is of the same company. */
  foreign: ForeignText[];
  /** Peer companies by the prospect's city and industry, and any known name the draft mentions. */
  peers: Peer[];
  /** ISO time of the record's last change; null = unknown. */
  updated_at: string | null;
}

/** An opt-out of an address or a domain, and what is known of how it came about. */
export interface SuppressionEvidence {
  /** The address or domain, as a key. */
  value: string;
  channel: string;
  /** A person's words, or the sentence of a reply. */
  reason: string | null;
  /** e.g. `cli`, `reply:<message-id>`, `provider:sendgrid`. */
  source: string;
}

/** A CRM field and the value it had when judged, as evidence. */
export interface FieldEvidence {
  field: string;
  value: unknown;
}
