import type { Commitment, ForeignText, Peer, ProspectSnapshot, ThreadMessage } from '../crm/prospect.ts';
import { readHeadcount } from '../judge/language/role.ts';
import { segmentsOf } from '../message/segments.ts';
import type { Draft } from '../message/types.ts';

/**
 * A record in the published adapter's context schema as a snapshot. Spellings vary between engines:
 * a list may be one word, a number may be a text, fields may be missing.
 *
 * @throws Error naming the field, for a context that is not an object or a list that is not one
 */
export function prospectFromContext(context: unknown): ProspectSnapshot {
  if (typeof context !== 'object' || context === null || Array.isArray(context)) {
    throw new Error('context is not an object');
  }
  const record = context as Record<string, unknown>;
  const signals = record['available_signals'];
  return {
    prospect_id: text(record['prospect_id']) ?? 'unknown',
    address: text(record['address'] ?? record['email']),
    name: text(record['name'] ?? record['recipient_name']),
    company: text(record['company']),
    headcount: headcount(record['headcount']),
    funding_stage: text(record['funding_stage']),
    funding_amount_usd: number(record['funding_amount_usd']),
    funding_confidence: text(record['funding_confidence']),
    disqualifiers: list(record['disqualifiers'], 'disqualifiers'),
    opt_out_channels: list(record['opt_out_channels'], 'opt_out_channels'),
    thread_id: text(record['thread_id']),
    recipient_role: text(record['recipient_role']),
    title: text(record['title'] ?? record['recipient_title']),
    industry: text(record['industry']),
    city: text(record['city']),
    country: text(record['country']),
    regulated: record['regulated'] === false ? null : text(record['regulated']),
    account_owner: text(record['account_owner']),
    available_signals: signalsOf(signals),
    commitments: commitmentsOf(commitmentsIn(record)),
    thread: threadOf(record['thread'], text(record['thread_id']) ?? 'thread'),
    foreign: foreignOf(record['foreign']),
    peers: peersOf(record['peers']),
    updated_at: text(record['updated_at']),
  };
}

/** A draft as text. A first line "Subject: …" is the subject, and no part of the body. */
export function draftFromText(written: string, subject: string | null = null): Draft {
  const headed = /^\s*subject:[ \t]*(.*)(?:\r?\n|$)/i.exec(written);
  const body = headed ? written.slice(headed[0].length).replace(/^\s+/, '') : written;
  return {
    subject: subject ?? headed?.[1]?.trim() ?? null,
    body,
    segments: segmentsOf(body, []),
    hidden: [],
    links: [],
    attachments: [],
  };
}

function text(value: unknown): string | null {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}

function number(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || value.trim() === '') return null;
  const read = Number(value.replace(/[$€£,\s_]/g, ''));
  return Number.isFinite(read) ? read : null;
}

/** A range that lies on both sides of a threshold is left out, which counts as unknown. */
function headcount(value: unknown): number | null {
  const read = readHeadcount(value);
  return read && read.min === read.max ? read.min : null;
}

function list(value: unknown, field: string): string[] {
  if (value === undefined || value === null || value === '' || value === false) return [];
  if (typeof value === 'string') return value.split(/[,;|]/).map((item) => item.trim());
  if (Array.isArray(value)) return value.map(String);
  if (typeof value === 'object') {
    return Object.entries(value).flatMap(([key, on]) =>
      on === true || on === 1 || on === 'true' ? [key] : [],
    );
  }
  throw new Error(`${field} is not a list`);
}

function signalsOf(value: unknown): Record<string, unknown> {
  if (value === undefined || value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
  return { signals: value };
}

/** A list, one entry, or entries by name; each an object or a sentence such as "Go bench until 30 June". */
function commitmentsOf(value: unknown): Commitment[] {
  if (typeof value === 'string' && value.trim() !== '') return [commitmentOf({ note: value })];
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item: unknown) => commitmentsOf(item));
  const entry = value as Record<string, unknown>;
  const named = Object.entries(entry).filter(([, item]) => typeof item === 'object' && item !== null);
  if (named.length > 0 && named.length === Object.keys(entry).length) {
    return named.flatMap(([name, item]) =>
      (Array.isArray(item) ? item : [item]).map((one: unknown) =>
        commitmentOf({ subject: name.replaceAll('_', ' '), ...(one as Record<string, unknown>) }),
      ),
    );
  }
  return [commitmentOf(entry)];
}

