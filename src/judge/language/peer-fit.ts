import type { FieldEvidence, ProspectSnapshot } from '../../crm/prospect.ts';
import { industryFamilies, knownCompany } from './known-companies.ts';
import { countryOf } from './places.ts';
import { fieldName, keyText, type SignalLeaf, signalLeaves } from './signals.ts';
import { rememberRecords } from './remember.ts';

/** What the record says of peers: where the prospect is, and which names are good or spent. */
export interface PeerRecord {
  company: string | null;
  city: string | null;
  country: string | null;
  industry: string | null;
  /** Lower-case names the record vouches for, with the field that does. */
  vouched: Map<string, FieldEvidence>;
  /** Lower-case names the record marks as generic or used up. */
  marked: Map<string, FieldEvidence>;
  /** Names no peer: the prospect's own stack and people. */
  own: Set<string>;
}

/** Why a name is no peer of this prospect. */
export interface Misfit {
  reason: string;
  fields: FieldEvidence[];
}

const BAD_LIST =
  / (?:generic|re ?used?|overused|stale|placeholders?|wrong|irrelevant|rejected|banned|blocked|exhausted|spent|do not use|avoid|(?:already|recently|previously|last|lately|often) (?:\w+ )?(?:used|cited|named|mentioned|quoted|sent|pitched)|(?:used|cited|named|mentioned|quoted|pitched) (?:\w+ )?(?:in|for|with|by|to|on|elsewhere|before|already|recently|previously|across)|(?:other|previous|past|earlier) (?:threads?|prospects?|drafts?|mails?|emails?|sends?|accounts?|campaigns?|recipients?)) /;
const PEER_LIST = / (?:peers?|references?|comparables?|competitor list|similar compan(?:y|ies)) /;
/** A count of how often a peer was named, by the peer or beside it. */
const USE_COUNT =
  / (?:uses?|used|times|times used|use count|used count|usage|reuse|mentions?|count|sends?|threads?) /;
/** Parts that an invented company name is put together from. */
const CORE =
  'pharma|bio|hotel|legal|auto|travel|food|tech|global|data|digital|innov(?:ate|ative|ation)s?|cloud|smart|next|gen|nextgen|future|universal|cyber|info|web|synergy|alpha|beta|omega|apex|dynamic|enterprise|fin|med|health|edu|agri|retail|bank|green|eco|business|market|commerce|software|soft|system|start|startup|growth|scale|rapid|fast|quick|super|mega|ultra|pro|prime|elite|premier|first|best|top|big|generic|sample|example|test|inter|national|international|world|trans|uni|omni|meta|hyper|micro|macro|logi|insur|pay|money|cash|energy|power|build|code|dev|app|net';
const TAIL =
  'corp|corporation|solutions?|tech|technology|technologies|systems?|labs?|inc|incorporated|ltd|limited|llc|co|company|group|works|soft|software|hub|ventures?|industries|enterprises?|services?|consulting|analytics|innovations?|dynamics|partners|net|ware|logic|wave|x|y|z';
const INVENTED = new RegExp(`^(?=.{5,})(?:${CORE})+(?:${TAIL})+$`, 'i');
/** "Company X", "Startup B", "Client 2", "FirmA". */
const LETTERED =
  /^(?:compan(?:y|ies)|client|customer|start-?up|firm|brand|corp|corporation|vendor|peer|business|bank|competitor|organi[sz]ation|agency|team|fintech|enterprise|retailer|insurer|provider)[ -]?(?:[A-Z]|\d{1,2}|one|two|three|alpha|beta|gamma)$/i;
const FIRM_NOUNS =
  'compan(?:y|ies)|client|customer|start-?up|firm|brand|vendor|peer|business|competitor|organi[sz]ation|agency|supplier|chain|operator|retailer|insurer|lender|manufacturer|distributor|clinic|practice|brewery|bakery|hotel|charity|prospect|account|reference';
