import type { ProspectSnapshot } from '../../crm/prospect.ts';
import { roleIn } from './person-role.ts';
import { rememberRecords } from './remember.ts';
import { fieldName, isBlankValue, keyText, type SignalLeaf, signalLeaves } from './signals.ts';

/** Text of another thread, or said to be private, that the draft must not carry. */
export interface ForeignSource {
  field: string;
  value: unknown;
  text: string;
  /** `thread`: a whole thread's text, long and full of ordinary words; `note`: a short fact. */
  kind: 'thread' | 'note';
  role: string | null;
}

/** What the record holds of other threads and what the recipient may be told. */
export interface ForeignKnowledge {
  sources: ForeignSource[];
  /** Text that belongs to the recipient: own thread, firmographics, public facts. */
  own: string;
  ownRole: string | null;
  /** Names of people in other threads. */
  otherPeople: string[];
  /** The record says that there is another thread. */
  marker: { field: string; value: unknown } | null;
}

const OTHER_THREAD_KEY =
  / (?:other|cross|another|foreign|different|separate|parallel|sibling|adjacent|neighbou?ring|second|leak|leaked|contaminat\w+)(?: \w+){0,2} (?:threads?|conversations?|prospects?|accounts?|clients?|customers?|compan(?:y|ies)|contacts?|deals?|stakeholders?|content|context|chats?|inbox|recipients?) | cross (?:thread|account|prospect|company) | leak (?:risk|severity) /;
const PRIVATE_KEY =
  / (?:confidential\w*|private|sensitive|secret\w*|nda|restricted|embargo\w*|undisclosed|off record|off the record|do not share|not for sharing|internal only|board (?:note|notes|content|discussion|memo|pressure|decision|minutes|deck)|salary|salaries|compensation|payroll|layoffs?|redundanc\w+|retention crisis|exit intent|divorce|personal|resignation|succession|acquisition talks?|merger|lawsuit|litigation|investigation|competitor intel|insider|equity|cap table|severance|termination|performance review|health issue) /;
const CONTENT_KEY =
  / (?:threads?|content|notes?|messages?|msg|said|conversations?|chat|emails?|context|concerns?|priorit\w+|comments?|mention\w*|intel|requests?|discussion\w*|topics?|summary|update|plans?|feedback|reply|replies|disclos\w+|told|talks?|stance|worry|worries|body|text|history|signals?) /;
/** The prospect's own or public: may be mentioned. */
const ORDINARY_KEY =
  / (?:industry|sector|vertical|city|location|country|region|timezone|stack|tools?|technolog\w+|hiring|hires?|jobs?|postings?|vacanc\w+|open roles?|roles? open|role count|funding|round|headcount|employees|growth|news|press|public|publicly|blog|website|linkedin|podcast|interview|article|announce\w*|launch\w*|event|office|offices|expansion|opening|customers?|partnerships?|awards?|milestones?|own|question|asked|inbound|recipient|engineers?|bench|skills?|profiles?|names?|titles?|language|url|link|source|date|time|ids?|severity|risk|level|type|status|count|score|confidence|channel|product|previous message|icp|brief|peers?|regulat\w+|complian\w*|competitors? list|suggest\w*|reject\w*|opt|disqualif\w+|offshore|urgency|committed|note source|expected|probe|rule|gold|label) /;
const PUBLIC_KEY =
  / (?:public\w*|press|news|blog|podcast|interviews?|linkedin|announce\w*|articles?|website|tweets?|posts?|keynotes?|earnings|conference talks?|conferences?|webinars?|panels?|talk titles?) /;
const ROLE_FIELDS = [
  'recipient_role',
  'recipientRole',
  'role',
  'sender',
  'author',
  'from',
  'recipient',
  'speaker',
  'person',
  'with',
  'contact',
  'contact_role',
  'title',
  'owner_role',
  'stakeholder',
  'participant',
];
const THREAD_FIELDS = ['thread_id', 'threadId', 'thread', 'conversation_id', 'conversationId', 'thread_ref'];
const THREAD_ID =
  /^(?:thread|thr|conv|conversation|t)[_-](?!history|content|context|id$|ids$|summary|messages?$|notes?$)[\w-]+$/i;

/** Fields that say who the other side of a conversation is. */
const PERSON_KEY =
  / (?:names?|person|people|contacts?|recipient|with|who|whom|participants?|counterpart\w*|speaker|sender|author|from|to|correspondent|interlocutor|part(?:y|ies)|attendees?|caller|stakeholder|employee|user|member) $/;
/** Names of places where people talk. */
const TALK_KEY =
  / (?:threads?|conversations?|convos?|chats?|e ?mails?|mails?|messages?|msgs?|dialogues?|dialogs?|correspondences?|inbox(?:es)?|mailbox(?:es)?|exchanges?|dms?|slack|teams chat|whatsapp|transcripts?|calls?|call notes?|meetings?|meeting notes?|discussions?|tickets?|interactions?|touchpoints?|activit(?:y|ies)|engagements?|outreach) /;
