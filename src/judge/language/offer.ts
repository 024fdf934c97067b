import { addDays } from './calendar.ts';
import { type KnownCommitment, TAKEN } from './commitment.ts';
import { type TimeMention, timeMentions } from './dates.ts';
import { COMMON_OPENERS, isPlainWord } from './not-names.ts';
import { type Piece, type Sentence, splitSentences } from './sentences.ts';
import { isPersonName, subjectPattern, WORKERS } from './subject-mention.ts';

/** What a draft offers of a committed person or team. */
export interface Offer {
  /** Sentences that make the offer. */
  places: Piece[];
  /** The earliest start promised; null when none is named. */
  startsAt: TimeMention | null;
  /** The commitment is told. */
  disclosed: boolean;
  /** That availability is not certain is told. */
  uncertain: boolean;
}

const OFFERS =
  /\b(?:availab(?:le|ility)|free (?:to|from|now|up|this|next|in)|ready|start(?:s|ing)?|begin(?:s|ning)?|join(?:s|ing)?|onboard\w*|propos(?:e|ing)|recommend\w*|introduc(?:e|ing)|suggest(?:ing)?|profiles?|cv|resume|match(?:es)?|fit(?:s)?|candidate|interview|screen|technical (?:call|screen|interview)|intro(?: call)?|bench|place(?:d)?|assign|deploy|put (?:\w+ ){0,3}forward|present|offer(?:ing)?|plac(?:e|ing)|slot(?:s|ted)? in|jump (?:in|on)|step in|take (?:this|it|the) on|lead (?:this|your|the)|hit the ground|embed\w*|plug(?:s|ged)? (?:in|into)|integrat\w+|work (?:with|on|alongside) you|support (?:you|your)|dedicat\w+|lined up|line up|have (?:someone|an engineer)|would be (?:great|ideal|perfect|a)|could (?:help|be)|can (?:help|be|cover|own|lead|take|do|have)|get (?:you|them|her|him)|staff|team up|spare|capacity|meet|yours|give you|lend you|second(?:ed)? to you|days? (?:a|per) week)\b/i;
const STARTS_WORK =
  /\b(?:available|ready|start(?:s|ing)?|begin(?:s|ning)?|join(?:s|ing)?|onboard(?:s|ed|ing)?|free)\b/i;
/** Where the record names nobody, only the offer of a person can be theirs. */
const ONE_WORKER =
  /\b(?:engineer|developer|specialist|consultant|contractor|designer|analyst|architect|scientist|tester|candidate|he|she)\b/i;