const COMMITMENT_FIELDS = {
  subject:
    /^(?:subject|engineer|name|team|who|person|consultant|resource|crew|squad|capacity|asset|skill|role|what|equipment|staff)$/,
  starts: /^(?:starts?|from|begins?|since)(?:at|on|date)?$/,
  ends: /^(?:ends?|until|to|through|thru|expires|till)(?:at|on|date)?$/,
  type: /^(?:type|kind|category)$/,
  note: /^(?:notes?|comment|reason|description|details?|status)$/,
};

function commitmentOf(entry: Record<string, unknown>): Commitment {
  const field = (name: keyof typeof COMMITMENT_FIELDS): string | null => {
    const found = Object.entries(entry).find(
      ([key, value]) =>
        COMMITMENT_FIELDS[name].test(key.toLowerCase().replace(/[^a-z]|commitment/g, '')) &&
        text(value) !== null,
    );
    return found === undefined ? null : text(found[1]);
  };
  return {
    subject: field('subject') ?? '',
    starts: field('starts'),
    ends: field('ends'),
    type: field('type') ?? 'full_time',
    note: field('note'),
  };
}

/** The first key of a record that tells of commitments, however it is spelt. */
function commitmentsIn(record: Record<string, unknown>): unknown {
  const key = Object.keys(record).find((one) =>
    /^(?:prior|existing|active|current|capacity)?commitments?$/.test(
      one.toLowerCase().replace(/[^a-z]/g, ''),
    ),
  );
  return key === undefined ? undefined : record[key];
}

const entries = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value)
    ? value.filter((item): item is Record<string, unknown> => typeof item === 'object' && item !== null)
    : [];

/** Texts of other threads, as a snapshot keeps them; the published schema has no field for them. */
function foreignOf(value: unknown): ForeignText[] {
  return entries(value).flatMap((entry): ForeignText[] => {
    const body = text(entry['text']);
    if (body === null) return [];
    const { scope, direction } = entry;
    const at = text(entry['at']);
    return [
      {
        scope: scope === 'company' || scope === 'signal' ? scope : 'other_company',
        source: text(entry['source']) ?? 'other thread',
        threadId: text(entry['threadId'] ?? entry['thread_id']),
        text: body,
        ...(direction === 'in' || direction === 'out' ? { direction } : {}),
        ...(at === null ? {} : { at }),
      },
    ];
  });
}

/** Peer companies, as a snapshot keeps them. */
function peersOf(value: unknown): Peer[] {
  return entries(value).flatMap((entry): Peer[] => {
    const name = text(entry['name']);
    if (name === null) return [];
    const timesUsed = number(entry['timesUsed'] ?? entry['times_used']) ?? 0;
    return [{ name, city: text(entry['city']), industry: text(entry['industry']), timesUsed }];
  });
}

function threadOf(value: unknown, threadId: string): ThreadMessage[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown) => {
    if (typeof item !== 'object' || item === null) return [];
    const entry = item as Record<string, unknown>;
    const body = text(entry['text'] ?? entry['message'] ?? entry['body']);
    if (body === null) return [];
    return [
      {
        threadId: text(entry['threadId'] ?? entry['thread_id']) ?? threadId,
        direction: /^(?:out|us|agent|sent)/i.test(text(entry['direction']) ?? '')
          ? ('out' as const)
          : ('in' as const),
        person: text(entry['person'] ?? entry['from']),
        role: text(entry['role']),
        at: text(entry['at'] ?? entry['date']) ?? '',
        text: body,
      },
    ];
  });
}
