import type { FieldEvidence, ProspectSnapshot, ThreadMessage } from '../../crm/prospect.ts';
import { splitSentences } from './sentences.ts';
import { fieldName, isBlankValue, keyText, type SignalLeaf, signalLeaves } from './signals.ts';
import { type Topic, topicOf } from './topics.ts';

/** A subject the prospect declined, and where the record says so. */
export interface Rejection {
  topic: Topic;
  fields: FieldEvidence[];
}

/** The words before the subject ("not interested in X"). */
const BEFORE_SUBJECT = new RegExp(
  [
    "(?:not|n't|no longer|never|hardly|don't think we(?:'re| are)) (?:really |currently |particularly |very |actively |be |at all |going to be )*(?:interested in|looking (?:for|at|into|to)|considering|pursuing|exploring|planning (?:on|to|for)|going (?:to|with|ahead with|down the)|need(?:ing)?|want(?:ing)?|after|in the market for|keen on|moving (?:forward|ahead) with|going for|ready for|open to|sold on|convinced (?:by|of|about)|do(?:ing)?|use|using|adopt(?:ing)?|require|outsourc(?:e|ing)|invest(?:ing)? in|touch(?:ing)?|entertain(?:ing)?|revisit(?:ing)?|budgeted for|pursue|explore|consider|move)",
    '(?:no|zero|not (?:much|any|a lot of)) (?:current |real |immediate |further |more )?(?:plans?|need|interest|appetite|budget|use|room|capacity|desire|demand|intention)(?: (?:this|for this|next) (?:year|quarter|month))? (?:for|to|in|of)',
    '(?:please )?(?:stop|quit) (?:suggesting|pitching|pushing|sending(?: \\w+){0,3} about|talking about|bringing up|recommending|mentioning|asking (?:me |us )?about|offering)',
    '(?:decided|chosen|opted|voted|agreed) (?:against|not to (?:\\w+)?)',
    "(?:we(?:'ll| will)? |i(?:'ll| will)? |going to |have to |happy to |let's )?(?:pass(?:ing)?|passed) on",
    '(?:already|currently) (?:have|got|use|work with|have) (?:a |an |our own |someone |people |in-?house |our )*(?:vendor|partner|provider|supplier|team|solution|tool|contract|agency|someone|people|person)?s? ?(?:for|on|doing|covering|who (?:do|does|handles?)|that (?:do|does|handles?)|handling)',
    '(?:all set|covered|sorted|good|fine|set|happy) (?:on|for|with|when it comes to) (?:our (?:current |existing )?)?',
    '(?:shelved|parked|dropped|cancelled|canceled|scrapped|abandoned|ruled out|killed|rejected|declined|turned down|deprioriti[sz]ed|frozen|paused|put (?:off|aside))',
    "(?:isn't|is not|aren't|are not|not) (?:a |the )?(?:right |good )?(?:time|moment|year|quarter) (?:for|to)",
    "(?:don't|do not) (?:want|need) (?:to (?:talk|hear|discuss|speak) about |(?:any )?(?:help|more|further \\w+) (?:with|about|on) )?",
  ].join('|'),
  'i',
);
/** The words after the subject ("X is handled in-house"). */
const AFTER_SUBJECT = new RegExp(
  [
    "(?:is|are|was|were|'s|'re|stays?|will (?:be|stay)|gets?|has been|have been|being) (?:\\w+ ){0,2}(?:handled|done|run|managed|covered|owned|taken care of|centrali[sz]ed|dealt with|looked after|sorted|provided)",
    "(?:isn't|aren't|is not|are not|'s not|'re not|not|wasn't|won't be|will not be|is hardly|is no longer|isn't really|is never) (?:\\w+ ){0,3}(?:a |our |on |something |for us|right|of interest|interesting|relevant|needed|necessary|required|priority|on the|for us|a fit|in (?:scope|budget|our)|happening|going|worth|where we|what we)",
    '(?:is|are) (?:\\w+ )?(?:premature|overkill|off the table|out of (?:scope|budget|the question)|too (?:early|expensive|much|soon|big|risky)|a no|a non-starter|dead|settled|paused|on hold|frozen|parked|unnecessary|irrelevant|low on|not)',
    "(?:doesn't|does not|don't|do not|didn't|won't|will not|can't) (?:\\w+ )?(?:fit|apply|work|make sense|interest|suit|help|match|add|matter|justify|appeal)",
    '(?:in-?house|internally|by (?:our|the) (?:own|parent|internal|in-?house|group))',
    "(?:can|will|has to|must|'ll) wait",
    "we(?:'ve| have)? (?:evaluated|tried|looked at|considered|reviewed)",
  ].join('|'),
  'i',
);
const IN_HOUSE =
  /\b(?:we|our (?:own )?(?:\w+ )?(?:team|people|group|parent(?: company)?)) (?:already |currently |prefer to |now )?(?:handles?|do(?:es)?|runs?|manages?|keeps?|covers?|owns?|builds?|takes? care of|looks? after|have) (?<subject>[^.;,!?]{2,60}?) (?:in-?house|internally|ourselves|centrally|already|covered|sorted|under control|with our own)/i;
