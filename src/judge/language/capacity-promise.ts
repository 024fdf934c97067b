import { addDays } from './calendar.ts';
import { type Capacity, isEverything, type Spoken, spokenOf } from './capacity.ts';
import { TAKEN } from './commitment.ts';
import { type TimeMention, timeMentions, timesWithin } from './dates.ts';
import type { Offer } from './offer.ts';
import { type Clause, type Sentence, splitSentences } from './sentences.ts';

/*
 * A promise of capacity is: capacity of the sender, said to be free or to be given, for a time that is to
 * come. Each part is looked for by its own kind of words, so that any trade's nouns and any order will do.
 */

/** Free to be had. */
const FREE =
  /\b(?:available|availability|(?<!\b(?:week|month|trial|pilot|delivery|set-?up|audit|sample|retest|call|that|it|one|fortnight|day)(?:'s| is| are| comes| for) )free(?! of| (?:trial|pilot|week|month|sample|audit|survey|consult\w*|call|quote|lunch|copy|to (?:ignore|say|ask|forward|reply|use|come|pick))\b)|ready|unbooked|unallocated|unassigned|idle|uncommitted|on (?:standby|the bench|hand|tap)|standing by|lined up|good to go|set to (?:go|start)|at your disposal|with your name on|immediate start|start (?:immediately|straight ?away|right away|at once)|(?:kept|held|reserved|set aside|ring-?fenced|yours)(?: \w+)? for you|going (?:spare|begging)|to spare|up for grabs|(?:is|are)(?: all)? yours|open (?:now|slots?|for)|wide open|waiting for (?:you|work)|between (?:jobs|contracts|projects))\b/i;
/** Somebody is going to do or give something. */
const WILL =
  /\b(?:can|could|will|would|shall|able to|going to|'ll|'d|ready to|happy to|set to|due to|about to|want (?:me|us) to|guarantee\w*|promis\w+|commit to)\b/i;
/** Work is begun or capacity handed over. */
const GIVE =
  /\b(?:have|get|put|place|send|bring|field|give|lend|supply|staff|provide|assign|deploy|spare|offer|cover|run|drop|slot|fit|embed|move|hold|reserve|allocate|schedule|free up|release|dedicate|line up|second|take|start|begin|join|arrive|be (?:with|on|at|in|over|there|round|yours|up|live|sitting|working)|turn up|report|kick off|pick up|do|man|crew|go|load|roll|commence|mobili[sz]e|land|onboard|set you up|ship|haul|move in|come|mix in|plug in|work|stay|sit|squeeze|take on|ramp)\b/i;
const HAVE =
  /\b(?:(?:we|i)(?:'ve| have| hold| keep)(?: got)?|there(?:'s| is| are)|that leaves|you(?:'ve| have))\b/i;
const NUMBER =
  /\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|dozen|full|whole|entire)\b/i;
const SENDER = /\b(?:we|we'll|we'd|we've|i|i'll|i'd|i've|our|us|my)\b/i;
const THEM = /\b(?:they|them|both|all (?:of them|two|three|four|five|six)|each of them|he|she|him|her)\b/i;
const MINUTES = /\b(?:\d+|ten|fifteen|twenty|thirty|half an)[- ]?(?:min(?:ute)?s?|hour)\b/i;
const YOU_HAVE = /\b(?:you(?:'d|'ll| would| will| can| could)?) (?:have|get|start|begin)\b/i;
const VERB =
  /\b(?:is|are|was|were|be|been|am|has|have|had|do|does|did|go(?:es)?|went|come[sr]?|came|get[s]?|got|cost[s]?|means?|needs?|takes?|took|makes?|made|says?|said|sees?|saw|seen|wants?|works?|runs?|uses?|read|reads|keeps?|gives?|gave|puts?|sends?|sent|helps?|know[s]?|shows?|hold[s]?|pay[s]?|fails?|opens?|hands?|report[s]?|answers?|books?|if|whether|\w+n't|\w+'(?:s|re|ve|m)|\p{L}{3,}ed)\b/iu;
/** Work begins, whoever does it: a promise where all capacity is taken. */
const WORK_BEGINS =
  /\b(?:start|begin|onboard\w*|kick off|go live|live|get (?:you )?going|take you on|mobili[sz]e|deploy|deliver|install|move in|set (?:you|it|this) up|up and running|crack on|get to work|turn it round)\b/i;
/** An item of a list that goes on about what was named above it. */
const FRAGMENT =
  /^(?:[-*•]\s*)?(?:(?:be )?with you|on[- ]site|start(?:s|ing)?(?: date)?|from|available|availability|ready|free|immediate\w*|in (?:place|post|seat))\b/i;
/** Denies; "no strings" and its kin deny nothing of the kind. */
const NOT =
  /\b(?:not|cannot|can't|couldn't|won't|wouldn't|don't|doesn't|didn't|isn't|aren't|haven't|hasn't|never|nobody|none|unable|no longer|without|no(?! (?:strings|problem|issue|charge|cost|later|minimum|fuss|contract|notice|delay|wait\w*|catch|obligation|worries|agency|doubt|question|matter|longer|lock|lead|ramp|set-?up|fee|deposit|sub\w*|need|hassle|extra|commitment|tie|long|annual|one|rush)))\b[^,;:.!?]{0,40}$/i;
const PAST =
  /\b(?:last (?:year|summer|spring|autumn|winter|month|quarter|week|season|time)|ago|used to|previously|in the past|back in|once (?:had|ran|did)|(?:we|i|they|our \w+) (?:ran|did|had|put|placed|sent|brought|gave|lent|staffed|supplied|started|joined|delivered|covered|helped|was|were|finished|completed|built|moved|worked))\b/i;
/** Words of a talk or a paper, which are to be had whoever is busy. */
const TALK =
  /\b(?:calls?|chat|meet(?:ing)?|demo|coffee|brew|conversation|webinar|intro(?:duction)?|talk|speak|zoom|invite|cvs?|profiles?|resum[eé]s?|rate ?card|quote|proposal|brochure|deck|references?|case stud(?:y|ies)|document|one-?pager|write-?up|plan|shortlist|sample|read|reply|hear from|let me know|drop me|ring me|give me a|pop (?:in|by|round)|come (?:by|over)|tour|visit|interview|scoping|file|terms|quotation|estimate|thoughts|findings|results|see (?:you|in|whether|if)|come to|at the (?:show|fair|festival|event|expo|conference))\b/i;
const QUESTION_OF_NEED =
  /^(?:and |so |but |or )?(?:do|does|did|are|is|have|has|how|what|when|which|who|where|any|need|want|looking|would you|could you (?!use)|might you|if )\b/i;
/** A start that hangs on the end of what runs. */
const ONCE_FREE =
  /\b(?:once|when|after|as soon as|until|till)\b[^.;!?]{0,50}\b(?:finish\w*|ends?|done|complet\w+|wrap\w*|free|back|roll\w*|hands? over|closes?|over|come off|is through|that (?:job|contract|project|series))\b/i;

/** Occupied, in other words than `TAKEN` has. */
const OCCUPIED =
  /\b(?:booked|spoken for|tied up|full(?:y booked)?|taken|out (?:with|on|at)|committed|assigned|busy|away|engaged|reserved|allocated|finishing|sold out|locked (?:in|into|up)|promised|working (?:for|on|with) (?:another|other|a)|on (?:another|other|a|an)\b[^.;!?]{0,40}\b(?:jobs?|contracts?|clients?|customers?|projects?|series|sites?|shoots?|accounts?|engagements?|assignments?|programmes?|tours?)|signed up|with (?:another|other) \w+|(?:no|not|nothing|don't|none|isn't|aren't)\b[^.;!?]{0,30}\b(?:free|available|capacity|space|slots?|spare|open\w*)|at capacity|no room|waiting list|(?:can't|cannot|won't|couldn't|not able to|unable to)\b[^.;!?]{0,40}\b(?:until|till|before|start|offer|staff|have|promise|free|do))\b/i;
const EARLIEST =
  /\b(?:earliest|soonest|first (?:slot|date|opening|day|week|window|gap|space|I|we|available|free)|next (?:free|available|open)\w*|(?:come|comes|coming|roll|rolls|rolling|gets?|be|are|is) (?:off|free|back|released)|fre(?:e|es|ed) up|only from|not (?:free|available|before|until)|opens? up|becomes? (?:free|available))\b/i;
const UNCERTAIN =
  /\b(?:renew\w*|exten(?:d|ded|sion|sions)|overrun|uncertain|not (?:guaranteed|certain|confirmed|final|fixed)|no guarantee|can(?:'t|not) (?:guarantee|promise|confirm)|subject to|depend(?:s|ing|ent)?|contingent|provided|unless|may (?:be|run|continue|stay|get|not)|might (?:be|run|continue|stay|get|not)|tentative\w*|provisional\w*|to be confirmed|tbc|pencil\w*)\b/i;

/** Before a time that closes a stretch, is a length, a rate, or long past. */
const CLOSES =
  /\b(?:until|till|til|through|thru|up to|(?:right|all the way|on) to|ends?|ending|expires?|finish(?:es|ing)?|over|during|last|past|every|each|per|notice|since|for(?: (?:the|up to|at least|about|around|a full|roughly|just|only|all|another))*)(?: (?:on|at|in|around|about|the|a|end|early|mid|late|of|back))*[\s-]*$/i;
const RANGE_TO = /\b(?:from|between)\b[^.;!?]{0,40}\b(?:to|and)\s+$/i;
const AFTER =
  /\b(?:after|following|past|beyond|once|not (?:\w+ )?(?:before|until)|no (?:earlier|sooner) than)(?: (?:the|on|in|end|of|that))*[\s-]*$/i;

/**
 * What `text` promises of `capacity`; null when nothing. The result's `startsAt` is the earliest start
 * named, and `disclosed` says whether the text tells that the capacity is taken.
 */
export function capacityOffer(text: string, capacity: Capacity, today: string): Offer | null {
  const sentences = splitSentences(text);
  const times = timeMentions(text, today);
  const places: Sentence[] = [];
  let startsAt: TimeMention | null = null;
  let disclosed = false;
  let uncertain = false;
  let named: Spoken['of'] = 'none';
  for (const sentence of sentences) {
    const inside = timesWithin(times, sentence);
    const spoken = spokenOf(sentence.text, capacity);
    if (tellsTaken(sentence.text, inside.length > 0)) disclosed = true;
    if (UNCERTAIN.test(sentence.text)) uncertain = true;
    if (!speaksOf(sentence.text, spoken.of, named, capacity)) {
      if (spoken.of === 'other') named = 'other';
      continue;
    }
    if (spoken.of === 'same') named = 'same';
    const promise = promiseIn(text, sentence, inside, spoken, capacity);
    if (promise === null) continue;
    places.push(sentence);
    if (promise.start !== null && (startsAt === null || promise.start.from < startsAt.from)) {
      startsAt = promise.start;
    }
  }
  if (places.length === 0) return null;
  return { places, startsAt, disclosed, uncertain };
}

/** "They" and "a crew" are what was named last. */
function speaksOf(sentence: string, of: Spoken['of'], named: Spoken['of'], capacity: Capacity): boolean {
  if (of === 'same') return true;
  if (of === 'any') return named !== 'other';
  if (of === 'other') return false;
  if (FRAGMENT.test(sentence)) return isEverything(capacity) || named === 'same';
  return isEverything(capacity)
    ? SENDER.test(sentence) && WORK_BEGINS.test(sentence)
    : named === 'same' && THEM.test(sentence);
}

/** A sentence's promise with its earliest start, if it names one; null when it promises nothing. */
function promiseIn(
  text: string,
  sentence: Sentence,
  times: readonly TimeMention[],
  spoken: Spoken,
  capacity: Capacity,
): { start: TimeMention | null } | null {
  const shown = sentence.text;
  if (PAST.test(shown) && !FREE.test(shown)) return null;
  if (sentence.question && QUESTION_OF_NEED.test(shown) && !/\b(?:we|i) (?:can|have|could)\b/i.test(shown))
    return null;
  const open = sentence.clauses.filter((clause) => !isDenied(clause) && !isTalk(clause, capacity));
  const starts = times.flatMap((time) => {
    const clause = sentence.clauses.findLast((one) => one.start <= time.start);
    if (clause === undefined || !open.includes(clause)) return [];
    const start = startOf(time, text, sentence, clause, capacity);
    return start === null ? [] : [start];
  });
  const fragment = FRAGMENT.test(shown);
  const ours = spoken.of === 'same' || SENDER.test(shown) || THEM.test(shown) || YOU_HAVE.test(shown);
  // "Twenty pickers turn up for you on the 16th": dated, the present tense promises too.
  const present =
    spoken.counted &&
    (spoken.of === 'same' ? WILL.test(shown) || GIVE.test(shown) || HAVE.test(shown) : YOU_HAVE.test(shown));
  const gives = fragment || (ours && open.some((one) => isGiven(one.text)));
  const free = (ours || spoken.of === 'any') && open.some((one) => FREE.test(one.text));
  const listed = spoken.counted && open.some((one) => isVerbless(one.text));
  const earliest = starts.toSorted((a, b) => (a.from < b.from ? -1 : 1))[0];
  if (earliest !== undefined && (free || gives || listed || present)) return { start: earliest };
  if (ONCE_FREE.test(shown)) return null;
  // Undated: free to be had, or so many to be given.
  if (spoken.of === 'none') return null;
  if (free && (spoken.counted || gives || HAVE.test(shown))) return { start: null };
  return gives && spoken.of === 'same' && NUMBER.test(shown) ? { start: null } : null;
}

function isGiven(clause: string): boolean {
  const will = WILL.exec(clause);
  return will !== null && GIVE.test(clause.slice(will.index + will[0].length));
}

/** "Three of them, all of April": nothing is said to happen, so the words themselves are the offer. */
function isVerbless(clause: string): boolean {
  return !VERB.test(clause) && !/\b(?:i|we|you|they|it|he|she|who|which|that)\b/i.test(clause);
}

function isDenied(clause: Clause): boolean {
  const verb = FREE.exec(clause.text) ?? GIVE.exec(clause.text);
  return verb !== null && NOT.test(clause.text.slice(0, verb.index));
}

/** "I am free on Thursday for a call" is, "our crew is free; shall we have a call?" is not all of it. */
function isTalk({ text }: Clause, capacity: Capacity): boolean {
  return (
    MINUTES.test(text) || (TALK.test(text) && (!FREE.test(text) || spokenOf(text, capacity).of === 'none'))
  );
}

function startOf(
  time: TimeMention,
  text: string,
  sentence: Sentence,
  clause: Clause,
  capacity: Capacity,
): TimeMention | null {
  const before = text.slice(Math.max(sentence.start, time.start - 60), time.start);
  const after = text.slice(time.end, time.end + 30);
  if (AFTER.test(before)) return { ...time, from: addDays(time.to, 1), to: addDays(time.to, 1) };
  if (CLOSES.test(before) || RANGE_TO.test(before)) return null;
  if (time.kind === 'span') {
    if (/^\s*(?:notice|trial|pilot|contract|minimum|of experience|ago|old|rolling)\b|^['’]/i.test(after))
      return null;
    if (/hour/i.test(time.text)) return null;
    return /^(?:in|within|under|inside)\b|(?:time|from now)$/i.test(time.text) ? time : null;
  }
  if (time.kind !== 'now' || /^(?:immediate|right away|straight|asap|at once)/i.test(time.text)) return time;
  const said = spokenOf(clause.text, capacity).of;
  return FREE.test(clause.text) || said === 'same' || said === 'any' || THEM.test(clause.text) ? time : null;
}

function tellsTaken(sentence: string, dated: boolean): boolean {
  if (
    /\b(?:no longer|uncommitted|unallocated|just (?:rolled|finished|wrapped|come|came|freed))\b/i.test(
      sentence,
    )
  )
    return false;
  if (TAKEN.test(sentence)) return true;
  return dated && (OCCUPIED.test(sentence) || EARLIEST.test(sentence));
}