const OTHER_PERSON =
  /^(?<name>\p{Lu}[\p{L}'-]+(?: (?:\p{Lu}[\p{L}'.-]*|de|van|von|der|al|bin)){1,3})(?=\s*(?:$|[,(/<|@;-]))/u;

/** The name a field begins with: "Ada Brandt", "Ada Brandt, Head of Stores", "Ada Brandt (Finance)". */
function personIn(value: string): string | null {
  return OTHER_PERSON.exec(value)?.groups?.name ?? null;
}

/** Splits the record into what belongs to other threads and what is the recipient's own. */
export const foreignKnowledge = rememberRecords(readForeign);

function readForeign(prospect: ProspectSnapshot, greeted: string | null = null): ForeignKnowledge {
  const ownRole =
    roleIn(prospect.recipient_role ?? '') ?? roleIn(prospect.title ?? '') ?? roleIn(prospect.thread_id ?? '');
  const threadRole = roleIn(prospect.thread_id ?? '');
  const ownRoles = new Set(
    [ownRole, threadRole].filter((role) => role !== null && role !== 'exec' && role !== 'agent'),
  );
  const leaves = signalLeaves(prospect.available_signals);
  const marker = leaves.find((leaf) => isMarker(leaf, prospect.thread_id));
  const knowledge: ForeignKnowledge = {
    sources: prospect.foreign.map((one) => ({
      field: one.source,
      value: one.text,
      text: one.text,
      kind: one.scope === 'signal' ? 'note' : 'thread',
      role: null,
    })),
    own: [
      prospect.company,
      prospect.name,
      prospect.industry,
      prospect.city,
      prospect.title,
      ...prospect.thread.map((one) => one.text),
    ]
      .filter(Boolean)
      .join('\n'),
    ownRole: threadRole !== null && threadRole !== 'agent' ? threadRole : ownRole,
    otherPeople: [],
    marker: marker === undefined ? null : { field: fieldName(marker.path), value: marker.value },
  };
  const groups = new Map<string, ForeignSource>();
  const ownPeople = new Set(
    [prospect.name, greeted, ...prospect.thread.map((one) => one.person)].flatMap((name) =>
      name === null ? [] : [firstName(name)],
    ),
  );
  for (const leaf of leaves)
    sort(leaf, knowledge, groups, ownRoles, prospect.thread_id, marker !== undefined, ownPeople);
  knowledge.sources.push(...groups.values());
  return knowledge;
}

function sort(
  leaf: SignalLeaf,
  knowledge: ForeignKnowledge,
  groups: Map<string, ForeignSource>,
  ownRoles: Set<string | null>,
  ownThread: string | null,
  marked: boolean,
  ownPeople: ReadonlySet<string>,
): void {
  if (typeof leaf.value !== 'string' || isBlankValue(leaf.value)) return;
  const belongs = ownerOf(leaf, ownRoles, ownThread, marked, ownPeople);
  const person =
    belongs.whose === 'other' && PERSON_KEY.test(keyText(leaf.key)) ? personIn(leaf.value) : null;
  if (person !== null) {
    knowledge.otherPeople.push(person, person.split(' ')[0] ?? person);
    return;
  }
  if (belongs.whose === 'own') knowledge.own += `\n${leaf.value.replaceAll('_', ' ')}`;
  if (belongs.whose !== 'other' || isLabel(leaf)) return;
  const text = leaf.value.replaceAll('_', ' ');
  const group = belongs.thread === null ? undefined : groups.get(belongs.thread);
  if (group !== undefined) group.text += `\n${text}`;
  else
    groups.set(belongs.thread ?? fieldName(leaf.path), {
      field: fieldName(leaf.path),
      value: leaf.value,
      text,
      kind: 'note',
      role: belongs.role,
    });
}

function firstName(name: string): string {
  return (name.trim().split(/\s+/)[0] ?? '').toLowerCase();
}

interface Owner {
  whose: 'own' | 'other' | 'nobody';
  role: string | null;
  thread: string | null;
}

function ownerOf(
  leaf: SignalLeaf,
  ownRoles: Set<string | null>,
  ownThread: string | null,
  marked: boolean,
  ownPeople: ReadonlySet<string>,
): Owner {
  const path = keyText(leaf.path);
  if (PUBLIC_KEY.test(path)) return { whose: 'own', role: null, thread: null };
  const named = threadOf(leaf);
  const partner = named === null ? talksWith(leaf, ownPeople) : null;
  const thread = named ?? (partner === null ? keyedThread(leaf) : null);
  const role = roleAround(leaf) ?? roleInKey(leaf);
  if (thread !== null) return { whose: thread === ownThread ? 'own' : 'other', role, thread };
  if (partner !== null)
    return { whose: ownPeople.has(firstName(partner)) ? 'own' : 'other', role, thread: null };
  if (role === 'agent') return { whose: 'own', role: null, thread: null };
  if (role !== null && (roleAround(leaf) !== null || CONTENT_KEY.test(path))) {
    return { whose: ownRoles.has(role) ? 'own' : 'other', role, thread: null };
  }
  if (OTHER_THREAD_KEY.test(path) || PRIVATE_KEY.test(path)) return { whose: 'other', role, thread: null };
  if (ORDINARY_KEY.test(path)) return { whose: 'own', role: null, thread: null };
  // An unknown key beside the mark of another thread: its text came from there.
  return { whose: marked ? 'other' : 'own', role, thread: null };
}

/** The thread a leaf lies in: an id among its keys, or in a field of an object around it. */
function threadOf(leaf: SignalLeaf): string | null {
  const inPath = leaf.path.slice(0, -1).find((key) => THREAD_ID.test(key));
  if (inPath !== undefined) return inPath;
  for (const holder of leaf.holders.slice(1).toReversed()) {
    for (const field of THREAD_FIELDS) {
      const value = holder.fields[field];
      if (typeof value === 'string') return value;
    }
  }
  return null;
}

/** A conversation kept under its id: { mails: { "c-118": { … } } }. */
function keyedThread(leaf: SignalLeaf): string | null {
  const at = leaf.path.findIndex((key) => TALK_KEY.test(keyText(key)));
  const id =
    at < 0 ? undefined : leaf.path.slice(at + 1, -1).find((key) => /\d/.test(key) && /[\p{L}_-]/u.test(key));
  return id ?? null;
}

/**
 * The person on the other side of the conversation a leaf lies in, by structure: an object below a place
 * where people talk, one of whose fields begins with a name.
 */
function talksWith(leaf: SignalLeaf, ownPeople: ReadonlySet<string>): string | null {
  if (!TALK_KEY.test(keyText(leaf.path))) return null;
  for (const holder of leaf.holders.slice(1).toReversed()) {
    for (const [key, value] of Object.entries(holder.fields)) {
      if (typeof value !== 'string' || key === leaf.key || !PERSON_KEY.test(keyText(key))) continue;
      const person = personIn(value);
      if (person !== null) return person;
      // A first name alone may be the recipient's, unless that is known.
      if (ownPeople.size > 0 && /^\p{Lu}\p{Ll}+$/u.test(value)) return value;
    }
  }
  return null;
}

/** Whose words the object holds, as one of its fields says. Lists of staff or jobs hold nobody's words. */
function roleAround(leaf: SignalLeaf): string | null {
  const holder = leaf.holders.at(-1);
  if (
    holder === undefined ||
    leaf.holders.length < 2 ||
    / (?:hir\w+|jobs?|team|staff|leadership changes?|bench|engineers?|roles|info) /.test(keyText(holder.path))
  )
    return null;
  for (const field of ROLE_FIELDS) {
    const value = holder.fields[field];
    if (typeof value === 'string' && field !== leaf.key) {
      const role = roleIn(value);
      if (role !== null) return role;
    }
  }
  return null;
}

function roleInKey(leaf: SignalLeaf): string | null {
  const role = roleIn(leaf.path.join(' '));
  return role === 'agent' && !/\bagent\b/.test(keyText(leaf.path)) ? null : role;
}

function isMarker(leaf: SignalLeaf, ownThread: string | null): boolean {
  if (leaf.value === ownThread || isBlankValue(leaf.value)) return false;
  const key = keyText(leaf.path);
  if (/ (?:risk|severity) /.test(key) && /^(?:none|low)$/i.test(String(leaf.value))) return false;
  return (
    OTHER_THREAD_KEY.test(key) ||
    (typeof leaf.value === 'string' && THREAD_ID.test(leaf.value) && / threads? /.test(key))
  );
}

/** An id, a level, a flag: nothing that a draft could carry. */
function isLabel(leaf: SignalLeaf): boolean {
  const value = String(leaf.value);
  if (PERSON_KEY.test(keyText(leaf.key)) && personIn(value) !== null) return true;
  if (
    THREAD_ID.test(value) ||
    /^(?:low|medium|high|critical|severe|open|closed|active|email|in|out|inbound|outbound|\d{4}-\d\d-\d\d.*)$/i.test(
      value,
    )
  )
    return true;
  return (
    ROLE_FIELDS.includes(leaf.key) ||
    THREAD_FIELDS.includes(leaf.key) ||
    / (?:ids?|date|at|time|email|address) $/.test(keyText(leaf.key))
  );
}