/** Mentions of a person that offer no work of theirs. */
const NO_OFFER =
  /\b(?:(?:join(?:s|ing)?|be on|attend|lead|run|host|dial in(?:to)?|available for|free for|ready for) (?:us |you |me )?(?:on |for |in )?(?:the|a|our|that|this|your|an?)? ?(?:\d+[- ]minute )?(?:first |intro(?:ductory)? |quick |short |discovery |kick-?off )?(?:call|meeting|chat|demo|session|webinar|conversation)|wrote|published|spoke|presented at|cc'?d|copied|copying|in copy|who (?:heads|runs|manages) our)\b/i;
const OTHERS =
  /\b(?:other|others|another|alternativ\w*|colleagues?|second|different|replacement|in the meantime|meanwhile|instead|substitute|stand-?in|someone else|cover(?:ing)? for)\b/i;
const UNCERTAIN =
  /\b(?:renew\w*|exten(?:d|ded|sion|sions)|uncertain|not (?:guaranteed|certain|confirmed|final|fixed)|no guarantee|can(?:'t|not) (?:guarantee|promise|confirm)|subject to|depend(?:s|ing|ent)?|contingent|provided|unless|if (?:it|that|the|her|his|their|this) (?:\w+ ){0,3}(?:ends?|lapses|isn't|is not|does not|doesn't|roll)|may (?:be|run|continue|stay|get|not)|might (?:be|run|continue|stay|get|not)|tentative\w*|provisional\w*|to be confirmed|tbc|under discussion|still open|unclear|caveat)\b/i;
/** Before a time: it is an end, not a start. */
const ENDS_BEFORE =
  /\b(?:until|till|til|through|thru|to|ends?|ending|expires?|up to|finish(?:es|ing)?|wrap(?:s|ping)? up|roll(?:s|ing)? off|concludes?|completes?|closes?|runs? (?:to|into|through)|over|by|(?:commit\w*|engaged|booked|allocated|contract\w*) (?:\w+ ){0,2}(?:in|for|of))(?: (?:on|at|in|around|about|the|a|roughly|approximately|early|mid|late|end|of|their|her|his))*\s*$/i;
/** Before a time: later than it. */
const AFTER_BEFORE =
  /\b(?:after|following|post|once|when|beyond|past|not (?:\w+ )?(?:before|until)|no (?:earlier|sooner) than)(?: (?:the|a|on|in|around|that|end|of|her|his|their))*[\s-]*$/i;
/** A time that answers a meeting or the client's own wish. */
const OTHER_TIME =
  /\b(?:calls?|chat|meet(?:ing)?|minutes?|talk|speak|demo|intro|screen|interview|schedule|calendar|send|share|if you (?:need|want|must|require|are|were|'re)|you (?:need|want|mentioned|said|asked|require)|your (?:\w+ ){0,3}(?:deadline|launch|plan|start|target|need|timeline|window|urgency)|years?|experience|recently|last|ago|since|contract|minimum)\b/i;
const ONCE_FREE = /\b(?:after|following|once|when|upon|as soon as|the moment|beyond|post|then)\b/i;
const NOT_BEFORE = /\b(?:not|isn't|won't|can't|cannot|never)\b[^.!?;]{0,40}$/i;
const PRONOUN =
  /\b(?:he|she|they|him|her|them|his|their|this (?:engineer|person|profile|specialist|developer)|the (?:engineer|candidate|profile))\b/i;

/**
 * What `text` offers of the commitment's subject; null when the subject is not offered. Sentences about
 * the subject are those that name it and the ones that follow with a pronoun; an offer of somebody else
 * is none of it.
 */
export function offerOf(
  text: string,
  commitment: KnownCommitment,
  company: string | null,
  today: string,
): Offer | null {
  const sentences = splitSentences(text);
  const about = sentencesAbout(text, sentences, commitment, company);
  if (about.length === 0) return null;
  const places = about.filter((one) => OFFERS.test(one.text) && !isOnlyOther(one.text));
  if (places.length === 0) return null;
  const told = sentences.filter(
    (one) => about.includes(one) || (TAKEN.test(one.text) && PRONOUN.test(one.text)),
  );
  const disclosed = told.some((one) => isTold(one.text));
  return {
    places,
    startsAt: earliestStart(text, about, commitment.subject, disclosed, today),
    disclosed,
    uncertain: told.some((one) => UNCERTAIN.test(one.text)),
  };
}

function sentencesAbout(
  text: string,
  sentences: readonly Sentence[],
  commitment: KnownCommitment,
  company: string | null,
): Sentence[] {
  const subject = commitment.subject;
  if (subject === null)
    return sentences.filter((one) => STARTS_WORK.test(one.text) && ONE_WORKER.test(one.text));
  if (isOfProspect(subject, company))
    return sentences.filter((one) => STARTS_WORK.test(one.text) && WORKERS.test(one.text));
  const pattern = subjectPattern(subject);
  if (pattern === null) return [];
  const person = isPersonName(subject);
  const at = [...text.matchAll(pattern)].map((match) => match.index);
  const about: Sentence[] = [];
  let following = false;
  for (const sentence of sentences) {
    const named = at.some((place) => place >= sentence.start && place < sentence.end);
    if (named && isNameAlone(sentence.text)) continue;
    if (named ? person || WORKERS.test(sentence.text) : following && PRONOUN.test(sentence.text))
      about.push(sentence);
    if (!named && offersAnother(sentence.text, subject)) {
      if (about.at(-1) === sentence) about.pop();
      following = false;
      continue;
    }
    following = named || (following && PRONOUN.test(sentence.text));
  }
  return about;
}

function isOfProspect(subject: string, company: string | null): boolean {
  return company !== null && subject.toLowerCase().includes(company.toLowerCase());
}

/** A signature or a greeting: the name and hardly more. */
function isNameAlone(sentence: string): boolean {
  return sentence.split(/\s+/).length <= 3 && !OFFERS.test(sentence);
}

function isOnlyOther(sentence: string): boolean {
  return (
    NO_OFFER.test(sentence) &&
    !/\b(?:available (?:to start|from|now|immediately)|start (?:with|on|in|next))\b/i.test(sentence)
  );
}

/** "Committed until May" tells; "no longer committed", "just rolled off" claims the contrary. */
function isTold(sentence: string): boolean {
  if (
    /\b(?:no (?:other |current |prior |existing |longer )?(?:commit\w*|engaged|booked|project|tied)|not (?:currently )?(?:committed|engaged|booked|tied)|just (?:rolled|finished|wrapped|come|came|completed|freed)|uncommitted|unallocated|(?:has|have) (?:just )?(?:rolled|finished|wrapped|freed))\b/i.test(
      sentence,
    )
  ) {
    return false;
  }
  return TAKEN.test(sentence);
}

/** The earliest start the sentences promise. Ends of the commitment and times of meetings are no starts. */
function earliestStart(
  text: string,
  about: Sentence[],
  subject: string | null,
  disclosed: boolean,
  today: string,
): TimeMention | null {
  let earliest: TimeMention | null = null;
  for (const time of timeMentions(text, today)) {
    const sentence = about.find((one) => time.start >= one.start && time.start < one.end);
    if (sentence === undefined) continue;
    const clause = sentence.clauses.findLast((one) => one.start <= time.start) ?? sentence;
    const before = text.slice(sentence.start, time.start);
    const after = text.slice(time.end, sentence.end);
    if (isOfAnother(clause.text, subject)) continue;
    if (subject !== null && offersAnother(before, subject)) continue;
    const start = readStart(time, { clause: clause.text, before, after, disclosed });
    if (start !== null && (earliest === null || start.from < earliest.from)) earliest = start;
  }
  return earliest;
}

/** "but Pieter is free now": somebody else is what the clause is about. */
function isOfAnother(clause: string, subject: string | null): boolean {
  const named =
    /^(?:but |and |so |while |though |however,? )?(?<name>\p{Lu}\p{Ll}+)(?: \p{Lu}\p{Ll}+)* (?:is|can|could|would|will|has|are|who)\b/u.exec(
      clause,
    );
  const name = named?.groups?.name;
  if (name === undefined || subject === null || COMMON_OPENERS.has(name.toLowerCase()) || isPlainWord(name))
    return false;
  return !subject.toLowerCase().includes(name.toLowerCase());
}

/** "I can propose Hana": from here on "she" is Hana. */
function offersAnother(sentence: string, subject: string): boolean {
  const offered =
    /\b(?:propos\w+|offer\w*|suggest\w*|introduc\w+|recommend\w*|have|send|place|also|or|and|with|meet|colleague) (?<name>\p{Lu}\p{Ll}+)\b(?=,? (?:who|is|can|could|would|has|instead|from|\p{Lu}\p{Ll}+)|[,.?!]|$)/u.exec(
      sentence,
    );
  const name = offered?.groups?.name;
  return name !== undefined && !isPlainWord(name) && !subject.toLowerCase().includes(name.toLowerCase());
}

interface Surroundings {
  clause: string;
  before: string;
  after: string;
  disclosed: boolean;
}

function readStart(
  time: TimeMention,
  { clause, before, after, disclosed }: Surroundings,
): TimeMention | null {
  const nearBefore = before.slice(-60);
  if (OTHERS.test(clause) || NOT_BEFORE.test(nearBefore)) return null;
  // "immediately after that date", "shortly after": the start hangs on the end just named.
  if (
    time.kind === 'now' &&
    (/^\s*(?:after|following|once|when|upon|thereafter|afterwards)/i.test(after) ||
      ONCE_FREE.test(nearBefore))
  )
    return null;
  if (
    time.kind === 'span' &&
    (/^\s*(?:after|following|later|thereafter)/i.test(after) ||
      /\b(?:notice|experience)\b/i.test(after.slice(0, 20)))
  )
    return null;
  if (AFTER_BEFORE.test(nearBefore)) return { ...time, from: addDays(time.to, 1), to: addDays(time.to, 1) };
  if (ENDS_BEFORE.test(nearBefore)) {
    // "ready by June" and "from May to July" without a word of a commitment are about the offer.
    if (
      !/\b(?:ready|start|available|onboard\w*|join\w*|place\w*|in place|have)\b[^.;]{0,40}\bby\b/i.test(
        nearBefore,
      )
    )
      return null;
  }
  if (time.kind !== 'now' && OTHER_TIME.test(clause)) {
    if (
      !/\b(?:start|available|join|begin|free|onboard|ready|opens? up|comes? (?:off|free)|frees? up)\w*\b[^.;]{0,25}$/i.test(
        nearBefore,
      )
    )
      return null;
  }
  if (
    time.kind === 'now' &&
    /^(?:now|today)$/i.test(time.text) &&
    !/\b(?:available|free|ready|start\w*|join\w*|begin\w*|is|are)\b[^.;]{0,20}$/i.test(nearBefore)
  )
    return null;
  if (
    disclosed &&
    TAKEN.test(clause) &&
    !/\b(?:start|available|join|begin|free|onboard|ready|from)\b[^.;]{0,30}$/i.test(nearBefore)
  )
    return null;
  return time;
}
