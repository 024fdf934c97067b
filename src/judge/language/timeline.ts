import { type TimeMention, timeMentions } from './dates.ts';
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
  /\b(?:call|chat|meet(?:ing)?|minutes?|demo|coffee|conversation|webinar|intro(?:duction)?|catch[- ]up|talk|speak|connect|discuss|sync|slot|calendar|diary|invite|reply|respond|get back|follow up|circle back|check (?:back|in)|touch base|send|share|forward|schedule|walk(?:through)?|read|let me know|interview|screen(?:ing)?|session|event|conference|hear from)\b/i;
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

/** Sentences of `text` that promise when work begins ("onboard within 3 weeks", "can start on Monday"). */
export function timelinePromises(text: string, today: string): TimelinePromise[] {
  const promises: TimelinePromise[] = [];
  const times = timeMentions(text, today);
  for (const sentence of splitSentences(text)) {
    for (const time of times) {
      if (time.start < sentence.start || time.start >= sentence.end) continue;
      const clause = sentence.clauses.findLast((one) => one.start <= time.start) ?? sentence;
      // "Onboarding: two weeks" and "ready to start - Monday works" split what belongs together.
      const lead = sentence.text.slice(0, clause.start - sentence.start);
      const near = clause.text.length < 30 || /^[^.,;]{1,25}:\s*$/.test(lead) ? sentence : clause;
      if (
        promisesStart(near.text, text.slice(sentence.start, time.start), text.slice(time.end, sentence.end))
      ) {
        promises.push({ start: sentence.start, end: sentence.end, text: sentence.text, time });
        break;
      }
    }
  }
  return promises;
}

function promisesStart(clause: string, before: string, after: string): boolean {
  if (PAST_LEAD.test(before) || LENGTH_AFTER.test(after)) return false;
  if (THEIRS.test(clause) || PAST_VERB.test(clause)) return false;
  if (/\bstart(?:s|ing)? (?:with|at|from [$£€])/i.test(clause) && !BEGINS.test(clause)) return false;
  if (BEGINS.test(clause))
    return OURS.test(clause) && !/\bif you(?:'re| are| need| want)\b/i.test(before.slice(-60));
  return MAY_BEGIN.test(clause) && OURS.test(clause) && !MEETING.test(clause);
}
