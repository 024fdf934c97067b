import type { Sentence } from './sentences.ts';
import { clauseAt } from './sentences.ts';

/** Something a sentence says of the prospect. Offsets are into the text the sentence is from. */
export interface Claim {
  start: number;
  end: number;
  /**
   * `verb`: "you raised $5M". `possessive`: "your $5M raise", which takes the raise for granted, so that
   * only a hedge about the raise itself softens it. `noun`: "a $5M raise", "the Series A".
   */
  form: 'verb' | 'possessive' | 'noun';
}

/** Why a claim is not stated as fact. */
export type Softening = 'hedged' | 'negated' | 'hypothetical' | 'asked' | 'future';

/** A new thought begins: a hedge before it does not reach past it. */
const BARRIER =
  /\b(?:since|after|now that|because|but|following|given|as you|which|while|so that|and (?:i|we|you|your|they)|that is why|(?:on|off) the (?:back|strength|heels) of|thanks to|courtesy of|on account of|due to|fresh (?:off|from)|fuell?ed by|funded by|backed by|powered by|with (?:the|your|that)|from (?:the|your)|out of (?:the|your)|having|to (?:spend|deploy|use)|using)\b/i;

/** Words that pass the claim on from somebody, or say that it is not certain; wherever they stand. */
const ATTRIBUTED =
  /\b(?:reportedly|allegedly|supposedly|purportedly|apparently|ostensibly|rumou?r(?:s|ed)?|unconfirmed|unverified|unofficial(?:ly)?|speculat\w+|(?:is|are|were|was) said to|believed to|thought to|understood to|word (?:is|has it|on the street)|whispers?|grapevine|hearsay|(?:as far as|from what|for what|what) (?:i|we|one) (?:can|could|know|hear|understand|gather|read)\w*|to (?:my|our|the best of (?:my|our)) knowledge|if (?:i'm|i am|we're|we are|memory)\b[^,]{0,20}|or so (?:i|we)|we are told|i am told|i'm told|seen (?:it )?(?:claimed|suggested|reported|estimated)|according to|per (?:public|press|media|crunchbase|some|one|a|the|unverified))\b/i;
/** Verbs that hand over a claim: it must follow them. */
const SUGGESTED =
  /\b(?:(?:reports?|sources?|signals?|articles?|estimates?|rumou?rs?|headlines|press|data|records|figures|database|crunchbase|pitchbook|dealroom|techcrunch|news|posts?|blogs?|one|some|it|which|that) )?(?:(?:may |might |would |could |seem to |seems to )?(?:suggest|indicat|hint|impl|estimat|claim|alleg|speculat)(?:s|es|ed|ing|y|ies|ied|ying|e|ation|ations|ates|ating)?|point(?:s|ed|ing)? to(?:wards?)?|put(?:s)? (?:it|you|your raise) at|have (?:you|it) (?:at|down)|signals? (?:that|of|suggest)|reports? (?:of|that|say|suggest|have|claim)|reported that|guesses|guess(?:ing)?|flag(?:s|ged)|different figures|figures for|conflicting|contradict\w+|disagree\w*|differ)\b/i;
const MODAL =
  /\b(?:may|might|could|must|should)(?: well| just| recently| already| also| now)* (?:have|'ve|be)\b|\b(?:probably|likely|perhaps|maybe|possibly|presumably|seemingly|conceivably|potentially)\b|\b(?:appears?|appeared|seems?|seemed) (?:to|that|like|as|you|it)\b|\b(?:looks?|sounds?|feels?) (?:like|as)\b|\b(?:i|we) (?:think|believe|guess|suspect|assume|assumed|gather|imagine|presume|reckon|suppose|would guess|'d guess|would assume)\b|\b(?:my|our) (?:guess|hunch|impression|assumption|understanding|best guess)\b|\b(?:not (?:entirely |quite |100% |completely |at all )?(?:sure|certain|clear)|unclear|unsure|(?:don't|do not) know|no idea|can't tell|cannot tell|wonder(?:ing|ed)?|curious|asking|ask|tell me|let me know) (?:if|whether|how|what)\b|\bcould you confirm\b/i;
/** What is said to be uncertain must be the claim: nothing but these may stand between. */
const CANNOT = String.raw`(?:can(?:not|'t| not)|could(?:n't| not)|have(?:n't| not)(?: yet)? been able to|has(?:n't| not) been|have(?:n't| not)|had(?:n't| not)|unable to|not able to|hard to|difficult to|impossible to|yet to|without|didn't|did not|don't|do not|won't|will not|wouldn't|would not|would rather not|'d rather not|rather not|prefer not to|not going to|before (?:i|we)|rather than|instead of|not (?:been|yet|independently)?|never)`;
const VERIFY =
  '(?:confirm|verif|substantiat|corroborat|validat|double-check|quot|cit|guess|assum|speculat|misquot|stat|back|vouch|rely|trust|stand behind|pin)\\w*';
const UNVERIFIED = new RegExp(String.raw`${CANNOT} (?:\w+ ){0,3}?${VERIFY}\b`, 'i');
/** Frames that take back a claim anywhere in the sentence. */
const DISCLAIMED =
  /\bif (?:that|this|it|the|those|these|my|our|what|reports?|rumou?rs?|press|public)(?: \w+){0,5} (?:is|are|'s|serves?|holds?|be)(?: \w+){0,2} (?:right|true|accurate|correct|believed|reliable|up to date|me|up)\b|\bif (?:true|accurate|correct|confirmed|right|so|the reports|reports)\b|\b(?:i|we|it|this|that|the (?:number|figure|amount|report|data|source)s?) (?:may|might|could) (?:well )?be (?:wrong|mistaken|off|out of date|outdated|inaccurate|stale|incomplete)\b|\b(?:please )?correct me\b|\btell me if (?:i|that|this|it)(?:'m|'s| am| is) (?:wrong|off)\b|\b(?:grain|pinch) of salt\b|\bdon't quote (?:me|us)\b|\btake (?:it|that|this) (?:loosely|with)\b|\b(?:is|are|was|remains?|stays?|still|as|it|but|though|although|flags? it as|flagged as|marked as|listed as) (?:\w+ )?(?:unverified|unconfirmed|incomplete|uncertain|speculative|rumou?red|an estimate|estimates|only estimated|not (?:been )?(?:verified|confirmed))\b|\bnot sure (?:if|whether|how) (?:that|this|it|the (?:figure|number|amount|report))\b/i;

const INSIDE =
  /\b(?:reported|reportedly|rumou?red|alleged|allegedly|apparent|apparently|possible|potential|supposed|estimated|unconfirmed|unverified|speculated|suspected|so-called|purported|likely|probable|hypothetical)\b/i;
const SURE_NEGATION =
  /\b(?:not only|not just|no (?:doubt|wonder|secret|surprise|small)|(?:n't|not|hardly) (?:surpris\w+|a secret|miss(?:ed)?|help but|believe|ignore|overlook|go(?:ne)? unnoticed|lost on)|couldn't help|never (?:doubted|ceases))\b/i;
const NEGATED = /\b(?:not|never|no|without|nor|neither|hardly|nobody|none|nothing)\b|n't\b/i;

/**
 * Whether a claim is softened, by what governs it: its own clause, a disclaimer in its sentence, or the
 * next sentence where that takes up the figure ("We could not verify that number.").
 *
 * @param text the text the sentence is from
 * @param next the sentence after it
 */
export function softening(
  text: string,
  sentence: Sentence,
  claim: Claim,
  next: Sentence | undefined,
): Softening | null {
  const clause = clauseAt(sentence, claim.start) ?? sentence;
  const before = text.slice(clause.start, claim.start);
  const inside = text.slice(claim.start, claim.end);
  const after = text.slice(claim.end, Math.max(claim.end, clause.end));
  const whole = sentence.text;
  if (DISCLAIMED.test(whole) || (next && takesBack(next.text))) return 'hedged';
  if (INSIDE.test(inside)) return 'hedged';
  if (reaches(ATTRIBUTED, before, claim) || hedgedAfter(after.slice(0, 90))) return 'hedged';
  if (unverifiedNear(before, text.slice(claim.end, sentence.end))) return 'hedged';
  if (reaches(SUGGESTED, before, claim) || (claim.form !== 'possessive' && reaches(MODAL, before, claim)))
    return 'hedged';
  if (claim.form === 'verb' && MODAL.test(inside)) return 'hedged';
  if (
    claim.form === 'possessive' &&
    /\bwhat (?:appears?|looks?|seems?|i believe|we believe)(?: to be| like|) $/i.test(before)
  )
    return 'hedged';
  if (isNegated(before, inside, claim)) return 'negated';
  if (isHypothetical(before, after, claim)) return 'hypothetical';
  if (isFuture(before, claim)) return 'future';
  return sentence.question && isAsked(before, inside, after, claim) ? 'asked' : null;
}

/** A hedge that follows is the claim's, unless a new subject with its own verb has come in between. */
function hedgedAfter(after: string): boolean {
  const hedge = ATTRIBUTED.exec(after);
  return hedge !== null && !OTHER_THOUGHT.test(after.slice(0, hedge.index));
}

const OTHER_THOUGHT =
  /[,;-]\s*(?:and |so |but )?(?:you|you're|you've|your|the \w+|i|we|they|it)\b(?! (?:is|was|has been) (?:only )?$)|\b(?:you|you're|you've|your \w+)(?: (?:are|have|will|were|team))?(?: also| now| just)? $/i;

/** A hedge before the claim with no new thought in between; near, where the claim is taken for granted. */
function reaches(hedge: RegExp, before: string, claim: Claim): boolean {
  let rest = before;
  let match = hedge.exec(rest);
  while (match) {
    rest = rest.slice(match.index + match[0].length);
    const gap = rest.trim();
    const near =
      gap.split(/\s+/).filter(Boolean).length <= 5 && !/\b(?:you|you're|we|is|are|to)\b/i.test(gap);
    if (!BARRIER.test(rest) && (claim.form !== 'possessive' || near)) return true;
    match = hedge.exec(rest);
  }
  return false;
}

/** "cannot confirm your $5M raise", "$5M but cannot confirm", "though we could not verify it". */
function unverifiedNear(before: string, after: string): boolean {
  const lead = UNVERIFIED.exec(before);
  if (lead && !BARRIER.test(before.slice(lead.index + lead[0].length))) return true;
  const trail = UNVERIFIED.exec(after);
  if (!trail) return false;
  const object = after.slice(trail.index + trail[0].length).trim();
  return /^(?:$|[.,;!?)-]|it\b|that\b|this\b|the (?:figure|number|amount|round|report|source|details|exact)|a number|your (?:raise|round|funding)|those|either|any of|and|so|yet|publicly|independently|from|with|in|one way|what)/i.test(
    object,
  );
}

function isNegated(before: string, inside: string, claim: Claim): boolean {
  if (SURE_NEGATION.test(before) || SURE_NEGATION.test(`${before}${inside}`.slice(-90))) return false;
  const words = before.trim().split(/\s+/);
  const reach = words.slice(-(claim.form === 'verb' ? 5 : 6)).join(' ');
  if (claim.form === 'verb') return NEGATED.test(reach) && !BARRIER.test(reach);
  if (/\b(?:no|any|without)\b(?: \w+){0,2}$/i.test(reach)) return true;
  return /(?:\b(?:not|never|yet to)|n't)(?: \w+){0,3} (?:announced?|disclosed?|found|find|seen?|raised?|closed?|have|had|need(?:ed)?|publici[sz]ed|reported|at|a|assume|assuming|mention)(?: \w+){0,3}$/i.test(
    reach,
  );
}

function isHypothetical(before: string, after: string, claim: Claim): boolean {
  const conditional =
    /\b(?:if|whether|should you|assuming|in case|suppose|supposing|were you to|provided|once|until|as soon as|whenever|by the time|imagine)\b[^,]*$/i.exec(
      before,
    );
  if (!conditional) return false;
  if (claim.form !== 'possessive')
    return !BARRIER.test(conditional[0]) || /^(?:once|until)/i.test(conditional[0]);
  return /^[^,]{0,30}\b(?:is|was|were|closes|lands|goes|comes)\b[^,]{0,25}(?:right|accurate|correct|true|confirmed|real|through|together)?/i.test(
    after,
  )
    ? /\b(?:right|accurate|correct|true|confirmed|real|closes|lands|goes through|comes together)\b/i.test(
        after,
      )
    : /^(?:once|until|as soon as|by the time)/i.test(conditional[0]);
}

/** A round that is still to come is a plan, not a fact about funding. */
function isFuture(before: string, claim: Claim): boolean {
  if (claim.form === 'verb') {
    return /\b(?:will|would|going to|plan(?:ning|s)? (?:on|to)|look(?:ing)? (?:to|at)|want(?:ing|s)? to|hop(?:e|es|ing) to|aim(?:ing|s)? (?:to|for)|consider(?:ing)?|think(?:ing)? (?:of|about)|help(?:s|ed|ing)? (?:you )?(?:with )?|before|when)(?: you(?: are|'re)?)?(?: be)? ?$/i.test(
      before,
    );
  }
  return /\b(?:before|ahead of|prior to|towards?|approach\w*|prepar\w+ (?:for|you for)|plan\w* (?:for|on|to \w+)|run-?up to|path to|road to|way to|ready for|reach\w*|to (?:raise|close|secure|land|fund|get|hit|support|reach)|get you to|thinking (?:about|of)|until|eventual|if and when)(?: \w+)?\s*$/i.test(
    before,
  );
}

/** The question is whether it is so, not something else that takes it for granted. */
function isAsked(before: string, inside: string, after: string, claim: Claim): boolean {
  const opening =
    /(?:^|, |\b(?:hi|hey) \w+,? )(?:so )?(?:did|have|has|are|is|was|were|had|do)(?: (?:you|it|the \w+|\w+))?/i;
  if (claim.form === 'verb') return opening.test(`${before}${inside}`) && !BARRIER.test(before);
  if (/\b(?:right|accurate|correct|true|confirmed|real)\?/i.test(after)) return true;
  if (asksAboutRound(before, inside, after)) return true;
  return /\b(?:did|have|has|had|are|is) (?:you|they|\w+)(?: \w+){0,3}? (?:rais|clos|announc|finish|complet|secur|land|get|got|do|done|wrap)\w*(?: up)? *(?:on )?$/i.test(
    before,
  );
}

/** "Is the seed from 2021 still what you run on?", "Have you raised since the seed?": an older round, and a question. */
function asksAboutRound(before: string, inside: string, after: string): boolean {
  const whole = `${inside}${after}`;
  if (
    /(?:^|[,-] )(?:so |and |or )?(?:is|was|were|are|did|does|has|had) (?:the|your|that|this)?\s*$/i.test(
      before.slice(-40),
    ) ||
    (/^(?:so |and |or )?(?:is|was|were|did|does|has|had)\s*$/i.test(before) &&
      /^(?:the|your|that)\b/i.test(inside))
  )
    return /\b(?:19|20)\d\d\b|\b(?:still|last|latest|most recent|only|before|older|first|original|back then|years ago)\b/i.test(
      whole,
    );
  return (
    /\b(?:have|has|did|are|is|were|was) (?:you|there|\w+)\b[^?]{0,50}\b(?:rais\w+|clos\w+|fund\w*|financ\w+|invest\w+|round|money|capital|taken|anything)\b[^?]{0,30}\b(?:since|after|beyond|besides|on top of|other than)(?: (?:the|your|that))?\s*$/i.test(
      before,
    ) ||
    /\b(?:was|is|were) (?:your|the) (?:last|latest|most recent|only|first) (?:round|raise|funding|money|capital)(?: \w+){0,3}\s*$/i.test(
      before,
    )
  );
}

/** The sentence after takes the figure back: "We could not verify that number." */
function takesBack(next: string): boolean {
  if (
    DISCLAIMED.test(next) &&
    /\b(?:that|this|the|it)\b/i.test(next) &&
    /\b(?:figure|number|amount|round|raise|funding|report|source|that|this|it)\b/i.test(next.slice(0, 60))
  )
    return /^(?:(?:though|but|although|please|i|we|that|this|it|the)\b)/i.test(next);
  const match = UNVERIFIED.exec(next);
  if (!match) return false;
  return /^\s*(?:that|this|it|the (?:figure|number|amount|round|report|raise|source))\b/i.test(
    next.slice(match.index + match[0].length),
  );
}
