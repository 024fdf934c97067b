import { domainKey } from './address.ts';
import { UserError } from '../config/user-error.ts';
import type { CompanyFields, ProspectFields } from './records.ts';
import { UNCLEAR } from './suppression-store.ts';

/** How one field is written by people: in a CSV column, on the command line, in a form. */
export interface Field {
  /** Other column headings for it, folded like `headingKey`. */
  aliases: readonly string[];
  /**
   * Reads what a person wrote. `null` (the word) clears a field.
   *
   * @throws UserError with a sentence that names the field and says how to write it
   */
  parse: (text: string, field: string) => unknown;
}

export const CHANNELS = ['email', 'sms', 'linkedin', 'phone', 'all'] as const;
export const CONFIDENCES = ['high', 'medium', 'low', 'insufficient_signal'];

export const COMPANY_FIELDS: Readonly<Record<keyof CompanyFields, Field>> = {
  name: {
    aliases: ['company_name', 'account_name', 'account', 'organization', 'organisation'],
    parse: needed,
  },
  domain: {
    aliases: ['website', 'company_domain', 'company_website', 'domain_name', 'url'],
    parse: parseDomain,
  },
  headcount: {
    aliases: ['employees', 'employee_count', 'number_of_employees', 'num_employees', 'company_size', 'size'],
    parse: parseCount,
  },
  funding_stage: {
    aliases: ['stage', 'last_round', 'funding_round', 'latest_funding_stage'],
    parse: parseStage,
  },
  funding_amount_usd: {
    aliases: ['funding_amount', 'funding', 'last_funding_amount', 'latest_funding_amount', 'amount_raised'],
    parse: parseMoney,
  },
  funding_confidence: { aliases: ['confidence'], parse: parseConfidence },
  disqualifiers: { aliases: ['disqualifier', 'company_disqualifiers'], parse: parseFlags },
  industry: { aliases: ['sector', 'vertical', 'company_industry'], parse: optional },
  city: { aliases: ['company_city', 'town', 'hq_city'], parse: optional },
  country: { aliases: ['company_country', 'country_region', 'hq_country'], parse: optional },
  regulated: { aliases: ['regulation', 'regulated_vertical', 'regime'], parse: parseRegulated },
  account_owner: { aliases: ['company_owner', 'account_executive', 'ae'], parse: optional },
};

export const PROSPECT_FIELDS: Readonly<Record<keyof ProspectFields, Field>> = {
  address: { aliases: ['email', 'email_address', 'e_mail', 'mail', 'work_email'], parse: needed },
  name: { aliases: ['full_name', 'contact_name', 'prospect', 'contact'], parse: optional },
  recipient_role: { aliases: ['role', 'seniority', 'persona'], parse: optional },
  title: { aliases: ['job_title', 'position'], parse: optional },
  disqualifiers: { aliases: ['disqualifier', 'flags'], parse: parseFlags },
  opt_out_channels: {
    aliases: ['opt_outs', 'opt_out', 'opted_out', 'unsubscribed_from'],
    parse: parseChannels,
  },
  thread_id: { aliases: ['thread'], parse: optional },
  account_owner: { aliases: ['owner', 'contact_owner', 'account_executive', 'ae'], parse: optional },
  regulated: { aliases: ['regulation', 'regime'], parse: parseRegulated },
  available_signals: { aliases: ['signals'], parse: parseSignals },
  taken_over_by: { aliases: ['taken_over', 'paused_by'], parse: optional },
  company_id: { aliases: [], parse: optional },
};

/** A column heading as it is matched: `Company Name`, `company_name` and `CompanyName` are one. */
export function headingKey(heading: string): string {
  return heading
    .replace(/([a-z])([A-Z])/gu, '$1_$2')
    .toLowerCase()
    .replace(/\([^)]*\)/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/gu, '');
}

/** `2026-03-01` to milliseconds, UTC; also full ISO times. */
export function parseTime(text: string, field: string): number {
  const iso = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/u;
  const zoned = /[T ]/u.test(text) && !/(?:Z|[+-]\d{2}:?\d{2})$/u.test(text) ? `${text}Z` : text;
  const time = iso.test(text) ? Date.parse(zoned.replace(' ', 'T')) : Number.NaN;
  if (Number.isNaN(time)) {
    throw new UserError(`${field} "${text}" is not a date: write it as 2026-03-31 or 2026-03-31T09:00:00Z`);
  }
  return time;
}

/** `2026-03-31`, checked; null when cleared. */
export function parseDate(text: string, field: string): string | null {
  if (cleared(text)) return null;
  return new Date(parseTime(text, field)).toISOString().slice(0, 10);
}

export function parseChannels(text: string, field: string): string[] {
  return channelsAmong(CHANNELS, text, field);
}

