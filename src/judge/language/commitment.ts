import type { Commitment, ProspectSnapshot } from '../../crm/prospect.ts';
import { addDays } from './calendar.ts';
import { type Capacity, capacityOf } from './capacity.ts';
import { readDate } from './dates.ts';
import { rememberRecords } from './remember.ts';
import { fieldName, isBlankValue, keyText, type SignalNode, signalLeaves } from './signals.ts';
import { isPersonName } from './subject-mention.ts';

/** A commitment of somebody, from the record's own list or from its signals. */
export interface KnownCommitment {
  /** Who or what is committed; null when the record does not say. */
  subject: string | null;
  /** What a commitment of nobody by name ties up; null when the subject is a person or quite unknown. */
  capacity: Capacity | null;
  /** ISO dates, inclusive; null = already running, without end. */
  starts: string | null;
  ends: string | null;
  /** It may be extended: availability after its end is not certain. */
  mayRenew: boolean;
  field: string;
  value: unknown;
}

/** A key that tells until when somebody is taken. */
const END_KEY =
  / (?:(?:commit\w*|engaged|engagement|booked|allocat\w+|assigned|assignment|contract\w*|contracted|busy|reserved|occupied|unavailable|deployed|placed|locked) (?:\w+ )?(?:until|till|through|thru|to|end|ends|ending|expir\w*|date)|committed|unavailable until|ends|ends? on|ends? at|until|end date|through|contract end|roll off(?: date)?|rolls off|expires) $/;
/** A key that tells from when somebody is free: the commitment ends the day before. */
const FREE_KEY =
  / (?:available (?:from|on|after|date|as of)|availability(?: date| from| start)?|next available(?: date)?|free (?:from|on|after)|earliest (?:start|available|availability)(?: date)?|earliest start) $/;
const START_KEY = / (?:starts?|from|start date|begins?|since|commit\w* (?:from|start|starts|since)) $/;
const WHO_KEY =
  / (?:(?:\w+ )*(?:engineer|consultant|candidate|contractor|developer|resource|person|specialist|analyst|team|member|bench|proposed) name|name|subject|engineer|consultant|candidate|contractor|developer|resource|person|who|full name|team|squad|bench) $/;
const ROLE_KEY = / (?:\w+ )*(?:role|skill|title|position|speciality|specialty) $/;
/** A list of commitments that an engine put among the signals. */
const LIST_OF_COMMITMENTS = / (?:commitments?|bookings?|allocations?) $/;
const TYPE_KEY = / (?:type|kind|category|capacity|resource|asset|what) $/;
const NOTE_KEY =
  / (?:\w+ )*(?:note|notes|comment|comments|detail|details|remark|status|commitment|commitments|availability|description|summary) $/;
