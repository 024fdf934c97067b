import type { FieldEvidence, SuppressionEvidence } from '../crm/prospect.ts';
import { type Channel, channelOf } from './language/channel.ts';
import { fieldName, isBlankValue, keyText, signalLeaves } from './language/signals.ts';
import type { Rubric } from './rubric.ts';
import type { RuleName } from './verdict.ts';

/** A rule that a CRM field decides by itself, whatever the draft says. */
export interface RecordStop {
  rule: Extract<RuleName, 'disqualifier' | 'opt_out'>;
  /** One sentence for a reviewer and the audit log. */
  rationale: string;
  fields: FieldEvidence[];
}

/** What rules 1 and 2 need of a record. */
export interface StopFields {
  disqualifiers: readonly string[];
  opt_out_channels: readonly string[];
  /** Evidence only: what they opt out of is in `opt_out_channels` too. */
  suppressions?: readonly SuppressionEvidence[];
  available_signals?: Record<string, unknown>;
}

/**
 * Rules 1 and 2 from the record alone, for the re-check before each courier attempt and for releases.
 * Only rules that are enforced stop.
 */
export function decidedByRecord(
  record: StopFields,
  rubric: Pick<Rubric, 'rules' | 'disqualifiers'>,
  channel = 'email',
): RecordStop | null {
  const disqualified = rubric.rules.disqualifier === 'enforce' ? disqualifierStop(record, rubric) : null;
  if (disqualified) return disqualified;
  return rubric.rules.opt_out === 'enforce' ? optOutStop(record, [channelOf(channel)]) : null;
}

/** @param address whom the mail may reach, or its recipient be taken for */
export const aliasRationale = (address: string, stop: RecordStop): string =>
  `The address may reach ${address}, or be taken for it: ${stop.rationale}`;

/** Words of a flag or key: "Anti-Offshore" and "antiOffshore" both give "anti offshore". */
const plain = (flag: string): string => keyText(flag).trim();

/** Any flag that is not an empty word; flags in signals count when the rubric knows them. */
export function disqualifierStop(
  record: Pick<StopFields, 'disqualifiers' | 'available_signals'>,
  rubric: Pick<Rubric, 'disqualifiers'>,
): RecordStop | null {
  const flags = record.disqualifiers.filter((flag) => !isBlankValue(flag) && !isDenied(flag));
  const fields: FieldEvidence[] =
    flags.length > 0 ? [{ field: 'disqualifiers', value: [...flags].sort() }] : [];
  const known = new Set(rubric.disqualifiers.known.map(plain));
  const names = new Set(flags.map(plain));
  for (const { path, key, value } of signalLeaves(record.available_signals ?? {})) {
    const name = signalledFlag(path, key, value, known);
    if (name === null) continue;
    names.add(name);
    fields.push({ field: fieldName(path), value });
  }
  if (fields.length === 0) return null;
  const unknown = [...names].some((name) => !known.has(name));
  return {
    rule: 'disqualifier',
    rationale: `The record is disqualified. ${[...names].sort().join(', ')}${unknown ? ' (an unknown flag counts too)' : ''}.`,
    fields: sorted(fields),
  };
}

/** `anti_offshore: true`, `disqualifiers: {local_only: true}`, `disqualifier: "competitor"`; else null. */
function signalledFlag(
  path: readonly string[],
  key: string,
  value: string | number | boolean,
  known: ReadonlySet<string>,
): string | null {
  if (isBlankValue(value) || isDenied(String(value))) return null;
  const words = plain(key).replace(/^(?:is|has|flag|flagged) | (?:flag|flagged)$/g, '');
  if (/^(?:disqualifiers?|disqualified|disqualifications?)$/.test(words)) {
    return isYes(value) ? words : plain(String(value));
  }
  const listed = path.slice(0, -1).some((name) => / disqualif\w+ /.test(keyText(name)));
  return (listed || known.has(words)) && isYes(value) ? words : null;
}