/** The channels of suppressions: `parseChannels`, and `unclear` for an opt-out that is only possible. */
export function parseSuppressed(text: string, field: string): string[] {
  return channelsAmong([...CHANNELS, UNCLEAR], text, field);
}

function channelsAmong(known: readonly string[], text: string, field: string): string[] {
  const channels = parseFlags(text, field);
  for (const channel of channels) {
    if (!known.includes(channel)) {
      throw new UserError(`${field} "${channel}" is not a channel: write one of ${known.join(', ')}`);
    }
  }
  return channels;
}

/** `true`, `yes`, `1`, `x` and their opposites, as CRM exports write a tick box. */
export function parseTick(text: string, field: string): boolean {
  if (/^(?:true|yes|y|1|x|on)$/iu.test(text)) return true;
  if (/^(?:false|no|n|0|off|null|-)$/iu.test(text)) return false;
  throw new UserError(`${field} "${text}" is neither yes nor no: write yes or no`);
}

export function needed(text: string, field: string): string {
  if (cleared(text)) throw new UserError(`${field} cannot be empty: write a value`);
  return text;
}

export function optional(text: string): string | null {
  return cleared(text) ? null : text;
}

function cleared(text: string): boolean {
  return text === '' || /^null$/iu.test(text);
}

function parseFlags(text: string, _field: string): string[] {
  if (cleared(text) || /^(?:none|-|\[\])$/iu.test(text)) return [];
  const parts = text.replace(/^\[|\]$/gu, '').split(/[;|,]/u);
  const flags = parts.map((part) => headingKey(part.trim().replace(/^"|"$/gu, ''))).filter((f) => f !== '');
  return [...new Set(flags)];
}

function parseCount(text: string, field: string): number | null {
  if (cleared(text)) return null;
  const digits = text.replace(/[\s,.'_](?=\d{3}\b)/gu, '');
  if (/^\d{1,9}$/u.test(digits)) return Number(digits);
  if (/^\d[\d,. ]*(?:\+|\s*(?:-|–|to)\s*\d[\d,. ]*)$/u.test(text)) {
    throw new UserError(`${field} "${text}" is a range: write one number, the upper end when unsure`);
  }
  throw new UserError(`${field} "${text}" is not a number: write digits, e.g. 350`);
}

function parseMoney(text: string, field: string): number | null {
  if (cleared(text)) return null;
  const found =
    /^(?:usd|us)?\s*\$?\s*(\d+(?:[,']\d{3})*)(\.\d+)?\s*(k|thousand|m|mm|mn|million|b|bn|billion)?\s*(?:usd)?$/iu.exec(
      text,
    );
  const unit = { k: 1e3, t: 1e3, m: 1e6, b: 1e9 }[found?.[3]?.[0]?.toLowerCase() ?? ''] ?? 1;
  const amount = Math.round(Number(`${found?.[1]?.replace(/[,']/gu, '')}${found?.[2] ?? ''}`) * unit);
  // What is no amount, and what no column of whole numbers takes.
  if (!Number.isSafeInteger(amount)) {
    throw new UserError(`${field} "${text}" is not an amount in US dollars: write e.g. 12000000 or 12M`);
  }
  return amount;
}

function parseStage(text: string): string | null {
  if (cleared(text)) return null;
  const key = headingKey(text);
  // Canonical where it is one of the known; any other spelling is kept, the rules decide what it is.
  if (/^(?:seed|series_[a-z]|public)$/u.test(key)) return key;
  return key === 'ipo' ? 'public' : text;
}

function parseConfidence(text: string, field: string): string | null {
  if (cleared(text)) return null;
  const key = headingKey(text);
  if (CONFIDENCES.includes(key)) return key;
  throw new UserError(`${field} "${text}" is not known: write one of ${CONFIDENCES.join(', ')}`);
}

function parseRegulated(text: string): string | null {
  if (cleared(text) || /^(?:no|none|false|n|0|-)$/iu.test(text)) return null;
  return /^(?:yes|true|y|1|x)$/iu.test(text) ? 'regulated' : text;
}

function parseDomain(text: string, field: string): string | null {
  if (cleared(text)) return null;
  // CRMs keep the website here as often as the domain.
  const host = text
    .replace(/^[a-z]+:\/\//iu, '')
    .replace(/[/?#].*$/u, '')
    .replace(/^www\./iu, '');
  const key = domainKey(host);
  if (key === null || !key.includes('.')) {
    throw new UserError(`${field} "${text}" is not a domain: write e.g. example.com`);
  }
  return key;
}

function parseSignals(text: string, field: string): Record<string, unknown> {
  if (cleared(text)) return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch {
    // Told below, with the same advice.
  }
  throw new UserError(`${field} is not a JSON object: write e.g. {"open_roles": 4}`);
}
