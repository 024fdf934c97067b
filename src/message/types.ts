/** What one submission is made of, from the wire to its disposition. Pure types, no driver. */

/** The five decisions of the rubric, in priority order (DESIGN, "The rubric"). */
export const DECISIONS = ['SUPPRESS', 'ESCALATE', 'BLOCK', 'PENALISE', 'PASS'] as const;
export type Decision = (typeof DECISIONS)[number];

/** SMTP envelope parameters that must survive from intake to upstream. */
export interface EnvelopeParams {
  /** RFC 6152 BODY=8BITMIME was given. */
  body8bit: boolean;
  /** RFC 6531 SMTPUTF8 was given. */
  smtpUtf8: boolean;
  /** RFC 3461 RET and ENVID. */
  dsnRet?: string | undefined;
  dsnEnvid?: string | undefined;
}

/** One RCPT TO. `address` is kept as the client spelled it. */
export interface EnvelopeRecipient {
  address: string;
  dsnNotify?: string[] | undefined;
  dsnOrcpt?: string | undefined;
}

/** The envelope decides who gets the message, never the headers. */
export interface Envelope {
  /** Return path; empty string for the null sender `<>`. */
  from: string;
  recipients: EnvelopeRecipient[];
  params: EnvelopeParams;
}

/** A place in the draft. Offsets are UTF-16 code units into the *shown* text of that part. */
export interface Span {
  part: 'subject' | 'body';
  start: number;
  end: number;
  /** The shown text between `start` and `end`. */
  text: string;
}

/** Why a piece of text in the HTML part is not seen by the recipient. */
export type HiddenReason =
  | 'display_none'
  | 'visibility_hidden'
  | 'zero_size'
  | 'same_colour'
  | 'off_screen'
  | 'zero_opacity'
  | 'hidden_attribute'
  | 'comment'
  | 'clipped';

export interface HiddenText {
  reason: HiddenReason;
  text: string;
}

export interface AttachmentSummary {
  filename: string | null;
  contentType: string;
  /** Decoded size in bytes. */
  size: number;
  /** Text of calendar and text attachments, which the recipient may read. Otherwise null. */
  text: string | null;
  /** Only the beginning of its text was read. */
  cut?: boolean;
}

/** `text` is what is shown for the link, `href` its target. */
export interface Link {
  text: string;
  href: string;
}

/** A picture in the HTML. */
export interface Picture {
  /** `elsewhere`: fetched when the mail is opened; `attached` to it; `inside` the HTML. */
  from: 'elsewhere' | 'attached' | 'inside';
  /** What it is fetched from; null for others. */
  host: string | null;
  /** CSS pixels; null where the mail does not say. */
  width: number | null;
  height: number | null;
  /** Neither hidden nor a pixel. */
  seen: boolean;
}

/** A stretch of the body: written for this mail, quoted from an earlier one, or a signature. */
export interface Segment {
  kind: 'new' | 'quote' | 'signature';
  start: number;
  end: number;
}

/**
 * What the recipient would see. `subject` and `body` are the shown text; rules match on the folded
 * form (`message/fold.ts`), whose offsets map back to these strings.
 */
export interface Draft {
  subject: string | null;
  body: string;
  segments: Segment[];
  hidden: HiddenText[];
  links: Link[];
  attachments: AttachmentSummary[];
  /** Pictures of the HTML part; absent = none. */
  pictures?: Picture[];
  /** What some recipients see besides or instead of `body`; absent = all see the same. */
  versions?: DraftVersion[];
}

/** Another text of the same mail. */
export interface DraftVersion {
  /** Who sees it or where it stands, to follow "Read ": "without style sheets", "in the attachment note.txt". */
  how: string;
  text: string;
}

/** What a draft cannot be judged for; each holds the message under its own name. */
export type ParseTrouble =
  | 'malformed_mime'
  | 'ambiguous_mime'
  | 'parts_differ'
  | 'hidden_text'
  | 'unreadable'
  | 'unknown_field'
  | 'too_complex';

export interface ParsedHeaders {
  messageId: string | null;
  inReplyTo: string | null;
  /** Message-IDs with angle brackets, oldest first. */
  references: string[];
  /** Addresses as written, names dropped, groups flattened. */
  from: string[];
  to: string[];
  cc: string[];
  date: string | null;
  /** X-Prospect-Id, honoured only from an engine trusted for it. */
  prospectId: string | null;
  /** X-Thread-Id, honoured like `prospectId`. */
  threadId: string | null;
  listUnsubscribe: boolean;
  autoSubmitted: boolean;
  /** Number of Received lines (RFC 5321 6.3 loop detection). */
  hops: number;
}

/** `trouble` empty means: the draft is what the recipient would see. */
export interface ParsedMessage {
  headers: ParsedHeaders;
  draft: Draft;
  trouble: { kind: ParseTrouble; detail: string }[];
}