/** Says that somebody is taken. "Committed to quality" is a virtue, not a booking. */
export const TAKEN =
  /\b(?:(?:currently |already |fully |still |is |are |being )?(?:committed|engaged|allocated|booked|reserved|tied up|occupied|unavailable|busy)(?! to (?:your|our|quality|deliver\w*|help\w*|excellence|success|making|ensuring|providing|the success|long))|(?:current|existing|present|prior|other|another|ongoing) (?:\w+ ){0,2}(?:commitments?|projects?|engagements?|contracts?|clients?|assignments?|placements?|bookings?)|(?:deployed|contracted|assigned|placed|embedded) (?:\w+ ){0,4}(?:until|through|till)|has a commitment|commitments? (?:\w+ ){0,3}(?:until|through|till|runs?|ends?)|(?:not|n't|cannot|never) (?:be )?(?:able to )?(?:available|free|start|join|begin) (?:\w+ ){0,3}(?:until|before|till)|roll(?:s|ing)? off|wraps? up|wrapping up|frees? up|comes? free|coming free|finish(?:es|ing)? (?:up )?(?:a |an |her |his |their |with |on |the )|on (?:a |another )?(?:project|engagement|assignment|placement) (?:until|through|till)|availability (?:is|depends)|when (?:her|his|their) (?:\w+ )?(?:contract|project|engagement|assignment) ends)/i;
const RENEWAL = /\b(?:renew\w*|extend\w*|extension|roll(?:s|ed)? over|prolong\w*|option to continue)\b/i;
const NO_RENEWAL =
  /\b(?:no|not|won't|will not|without|declined|unlikely to|ruled out) (?:\w+ ){0,3}(?:renew|exten|prolong)/i;

/** Every commitment the record knows of, structured ones first. `today` is an ISO date. */
export const commitmentsOf = rememberRecords(readCommitments);

function readCommitments(prospect: ProspectSnapshot, today: string): KnownCommitment[] {
  return [...prospect.commitments.map((one, at) => recorded(one, at, today)), ...signalled(prospect, today)];
}

/** Running on some day from `today` to a month ahead, which a new engagement would run into. */
export function isActive({ starts, ends }: KnownCommitment, today: string): boolean {
  if (ends !== null && ends < today) return false;
  return starts === null || starts <= addDays(today, 31);
}

function recorded(commitment: Commitment, at: number, today: string): KnownCommitment {
  const note = `${commitment.type} ${commitment.note ?? ''}`;
  const { starts, ends } = commitment;
  const subject = commitment.subject.trim() === '' ? null : commitment.subject;
  return {
    subject,
    capacity: subject !== null && isPersonName(subject) ? null : capacityOf(subject ?? commitment.type),
    starts: starts === null ? null : (readDate(starts, today)?.from ?? null),
    ends: ends === null ? null : (readDate(ends, today)?.to ?? null),
    mayRenew: RENEWAL.test(note) && !NO_RENEWAL.test(note),
    field: `commitments[${at}]`,
    value: commitment,
  };
}

/** Objects of the signals that hold an end date, a date of availability, or a note that says so. */
function signalled(prospect: ProspectSnapshot, today: string): KnownCommitment[] {
  const found: KnownCommitment[] = [];
  const seen = new Set<string>();
  for (const leaf of signalLeaves(prospect.available_signals)) {
    const node = leaf.holders.at(-1);
    const key = keyText(leaf.key);
    if (typeof leaf.value !== 'string' || node === undefined || isBlankValue(leaf.value)) continue;
    const id = node.path.join('/');
    const isEnd = END_KEY.test(key);
    const isFree = FREE_KEY.test(key);
    const isNote = !isEnd && !isFree && NOTE_KEY.test(key) && TAKEN.test(leaf.value);
    if ((!isEnd && !isFree && !isNote) || seen.has(id)) continue;
    if (isNote && hasEndField(node)) continue;
    const range = readDate(leaf.value, today);
    const subject = subjectOf(leaf.holders) ?? (isNote ? subjectInNote(leaf.value) : null);
    if (range === null && (!isNote || subject === null)) continue;
    const plainEnd = / (?:ends?|until|through|end date|expires|ends? on) $/.test(key);
    if (plainEnd && !isAboutCommitment(leaf.path, node)) continue;
    seen.add(id);
    found.push({
      subject,
      capacity: LIST_OF_COMMITMENTS.test(keyText(leaf.path.slice(0, -1))) ? capacityIn(subject, node) : null,
      starts: startOf(node, today),
      ends: range === null ? null : isFree ? addDays(range.from, -1) : range.to,
      mayRenew: mayRenew(node),
      field: fieldName(leaf.path),
      value: leaf.value,
    });
  }
  return found;
}

/** What an entry of a list of commitments ties up; null for a person. */
function capacityIn(subject: string | null, node: SignalNode): Capacity | null {
  if (subject !== null) return isPersonName(subject) ? null : capacityOf(subject);
  const type = Object.entries(node.fields).find(([key]) => TYPE_KEY.test(keyText(key)))?.[1];
  return capacityOf(typeof type === 'string' ? type : '');
}

/** "Go bench fully allocated until Q4": what stands before the word that says it is taken. */
function subjectInNote(note: string): string | null {
  const taken = TAKEN.exec(note);
  const before = (taken === null ? '' : note.slice(0, taken.index)).replace(/^.*[.;:!?]/s, '').trim();
  const words = before.replace(/\b(?:is|are|our|the|has|have|been|all|both|fully|currently)\b/gi, ' ').trim();
  return words === '' || words.split(/\s+/).length > 5 ? null : words.replace(/\s+/g, ' ');
}

function hasEndField(node: SignalNode): boolean {
  return Object.entries(node.fields).some(
    ([key, value]) => END_KEY.test(keyText(key)) && typeof value === 'string',
  );
}

/** A bare "ends" could be anything's end; something around it must speak of a commitment or a person. */
function isAboutCommitment(path: string[], node: SignalNode): boolean {
  if (
    / (?:commit\w*|booking\w*|allocation\w*|engagement\w*|assignment\w*|bench|engineer\w*|availability|placement\w*) /.test(
      keyText(path),
    )
  ) {
    return true;
  }
  return Object.keys(node.fields).some((key) => WHO_KEY.test(keyText(key)));
}

/** The name in the same object, else in one around it; a role or skill only when nobody is named. */
function subjectOf(holders: SignalNode[]): string | null {
  for (const wanted of [WHO_KEY, ROLE_KEY]) {
    for (const holder of holders.toReversed()) {
      for (const [key, value] of Object.entries(holder.fields)) {
        if (typeof value !== 'string' || isBlankValue(value)) continue;
        if (
          wanted.test(keyText(key)) &&
          !/ (?:recipient|prospect|company|contact|client|sender|owner) /.test(keyText(key))
        )
          return value;
      }
    }
    // { "Tigist Haile": { committed_until: … } }: the key itself is the name.
    const named = holders.at(-1)?.path.at(-1);
    if (wanted === WHO_KEY && named !== undefined && /^\p{Lu}\p{Ll}+[ _]\p{Lu}\p{Ll}+$/u.test(named))
      return named.replaceAll('_', ' ');
  }
  return null;
}

function startOf(node: SignalNode, today: string): string | null {
  for (const [key, value] of Object.entries(node.fields)) {
    if (START_KEY.test(keyText(key)) && !FREE_KEY.test(keyText(key)) && typeof value === 'string')
      return readDate(value, today)?.from ?? null;
  }
  return null;
}

function mayRenew(node: SignalNode): boolean {
  return Object.entries(node.fields).some(([key, value]) => {
    const name = keyText(key);
    if (/ (?:renew\w*|extension\w*|extend\w*) /.test(name)) {
      if (typeof value === 'number') return value > 0;
      return (
        value === true ||
        (typeof value === 'string' &&
          !isBlankValue(value) &&
          !/^0+(?:\.0+)?\s*%?$|\b(?:unlikely|declined|ruled out)\b/i.test(value))
      );
    }
    return typeof value === 'string' && RENEWAL.test(value) && !NO_RENEWAL.test(value);
  });
}
