import { type TimeMention, timeMentions, timesWithin } from './dates.ts';
import { type Piece, splitSentences } from './sentences.ts';

/** A promise of when work begins, or how long it takes to begin. */
export interface TimelinePromise extends Piece {
  time: TimeMention;
}

/** Says by itself that work begins. */
const BEGINS =
  /\b(?:onboard(?:s|ed|ing)?|ramp(?:s|ed|ing)?(?:[- ]up)?|go(?:es|ing)?[- ]live|go-live|up and running|up to speed|productive|contributing|adding value|making commits|on the ground|in (?:seat|place|post)|embed(?:s|ded|ding)?|deploy(?:s|ed|ing|ment)?|implement(?:s|ed|ing|ation)?|stand(?:ing)? up|spin(?:ning)? up|mobilis\w+|mobiliz\w+|commenc\w+|kick(?:s|ing)? off|kick-?off|integrat(?:e|es|ed|ing|ion)|roll(?:s|ed|ing)?[- ]?out|rollout|cut ?over|(?:is|are|be|get|gets|getting|going|go|you) live|turnaround|placements?|hit the ground|first commit|committing code|shipping code|writing code|delivery (?:date|time|timeline)|lead time|time[- ]to[- ]start|pilot running|fully (?:staffed|operational)|operational|in production)\b/i;
/** Says so unless the clause is about a meeting or a message. */
const MAY_BEGIN =
  /\b(?:start(?:s|ing)?|begin(?:s|ning)?|join(?:s|ing)?|ready|available|launch(?:es|ing)?|set(?:ting)? up|place(?:d)?|staffed|deliver(?:s|ed)?|have (?:\w+ ){0,4}(?:engineers?|developers?|specialists?|team|squad|people|contractors?|consultants?|analysts?|nurses?|teachers?|someone)|(?:engineers?|developers?|team|squad|specialists?|people|someone|contractors?|consultants?) (?:\w+ ){0,3}(?:in|on|within|by)\b|complet(?:e|es|ed)|finish(?:ed)?|migrat(?:e|ed|ion)|wrap(?:ped)? up|takes?|timeline|get (?:you )?going|working (?:with|alongside|in) your|on ?site)\b/i;
const MEETING =
  /\b(?:call|chat|meet(?:ing)?|minutes?|demo|coffee|conversation|webinar|intro(?:duction)?|catch[- ]up|talk|speak|connect|discuss|sync|slot|calendar|diary|invite|reply|respond|get back|follow up|circle back|check (?:back|in)|touch base|send|share|forward|schedule|walk(?:through)?|read|let me know|interview|screen(?:ing)?|session|event|conference|hear from|terms|quot(?:es?|ations?)|cvs?|shortlist|proposal|sample)\b/i;