/** An opt-out from one of `channels`, or from all. */
export function optOutStop(
  record: Pick<StopFields, 'opt_out_channels' | 'suppressions' | 'available_signals'>,
  channels: readonly Channel[],
): RecordStop | null {
  const hits: { channel: Channel; field: FieldEvidence }[] = [];
  const field = { field: 'opt_out_channels', value: [...record.opt_out_channels].sort() };
  for (const spelled of record.opt_out_channels) {
    if (!isBlankValue(spelled)) hits.push({ channel: channelOf(spelled), field });
  }
  for (const { path, value } of signalLeaves(record.available_signals ?? {})) {
    const channel = signalledOptOut(path, value);
    if (channel) hits.push({ channel, field: { field: fieldName(path), value } });
  }
  const effective = hits.filter((hit) => hit.channel === 'all' || channels.includes(hit.channel));
  if (effective.length === 0) return null;
  const named = [...new Set(effective.map((hit) => hit.channel))].sort();
  const fields = new Map(effective.map((hit) => [hit.field.field, hit.field]));
  const behind = (record.suppressions ?? [])
    .filter(({ channel }) => named.includes(channelOf(channel)))
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (behind.length > 0) fields.set('suppressions', { field: 'suppressions', value: behind });
  const bounced =
    behind.length > 0 &&
    behind.every(({ reason }) => reason?.startsWith('hard bounce')) &&
    named.every((channel) => behind.some((one) => channelOf(one.channel) === channel));
  return {
    rule: 'opt_out',
    rationale: bounced
      ? 'Mail to this address bounced for good, so it is suppressed.'
      : `The prospect opted out of ${named.includes('all') ? 'all channels' : named.join(', ')}.`,
    fields: sorted([...fields.values()]),
  };
}

const OPT_OUT_KEY =
  / (?:opt(?:ed)? ?outs?|unsubscribed?|do not (?:e ?mail|contact|text|call|message)|dnc|(?:all )?channels? suppressed|suppressed(?: channels?)?|erasure(?: request(?:ed)?)?|right to (?:be forgotten|erasure)|forget me|consent (?:withdrawn|revoked)) /;
/** Keys that tell of an opt-out's circumstances, not that there is one. */
const ABOUT_KEY =
  / (?:date|at|on|reason|source|note|link|url|count|rate|by|policy|deadline|page|footer|risk) $/;
const OUT_VALUE =
  /^\s*(?:opted?[ _-]?out|unsubscribed?|suppressed|withdrawn|revoked|requested|received)\s*$/i;

/** The channel a signal opts out of; null when it does not. `email: {opt_out: true}` gives email. */
function signalledOptOut(path: readonly string[], value: string | number | boolean): Channel | null {
  const words = keyText(path);
  const out = typeof value === 'string' && OUT_VALUE.test(value);
  const status = out && / (?:status|state|consent|preference) /.test(words);
  if (!status && (!OPT_OUT_KEY.test(words) || ABOUT_KEY.test(words))) return null;
  if (out || isYes(value)) {
    return / (?:erasure|forgotten|forget) /.test(words) ? 'all' : channelOf(words, 'all');
  }
  return typeof value === 'string' && !isBlankValue(value) ? channelOf(value) : null;
}

function isYes(value: string | number | boolean): boolean {
  if (typeof value === 'string') return /^\s*(?:true|yes|y|1|on|active|confirmed)\s*$/i.test(value);
  return value === true || value === 1;
}

/** "anti_offshore: false", "not a competitor". */
function isDenied(flag: string): boolean {
  return /[:=]\s*(?:false|no|none|0)\s*$/i.test(flag) || /^\s*(?:not|no)\s/i.test(flag);
}

function sorted(fields: FieldEvidence[]): FieldEvidence[] {
  return fields.sort((a, b) => (a.field < b.field ? -1 : a.field > b.field ? 1 : 0));
}