/** What stands where a name should, in any case. */
const NUMBERS = String.raw`[A-Z]|#?\d{1,2}|[IVX]{1,3}|one|two|three|four|five|first|second|alpha|beta|gamma|name|name here|tbd|tbc`;
/** "Hotel Company One", "Trade Customer B", "Agency Name": a noun for a firm, and where its name should be. */
const NUMBERED = new RegExp(String.raw`^(?:\p{L}+ ){0,3}(?:${FIRM_NOUNS})[ -](?:${NUMBERS})$`, 'iu');
/** Trades spelled as one word, which the parts of an invented name would make too. */
const TRADE =
  /^(?:fin|health|med|bio|edu?|insur|agri|prop|legal|clean|green|ad|hr|reg|deep|big|food|auto|travel)tech$/i;
/** Three letters in a row of the alphabet, as in "ABC Corp" and "XYZ". */
const THREE_LETTERS =
  'ABC|BCD|CDE|DEF|EFG|FGH|GHI|HIJ|IJK|JKL|KLM|LMN|MNO|NOP|OPQ|PQR|QRS|RST|STU|TUV|UVW|VWX|WXY|XYZ|AAA|BBB|CCC|XXX|YYY|ZZZ|FOO|BAR';
const ALPHABET = new RegExp(String.raw`^(?:${THREE_LETTERS})\b`, 'i');

const WORLDWIDE = new Set(['devtools', 'data', 'ai', 'cloud', 'security', 'gaming', 'hr', 'aerospace']);

export const peerRecord = rememberRecords(readPeers);

function readPeers(prospect: ProspectSnapshot, reuseLimit = Infinity): PeerRecord {
  const record: PeerRecord = {
    company: prospect.company,
    city: prospect.city,
    country: prospect.country,
    industry: prospect.industry,
    vouched: new Map(),
    marked: new Map(),
    own: new Set(),
  };
  for (const leaf of signalLeaves(prospect.available_signals)) {
    const key = keyText(leaf.path.filter((part) => part !== 'peer_brief_generated'));
    if (typeof leaf.value === 'number') markOverused(record, leaf, reuseLimit);
    if (typeof leaf.value !== 'string') continue;
    const evidence = { field: fieldName(leaf.path), value: leaf.value };
    const at = leaf.path.findLastIndex((part) => PEER_LIST.test(keyText(part)));
    if (/ (?:city|location|hq|headquarters|region|based) /.test(key)) record.city ??= leaf.value;
    else if (/ country /.test(key)) record.country ??= leaf.value;
    else if (/ (?:industry|sector|vertical) /.test(key)) record.industry ??= leaf.value;
    else if (
      at < 0 &&
      / (?:stack|tools?|products?|technolog\w+|skills?|hires?|people|names?|recipient|investors?) /.test(key)
    )
      record.own.add(leaf.value.toLowerCase());
    if (at < 0 || / (?:brief|generated|note|notes|count|times) /.test(keyText(leaf.path.slice(at)))) continue;
    const list = BAD_LIST.test(keyText(leaf.path)) ? record.marked : record.vouched;
    for (const name of leaf.value.split(/[,;]/)) list.set(name.trim().toLowerCase(), evidence);
  }
  return record;
}

/** `peer_usage: { Seasalt: 7 }` or `peers: [{ name: "Seasalt", times_used: 7 }]`. */
function markOverused(record: PeerRecord, leaf: SignalLeaf, limit: number): void {
  if (typeof leaf.value !== 'number' || leaf.value <= limit) return;
  const around = keyText(leaf.path.slice(0, -1));
  if (!/ (?:peers?|references?|comparables?) /.test(around)) return;
  const beside = USE_COUNT.test(keyText(leaf.key)) ? (leaf.holders.at(-1)?.fields ?? {}) : {};
  const name =
    beside['name'] ?? beside['peer'] ?? beside['company'] ?? (USE_COUNT.test(around) ? leaf.key : null);
  if (typeof name !== 'string') return;
  record.marked.set(name.toLowerCase(), { field: fieldName(leaf.path), value: leaf.value });
}