/** The sender's side, or the work itself, is what begins. */
const OURS =
  /\b(?:we|we'll|we'd|we've|our|us|ours|i|i'll|i've|they|she|he|engineers?|developers?|designers?|analysts?|specialists?|consultants?|contractors?|teams?|squads?|pods?|people|someone|candidates?|profiles?|bench|hires?|onboarding|implementation|integration|rollout|deployment|pilot|placement|setup|kick-?off|timeline|process|go-live|you'?ll|you'd|you (?:can|could|would|will)|have you|get you|both|all (?:two|three|four|five)|everyone|onboard|turnaround|available|ready|start|everything|it|this|all of it|ramp(?:-up)?|lead time|usually|typically|the (?:system|platform|solution|rollout|work|project|whole \w+))\b/i;
/** Theirs, past, or only a length: not a promise of when work begins. */
const THEIRS =
  /\b(?:your|the company's|their) (?:[\w-]+ ){0,4}(?:starts?|begins?|launch(?:es|ed)?|goes live|went live|kicks? off|joins?|deadline|programme|audit|fiscal)\b|\byou(?:'ve| have)? (?:recently )?(?:started|began|launched|joined|went live|onboarded|deployed|rolled out|integrated|implemented)\b|\byou(?:'re| are) (?:\w+ )?(?:starting|launching|rolling out|onboarding|deploying|integrating|migrating|hiring|looking)\b/i;
const PAST_LEAD =
  /\b(?:last|past|previous|ago|since|for (?:the )?(?:past|last)|every|each|per|minimum(?: of)?|at least|over the (?:last|past)|during the (?:last|past))\s*$/i;
const LENGTH_AFTER =
  /^[- ]*(?:contracts?|engagements?|commitments?|minimum|notice|experience|trial|sprints?|project|runway|retainer|ago|of experience|track record|old|guarantee|average)\b/i;
const PAST_VERB =
  /\b(?:we|they|team|client|customer|bank|insurer|hospital|she|he) (?:recently )?(?:helped|onboarded|placed|delivered|deployed|launched|started|went live|ramped|rolled out|integrated|implemented|joined|completed|migrated|did|cut|saw|were|was|had)\b/i;

/*
 * The same without a telling verb: something of ours will be, or they will have it, by a time that closes
 * the wait ("within", "by", "before"). What is done with it does not matter, unless it is only a talk.
 */
const FUTURE =
  /(?:\b(?:will|would|shall|can|could|going to|guarantee\w*|promis\w+|commit(?:ted)? to|plan to|aim to|expect to|set to|due to|on track to|my word)|'ll|'d)\b/i;
/** "is cleared in eight weeks", "goes over by May", "takes ten days", "has you running within". */
const PRESENT_AS_FUTURE =
  /\b(?:(?:is|are|gets?) (?:\w+ ){0,2}(?:\p{L}+ed|done|built|sent|set|run|cut|met|put|shut|gone|begun|in|on|up|over|yours|ready)|go(?:es)?|takes?|has you|have you|gets you|puts you|means)\b/iu;
/** Closes the wait for something, right before a time, or in its first words. */
const DEADLINE_BEFORE =
  /\b(?:within|inside|in|by|before|under|as of|from|on|ahead of|in time for|no later than|not later than|well before)(?: (?:the|about|around|roughly|just|only|under|less than|as little as|a|this|next|early|late|mid|end of|start of|close of|of))*[\s-]*$/i;
const DEADLINE_INSIDE = /^(?:within|inside|in|under)\b/i;
/** Before work has begun: what the count starts at ("eight weeks from signature"). */
const COUNT_FROM =
  /^\s*(?:from|after|of|following|once|post)[- ](?:the |your |contract |a |you |we )*(?:signature|signing|sign(?:ed|-off)?|go-ahead|kick-?off|contract|order|po\b|purchase|start|yes|word|green light|approv\w+|say|agree\w*|nod)/i;
/** Nobody's system is live because of these. */
const ONLY_TALK =
  /\b(?:send|sent|share[ds]?|forward|email|mail|call(?:ed|ing)?(?! (?:centre|center|handling|volume|queue|wait))|ring|chat|meet(?:ing)?s?|minutes?|demo|coffee|conversation|webinar|introduc\w+|catch[- ]up|talk|speak|discuss|slot|diary|invit\w+|reply|respond|get back|follow(?:ing)? up|circle back|touch base|schedule|walk(?:through)?|show you|let (?:me|us) know|interview|conference|hear from|visit|stop by|pop (?:in|by|over|round)|come (?:by|over|to|and|out)|drive|drop (?:in|by|off)|be in (?:\p{Lu}|town|the area)|quote|quotation|proposal|sample|report back|tell you|estimate|brochure|paper|deck|pdf|cancel|stop|leave|refund|money back|pay(?:s|ing)? (?:for itself|back|off|by|within|monthly|us|me|you)|invoic\w+|price[sd]?|cost[s]?|saving[s]?|save[sd]?|roi|renew\w*|expires?|offer (?:ends|closes)|discount|i'd (?:rather|like|love|sooner)|would you|could you|would it|worth|be glad|be happy|happy to|answer(?:s|ed)? (?:within|in) )\b/iu;
/** The prospect's own dates, or the world's. */
const NOT_A_PROMISE =
  /\b(?:if|whether|unless|deadline|rules?|regulation|act|law|directive|comes? into force|your (?:[\w-]+ ){0,3}(?:audit|inspection|filing|renewal|launch|report|results|year[- ]end|close|deadline|contract) (?:is|are|will|falls|comes|starts)|you(?:'ll| will)? (?:need|have) to|you must|you should|(?:i|we) (?:saw|see|read|noticed|heard|understand|gather|hear|know|guess|imagine|assume|bet)|no (?:date|promise|timeline)|(?:not|n't) (?:promise|say|tell|guess|know|put|expect|be|give|commit|offer)|wouldn't|won't|can't|cannot|takes as long)\b/i;

/** "Live within eight weeks": a state and a deadline need no verb. */
const STATE_ALONE =
  /^(?:[-*•]\s*|(?:fully|all|everything|you(?:'re| are)) )*(?:live|running|up and running|installed|in place|done|ready|connected|switched|ported|fitted|operational|in production|go-live)\b/i;

/** A deadline with a future or a present that stands for it, of which neither a talk nor their own plan is made. */
function promisesState(clause: string, before: string, time: TimeMention, after: string): boolean {
  if (PAST_LEAD.test(before) || LENGTH_AFTER.test(after)) return false;
  if (time.kind === 'now' || /hour/i.test(time.text) || /^an? \w+$/i.test(time.text)) return false;
  const counted = COUNT_FROM.test(after);
  if (time.kind === 'span' && !counted && !DEADLINE_INSIDE.test(time.text) && !DEADLINE_BEFORE.test(before)) {
    return false;
  }
  if (time.kind === 'date' && !DEADLINE_BEFORE.test(before)) return false;
  if (ONLY_TALK.test(clause) || NOT_A_PROMISE.test(clause) || PAST_VERB.test(clause)) return false;
  if (/\?\s*$/.test(after) || IN_A_CASE.test(before)) return false;
  if (STATE_ALONE.test(clause)) return true;
  if (counted && !/\b(?:pa(?:id|y\w*)|invoice\w*|notice|refund\w*|due)\b/i.test(clause)) return true;
  return FUTURE.test(clause) || presentDeadline(clause, time);
}

/** "The backlog is cleared in eight weeks"; with a date only a state says so ("is live by May"). */
function presentDeadline(clause: string, time: TimeMention): boolean {
  return time.kind === 'span' && PRESENT_AS_FUTURE.test(clause) && !HABIT.test(clause);
}
const HABIT =
  /\b(?:usually|typically|normally|often|every|each|always|most|on average|tends?|(?:\p{L}+s) (?:is|are) (?:answered|sent|paid|shipped|settled|resolved|dispatched|replaced))\b/iu;

/** Sentences of `text` that promise when work begins ("onboard within 3 weeks", "can start on Monday"). */
export function timelinePromises(text: string, today: string): TimelinePromise[] {
  const promises: TimelinePromise[] = [];
  const times = timeMentions(text, today);
  for (const sentence of splitSentences(text)) {
    for (const time of timesWithin(times, sentence)) {
      const clause = sentence.clauses.findLast((one) => one.start <= time.start) ?? sentence;
      // "Onboarding: two weeks" and "ready to start - Monday works" split what belongs together.
      const lead = sentence.text.slice(0, clause.start - sentence.start);
      const near = clause.text.length < 30 || /^[^.,;]{1,25}:\s*$/.test(lead) ? sentence : clause;
      const before = text.slice(sentence.start, time.start);
      const after = text.slice(time.end, sentence.end);
      if (promisesStart(near.text, before, time, after) || promisesState(near.text, before, time, after)) {
        promises.push({ start: sentence.start, end: sentence.end, text: sentence.text, time });
        break;
      }
    }
  }
  return promises;
}

/** Something happened, and nothing in the clause is still to come. */
const HAPPENED =
  /\b(?:we|you|they|he|she|it|i|who) (?:just |recently |already |also |once |have |has |had )?(?:\p{L}{3,}ed|went|saw|had|did|got|came|gave|took|ran|were|was|brought|built|won|lost|sold|bought|grew|put|made|rang|wrote|told|said)\b/iu;
const TO_COME =
  /\b(?:will|would|shall|can|could|may|might|going to|ready|available|able|start(?:s|ing)?|free|live)\b|'ll|'d\b/i;
/** "If the close takes eight days": a case, not a promise. */
const IN_A_CASE = /(?:^|[,;:.(]\s*|\band )(?:if|when|where|whenever|should)\b[^,;:]*$/i;

function promisesStart(clause: string, before: string, time: TimeMention, after: string): boolean {
  if (PAST_LEAD.test(before) || LENGTH_AFTER.test(after)) return false;
  if (time.kind === 'span' && /\bfor (?:a |an |the |up to |about |around )?$/i.test(before)) return false;
  if (IN_A_CASE.test(before) || (HAPPENED.test(clause) && !TO_COME.test(clause))) return false;
  if (THEIRS.test(clause) || PAST_VERB.test(clause)) return false;
  if (/\bstart(?:s|ing)? (?:with\b|at\b|from [$£€])/i.test(clause) && !BEGINS.test(clause)) return false;
  if (BEGINS.test(clause))
    return OURS.test(clause) && !/\bif you(?:'re| are| need| want)\b/i.test(before.slice(-60));
  // Weekdays, "now" and hours are in every mail; only next to a start do they tell when it is.
  if (time.kind === 'now' && !TO_COME.test(clause) && !/\bstart\b/i.test(after)) return false;
  if (/hour/i.test(time.text)) return false;
  if (/day$/i.test(time.text) && !DEADLINE_BEFORE.test(before) && !/^(?:this|next)\b/i.test(time.text)) {
    if (!/\b(?:start(?:s|ing)?|ready|available|free|join(?:s|ing)?|begin(?:s|ning)?) $/i.test(before))
      return false;
  }
  return MAY_BEGIN.test(clause) && OURS.test(clause) && !MEETING.test(clause);
}
