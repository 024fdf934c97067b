import { type Piece, type Sentence, splitSentences } from './sentences.ts';

/** A check that regulated clients' suppliers and their people go through. */
const CHECK = new RegExp(
  [
    'background[- ](?:check|screen|vetting|verification|investigation)',
    'vetting',
    '(?:pre-?employment|security|criminal|reference|financial|credit|enhanced|baseline|identity|probity|sanctions|supplier|vendor) (?:screening|checks?|vetting)',
    '(?<!technical |initial |phone |cv |candidate |skills )screening(?! call)',
    'clearances?\\b',
    'checks? (?:on|for|of) (?:each|every|all|the|our|any|new) (?:new )?(?:person|people|engineer|developer|candidate|hire|staff|joiner|member)',
    '(?:hipaa|sox|gdpr|pci(?:[- ]dss)?|fca|pra|gxp|itar|fedramp|ferpa|nerc|finra|mifid|dora) (?:\\w+ )?(?:onboarding|training|review|check|clearance|approval|requirement|step|process|induction|compliance)',
    '\\b(?:dbs|bpss|nppv|disclosure and barring)\\b',
    'due[- ]diligence',
    '(?:vendor|supplier|third[- ]party|partner)[- ](?:risk |security |management )?(?:review|assessment|onboarding|approval|registration|questionnaire|audit|vetting)',
    '(?:risk|security|infosec|information security|privacy|legal|compliance|regulatory|procurement|data protection|access|export[- ]control|quality|safety|model risk) (?:and \\w+ )?(?:review|assessment|check|verification|approval|sign-?off|screening|clearance|questionnaire|step|requirement|overhead|process|gate|procedure|obligation|training|induction|onboarding|formalit|hurdle|audit)',
    '\\b(?:baa|dpa|dpia)\\b|business associate agreement|data[- ]processing agreement',
    'fit[- ]and[- ]proper|right[- ]to[- ]work|\\b(?:kyc|aml)\\b|fingerprint',
    'compliance with (?:\\w+ ){0,3}(?:regulation|rule|requirement)',
    "(?:regulator|compliance team|compliance officer|infosec team|risk team|risk committee)(?:s|'s)? (?:\\w+ ){0,3}(?:approv|sign|clear|review|agree)",
  ].join('|'),
  'i',
);
/** Ties the check to the time: it adds, it comes first, the start depends on it. */
const TIED =
  /\b(?:add(?:s|ed|ing)?|additional(?:ly)?|plus|on top|extend(?:s|ed)?|extra|longer|subject to|pending|depend(?:s|ing|ent)?|contingent|conditional|provided|assuming|once|after|afterwards|before|until|first|prior to|when|as soon as|only (?:if|when|after)|if|allow(?:s|ing)?|factor(?:s|ed|ing)?|build in|built in|buffer|need(?:s)? to|we(?:'ll| will) (?:also )?(?:need|require|run|complete|conduct|have)|must|may (?:push|shift|delay|take)|can (?:push|shift|delay|take)|delay(?:s|ed)?|account(?:s|ed|ing)? for|exclud(?:es|ing)|not (?:including|counting)|includ(?:es|ing|e)|bring(?:s)? (?:it|that|the)|push(?:es)?|separate|takes?|typically|required|mandatory|clear(?:s|ed)?)\b/i;
/** Who, or what procedure, has a say before a supplier may begin at a regulated client. */
const GATEKEEPER =
  /\b(?:compliance|legal|risk|privacy|infosec|security|quality|qa|governance|ethics|clinical|safety|safeguarding|data protection|information|export control|procurement|model risk|audit|medical|regulatory)(?:[- ](?:and|or|&) \w+)?[- ](?:team|people|department|office|officers?|committee|guardian|board|lead|group|function|unit|panel|folks|colleagues|governance|affairs|sign-?off|approvals?|assessments?|validation)\b|\b(?:dpo|mlro|caldicott|works council|irb|ethics|regulators?|supervisor|governors|trustees|notified body|competent authority|(?:computer system |process )?validation|accreditation|certification|notification|statutory|(?:insurance|banking|health|state) (?:division|department|commissioner|authority)|baa|dpia|impact assessment|moh|occ|ncua|fdic|fca|pra|bafin|finma|fda|mhra|ema|cqc|ofsted|ofgem|onr|nrc|caa|faa|easa|sra|hipaa|sec|finra|dfsa|mas|apra|asic|osfi|cbi|dnb|acpr|amf)\b/i;
/** Stands before a gatekeeper on whom the time hangs. */
const HANGS_ON =
  /\b(?:subject to|pending|depend(?:s|ing|ent)?(?: \w+){0,2} on|contingent|conditional|provided|assum(?:es|ing)|on the (?:understanding|condition)|once|only (?:if|when|after|once)|until|belongs? to|up to|rests? with|hinges? on|plus|on top of|waiting on|wait for|down to|starts? (?:only )?after|begins? (?:only )?(?:after|when)|allow(?:s|ing)? for|governed by|decided by|set by|if)\b/i;
/** What a gatekeeper does that takes its time, after it. */
const HAS_A_SAY =
  /\b(?:first\b|(?:has|have|must|needs?|will|would|may|might|'ll|could) (?:\w+ ){0,3}(?:sign|approve|agree|clear|review|look|want|ask|see|check|say|insist|require|add|decide|take|accept)|(?:signs?|approves?|agrees?|clears?|reviews?|accepts?|decides?) |(?:'s|is|are) (?:happy|content|satisfied|done|through|comfortable)|(?:comes?|come|goes|go) (?:first|before)|permitting|willing|(?:has|have) the (?:last|final) (?:word|say)|sets? the (?:pace|date)|allow(?:s|ing)?|adds?)/i;

/** "Your MLRO will want to look at it first"; "only once the DPO has agreed". */
function hangsOnGatekeeper(sentence: string): boolean {
  const who = GATEKEEPER.exec(sentence);
  if (who === null) return false;
  const before = sentence.slice(0, who.index);
  return HANGS_ON.test(before) || HAS_A_SAY.test(sentence.slice(who.index));
}

/** Says that no such check stands in the way, or that somebody takes care of it. */
const WAVED_OFF = new RegExp(
  [
    "\\b(?:no|without|skip(?:s|ping)?|avoid(?:s|ing)?|zero|never|not|don't|doesn't|won't|needn't|bypass(?:es|ing)?|isn't|aren't|none of) (?:[\\w'-]+ ){0,6}(?:check|screen|vetting|clearance|diligence|review|assessment|compliance|approval|dpa|baa|dbs|delay|wait|hold)",
    '\\b(?:already|pre-?|fully )(?:been )?\\s?(?:done|complete[d]?|cleared|vetted|checked|screened|approved|passed|in place|handled|sorted)',
    '\\b(?:handles?|handled|handling|takes? care|taken care|looks? after|covers?|manages?|sorts?) (?:all|everything|every|any|the|your|of)\\b',
    'paperwork',
    'nothing (?:for you )?to',
  ].join('|'),
  'i',
);

/**
 * Sentences that qualify a timeline by a check a regulated client asks for ("plus ten business days of
 * vetting", "subject to your vendor-risk review"). `terms` are further names of such checks, from config.
 * "We handle all compliance paperwork" is no caveat, nor is a check that is mentioned without effect on
 * the time.
 */
export function caveats(text: string, terms: readonly string[]): Piece[] {
  const sentences = splitSentences(text);
  return sentences.filter((sentence, at) => isCaveat(sentence, sentences[at + 1], terms));
}

function isCaveat(sentence: Sentence, next: Sentence | undefined, terms: readonly string[]): boolean {
  if (hangsOnGatekeeper(sentence.text) && !WAVED_OFF.test(sentence.text)) return true;
  const lower = sentence.text.toLowerCase();
  if (!CHECK.test(sentence.text) && !terms.some((term) => lower.includes(term.toLowerCase()))) return false;
  if (WAVED_OFF.test(sentence.text) && !/\badd(?:s|ing)?\b|\bsubject to\b/i.test(sentence.text)) return false;
  if (TIED.test(sentence.text)) return true;
  return (
    next !== undefined &&
    /^(?:this|that|it|these|those|which|so|both|please)\b/i.test(next.text) &&
    TIED.test(next.text)
  );
}