/** The table of peers first, then what the signals say, then general knowledge; null = fits or unknown. */
export function misfitOf(
  name: string,
  prospect: ProspectSnapshot,
  record: PeerRecord,
  config: { placeholders: string[]; reuse_limit: number },
): Misfit | null {
  const key = name.toLowerCase();
  const listed = prospect.peers.find((peer) => peer.name.toLowerCase() === key);
  if (listed !== undefined) return misfitOfListed(listed, record, config.reuse_limit);
  const marked = record.marked.get(key);
  if (marked !== undefined) return { reason: 'is marked as used up in the record', fields: [marked] };
  if (record.vouched.has(key) || knownAsPart(key, record.vouched)) return null;
  if (isPlaceholder(name, config.placeholders)) return { reason: 'is a placeholder', fields: [] };
  return misfitOfKnown(name, record);
}

export function isPlaceholder(name: string, placeholders: readonly string[]): boolean {
  const key = name.toLowerCase().replace(/[.,]/g, '');
  if (placeholders.some((one) => key === one.toLowerCase() || key.startsWith(`${one.toLowerCase()} `)))
    return true;
  const solid = name.replace(/[\s.,-]/g, '');
  if (TRADE.test(solid)) return false;
  return (
    LETTERED.test(name) ||
    NUMBERED.test(name) ||
    ALPHABET.test(name) ||
    (INVENTED.test(solid) && knownCompany(name) === null)
  );
}

/** A noun for a firm with a letter or number behind it, or letters of the alphabet, in any case. */
const SHAPES = new RegExp(
  String.raw`(?<![\p{L}\p{N}])(?:(?:\p{L}+ )?(?:${FIRM_NOUNS})[ -](?:${NUMBERS})|${THREE_LETTERS})(?![\p{L}\p{N}])`,
  'giu',
);

/** `text` with `write` applied to what looks like a name that only stands for one ("company x", "hotel company one"). */
export function placeholderShapes(text: string, write: (name: string) => string): string {
  return text.replace(SHAPES, (name) => (/^\p{L}{3}$/u.test(name) ? name.toUpperCase() : write(name)));
}

function misfitOfListed(
  peer: ProspectSnapshot['peers'][number],
  record: PeerRecord,
  limit: number,
): Misfit | null {
  const fields = [{ field: 'peers', value: peer }];
  if (peer.timesUsed > limit) return { reason: `was used for ${peer.timesUsed} other prospects`, fields };
  if (peer.industry !== null && record.industry !== null && !sameIndustry(peer.industry, record.industry)) {
    return { reason: `is in ${peer.industry}, not ${record.industry}`, fields };
  }
  if (peer.city !== null && record.city !== null && !sameCity(peer.city, record.city)) {
    return { reason: `is in ${peer.city}, not ${record.city}`, fields };
  }
  return null;
}

function misfitOfKnown(name: string, record: PeerRecord): Misfit | null {
  const known = knownCompany(name);
  if (known === null || record.industry === null) return null;
  const families = industryFamilies(record.industry);
  if (families !== null && !families.some((family) => known.families.includes(family))) {
    return {
      reason: `is not in ${record.industry}`,
      fields: [{ field: 'industry', value: record.industry }],
    };
  }
  // Software is a peer wherever it is made; a bank, a clinic or a shop is known where it trades.
  if (families === null || families.every((family) => WORLDWIDE.has(family))) return null;
  const country = countryOf(record.city ?? '') ?? countryOf(record.country ?? '');
  if (country === null || known.countries.includes(country)) return null;
  return {
    reason: `is not of ${record.city ?? record.country ?? country}`,
    fields: [{ field: 'city', value: record.city ?? record.country }],
  };
}

/** "Kacha Digital Payments" for the listed "Kacha Digital". */
function knownAsPart(key: string, names: Map<string, FieldEvidence>): boolean {
  for (const name of names.keys()) {
    if (name.length >= 4 && (key.startsWith(`${name} `) || name.startsWith(`${key} `))) return true;
  }
  return false;
}

function sameIndustry(one: string, two: string): boolean {
  const first = industryFamilies(one);
  const second = industryFamilies(two);
  return first === null || second === null || first.some((family) => second.includes(family));
}

function sameCity(one: string, two: string): boolean {
  const a = keyText(one.split(',')[0] ?? '');
  const b = keyText(two.split(',')[0] ?? '');
  return a.includes(b) || b.includes(a);
}
