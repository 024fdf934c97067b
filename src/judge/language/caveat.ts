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