const TRIED =
  /\bwe(?:'ve| have)? (?:already )?(?:evaluated|tried|looked (?:at|into)|considered|reviewed|tested) (?<subject>[^.;!?]{2,60}?)(?:,| and| but|$).{0,40}\b(?:decided|stay\w*|not|didn't|no|against|won't|chose|stick\w*|passed)\b/i;
const GENERAL =
  /\b(?:not interested|no,? thank|no thanks|not for us|not a (?:fit|priority)|we(?:'ll| will)? pass|i(?:'ll| will)? pass|not (?:right )?now|not (?:at )?this (?:time|year|quarter)|please stop|all set|we're good|not relevant|not needed|don't need (?:it|this|that)|won't be (?:doing|pursuing|moving)|decided against|off the table|maybe later|not looking|no need|we decline|not something we|(?:have|got) (?:it|this|that) (?:covered|handled|sorted)|have to decline|must decline)\b/i;
/** Later words that open a closed subject again. */
const REOPENED =
  /\b(?:(?:actually|on reflection|thinking about it|having thought|changed (?:my|our) mind|reconsider\w*|after all|things (?:have )?changed|good news|now (?:have|got) budget|back on (?:the )?(?:table|roadmap|agenda)|happy to (?:look|revisit|discuss|hear)|keen to (?:look|revisit|discuss|hear)|(?:would|we'd|i'd) (?:now )?(?:like|love) to (?:hear|know|see|discuss|revisit|explore|learn|talk)|tell (?:me|us) more|can you send|could you send|please send|let's (?:talk|discuss|revisit|look)|interested (?:again|now|after all)|ready to (?:talk|look|revisit|discuss)))\b/i;
const NEGATIVE =
  /\b(?:no|not|n't|never|none|declin\w*|reject\w*|refus\w*|pass(?:ed)?|stop|already|in-?house|premature|overkill|later|centrally|stick(?:ing)?|stay(?:ing)?|against|shelved|parked|off|busy|other priorities|too (?:early|expensive|small|soon)|still|happy with|covered|sorted|unsubscribe|negative|isn|aren|don|won|doesn|didn|can)\b|n't\b/i;
const POSITIVE =
  /\b(?:sounds? (?:good|great|interesting)|interested(?! in nothing)|yes|sure|love to|tell me more|send (?:me|us|it|over)|let's|happy to|keen)\b/i;

const SUBJECT_KEY =
  / (?:suggest\w*|pitch\w*|propos\w*|recommend\w*|gap|offered|offer|topic|subject|idea|initiative|theme|about) /;
const PAST_KEY =
  / (?:previous\w*|prior|past|last|earlier|already|initial|first|original|former\w*|declined|rejected) /;
const REJECT_KEY =
  / (?:reject\w*|declin\w*|refus\w*|objection\w*|objected|pushback|turned down|dismissed|not interested|opposed|vetoed|no thanks|said no|unwanted|off limits|do not pitch|avoid(?: topics?)?|topics? to avoid) /;
const RESPONSE_KEY =
  / (?:respon\w*|repl\w*|answer\w*|feedback|said|reaction|sentiment|stance|outcome|status) /;
/** Keys about a rejection that hold no subject. */
const META_KEY =
  / (?:strength|count|reason|date|at|times?|severity|type|channel|tone|confidence|source|by|id|on|when|level|score|language) $/;

/** Subjects the prospect declined, from signals and from what came in on the thread. */
export function rejectionsOf(prospect: ProspectSnapshot): Rejection[] {
  return [
    ...signalledRejections(signalLeaves(prospect.available_signals)),
    ...threadRejections(prospect.thread),
  ];
}

function signalledRejections(leaves: SignalLeaf[]): Rejection[] {
  const found: Rejection[] = [];
  const refusals = leaves.filter(isRefusal);
  if (refusals.length === 0) return found;
  const add = (label: string, sources: SignalLeaf[]): void => {
    const topic = topicOf(label);
    if (topic !== null)
      found.push({
        topic,
        fields: sources.map((leaf) => ({ field: fieldName(leaf.path), value: leaf.value })),
      });
  };
  for (const refusal of refusals) {
    const siblings = leaves.filter((leaf) => leaf !== refusal && samePlace(leaf, refusal) && isSubject(leaf));
    for (const subject of siblings) add(String(subject.value), [subject, refusal]);
    if (typeof refusal.value !== 'string') continue;
    const named = declinedIn(refusal.value);
    if (named.length > 0) for (const label of named) add(label, [refusal]);
    else if (siblings.length === 0 && REJECT_KEY.test(keyText(refusal.path))) add(refusal.value, [refusal]);
  }
  return found;
}

function isRefusal(leaf: SignalLeaf): boolean {
  const key = keyText(leaf.path);
  if (META_KEY.test(keyText(leaf.key)) || isBlankValue(leaf.value)) return false;
  if (REJECT_KEY.test(key)) {
    // "rejection_handling: true" and the like are flags; a text that says yes is no refusal.
    return leaf.value === true || typeof leaf.value === 'number'
      ? leaf.value === true
      : !POSITIVE.test(String(leaf.value)) || NEGATIVE.test(String(leaf.value));
  }
  if (!RESPONSE_KEY.test(key) || typeof leaf.value !== 'string') return false;
  if (!NEGATIVE.test(leaf.value) || REOPENED.test(leaf.value)) return false;
  if (declinedIn(leaf.value).length > 0 || GENERAL.test(leaf.value)) return true;
  // "status: not started" is no answer; anything unwilling that they said is.
  return !/ (?:status|outcome|sentiment) /.test(key) && !POSITIVE.test(leaf.value);
}

function isSubject(leaf: SignalLeaf): boolean {
  const key = keyText(leaf.path);
  if (typeof leaf.value !== 'string' || isBlankValue(leaf.value)) return false;
  if (
    META_KEY.test(keyText(leaf.key)) ||
    / (?:next|new|alternative|stated|current priority|interest) /.test(key)
  )
    return false;
  return SUBJECT_KEY.test(key) && (PAST_KEY.test(key) || !RESPONSE_KEY.test(key));
}

/** In the same object, or both at the top. */
function samePlace(one: SignalLeaf, two: SignalLeaf): boolean {
  return (
    one.holders.at(-1)?.path.join('/') === two.holders.at(-1)?.path.join('/') || one.holders.length === 1
  );
}

function threadRejections(thread: readonly ThreadMessage[]): Rejection[] {
  const found: Rejection[] = [];
  thread.forEach((message, at) => {
    if (message.direction !== 'in') return;
    const labels = declinedIn(message.text);
    const before = thread.slice(0, at).findLast((one) => one.direction === 'out');
    if (
      labels.length === 0 &&
      GENERAL.test(message.text) &&
      !REOPENED.test(message.text) &&
      before !== undefined
    )
      labels.push(...pitchedIn(before.text));
    const later = thread.slice(at + 1).filter((one) => one.direction === 'in' && REOPENED.test(one.text));
    for (const label of labels) {
      const topic = topicOf(label);
      if (topic === null || later.some((one) => opensAgain(one.text, topic))) continue;
      found.push({ topic, fields: [{ field: `thread[${at}]`, value: message.text }] });
    }
  });
  return found;
}

function opensAgain(text: string, topic: Topic): boolean {
  const again = topicOf(text);
  return (
    again === null ||
    Array.from(topic.words.keys()).some((word) => again.words.has(word)) ||
    text.length < 120
  );
}

/** Noun phrases the text declines: "not interested in X", "X is handled in-house". */
export function declinedIn(text: string): string[] {
  const labels: string[] = [];
  for (const sentence of splitSentences(text)) {
    const own = IN_HOUSE.exec(sentence.text) ?? TRIED.exec(sentence.text);
    if (own?.groups?.subject !== undefined) {
      labels.push(own.groups.subject);
      continue;
    }
    const before = BEFORE_SUBJECT.exec(sentence.text);
    if (before !== null) {
      const label = nounPhrase(sentence.text.slice(before.index + before[0].length));
      if (label !== null) {
        labels.push(label);
        continue;
      }
    }
    const after = AFTER_SUBJECT.exec(sentence.text);
    const label = after === null ? null : lastPhrase(sentence.text.slice(0, after.index));
    if (label !== null) labels.push(label);
  }
  return labels;
}

const STOPS_AT =
  /[.;:!?()]|,|\b(?:at|for) (?:the|this|that) (?:moment|time|point|stage)|\b(?:right now|for now|currently|this (?:year|quarter|month)|next (?:year|quarter)|because|since|as we|but|until|unless|and (?:we|i|please|would|have)|so (?:we|please)|we|i'm|thanks|thank|at present|anymore|any more|any longer|in the (?:near|foreseeable)|today|yet|either)\b|\s-+\s/i;
const HOLLOW =
  /^(?:it|this|that|them|these|those|us|you|me|one|any|your|our|the|help|more|anything|something|emails?|messages?|in-?house|all|so|such|now|further|what you|here)?$/i;

function nounPhrase(text: string): string | null {
  const end = STOPS_AT.exec(text)?.index ?? text.length;
  return phrase(text.slice(0, end).split(/\s+/).slice(0, 9).join(' '));
}

function lastPhrase(text: string): string | null {
  const parts = text.split(
    /[.;:!?,()]|\b(?:but|because|since|and|so|that|think|thanks|honestly|we)\b|\s-+\s/i,
  );
  return phrase((parts.at(-1) ?? '').trim().split(/\s+/).slice(-6).join(' '));
}

function phrase(text: string): string | null {
  const trimmed = text
    .trim()
    .replace(
      /^(?:a|an|the|any|your|our|more|further|another|to|on|about|for|of|with|doing|adopting|using|buying|moving to)\s+/i,
      '',
    );
  return HOLLOW.test(trimmed) || topicOf(trimmed) === null ? null : trimmed;
}

/** What our own mail had pitched, when the answer says no more than "not for us": its telling sentence. */
function pitchedIn(text: string): string[] {
  const labels: string[] = [];
  for (const match of text.matchAll(
    /\b(?:help(?:s|ing)? (?:you )?(?:with )?|our|offer(?:s|ing)?|recommend(?:ing)?|suggest(?:ing)?|propos(?:e|ing)|explor(?:e|ing)|adopt(?:ing)?|discuss(?:ing)?|about|mov(?:e|ing) to|support (?:for|with)) (?<subject>[^.;:!?,]{3,60})/gi,
  )) {
    const label = nounPhrase(match.groups?.subject ?? '');
    const topic = label === null ? null : topicOf(label);
    if (label !== null && topic !== null && Array.from(topic.words.values()).some((weight) => weight === 1))
      labels.push(label);
  }
  return labels.slice(0, 3);
}
