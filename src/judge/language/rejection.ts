import type { FieldEvidence, ProspectSnapshot, ThreadMessage } from '../../crm/prospect.ts';
import { timeMentions } from './dates.ts';
import { rememberRecords } from './remember.ts';
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
    "(?:not|n't|no longer|never|hardly|don't think we(?:'re| are)) (?:really |currently |particularly |very |actively |be |at all |going to be |going to |ever |even |want to |willing to |prepared to |allowed to |about to )*(?:interested in|looking (?:for|at|into|to)|considering|pursuing|exploring|planning (?:on|to|for)|going (?:to|with|ahead with|down the)|need(?:ing)?|want(?:ing)?|after|in the market for|keen on|moving (?:forward|ahead) with|going for|ready for|open to|sold on|convinced (?:by|of|about)|do(?:ing)?|use|using|adopt(?:ing)?|require|outsourc(?:e|ing)|invest(?:ing)? in|touch(?:ing)?|entertain(?:ing)?|revisit(?:ing)?|budgeted for|pursue|explore|consider|move|look (?:at|into)|taking on|take on|bring(?:ing)? (?:in|on)|switch(?:ing)?(?: to)?|replac(?:e|ing)|hir(?:e|ing)|buy(?:ing)?|order(?:ing)?|renew(?:ing)?|sign(?:ing)?(?: up)? (?:to|for)|pay(?:ing)? for|spend(?:ing)? (?:money |anything )?on|(?:be |being )?(?:tied|locked) (?:in )?(?:in)?to)",
    '(?:no|zero|not (?:much|any|a lot of)) (?:current |real |immediate |further |more )?(?:plans?|need|interest|appetite|budget|use|room|capacity|desire|demand|intention)(?: (?:this|for this|next) (?:year|quarter|month))? (?:for|to|in|of)',
    '(?:please )?(?:stop|quit) (?:suggesting|pitching|pushing|sending(?: \\w+){0,3} about|talking about|bringing up|recommending|mentioning|asking (?:me |us )?about|offering)',
    '(?:decided|chosen|opted|voted|agreed) (?:against|not to (?:\\w+)?)',
    "(?:we(?:'ll| will)? |i(?:'ll| will)? |going to |have to |happy to |let's )?(?:pass(?:ing)?|passed) on",
    '(?:already|currently) (?:have|got|use|work with|have) (?:a |an |our own |someone |people |in-?house |our )*(?:vendor|partner|provider|supplier|team|solution|tool|contract|agency|someone|people|person)?s? ?(?:for|on|doing|covering|who (?:do|does|handles?)|that (?:do|does|handles?)|handling)',
    '(?:all set|covered|sorted|good|fine|set|happy) (?:on|for|with|when it comes to) (?:our (?:current |existing )?)?',
    '(?:shelved|parked|dropped|cancelled|canceled|scrapped|abandoned|ruled out|killed|rejected|declined|turned down|deprioriti[sz]ed|frozen|paused|put (?:off|aside))',
    "(?:isn't|is not|aren't|are not|not) (?:a |the )?(?:right |good )?(?:time|moment|year|quarter) (?:for|to)",
    '(?:please|kindly|just) (?:do )?(?:leave|drop|forget|skip|park|scrap)(?: out| about)?(?! (?:it|this|that|me|us|a|your) )(?! [^.;,!?]{0,40} (?:at|with|in|on|by|behind|for|to|off|into)\\b)',
    '(?:nobody|no one|none of us)(?: here| \\w+){0,2} (?:wants?|needs?|likes?|is after|asked for)|count (?:us|me) out (?:of|on|for)|(?:rather|prefer) not (?:to )?(?:do|have|use|buy|take on|go for|get into|change|switch|touch|start|talk about|discuss|pursue)|(?:said|say|saying) no to|no,? (?:thanks|thank you),? (?:to|on)|(?:steer(?:ing)?|stay(?:ing)?) (?:clear|well clear|away) (?:of|from)|(?:had )?enough (?:about|of)|no more (?:about|talk of|pitches for)|sworn off|vetoed|binned|knocked back|gone (?:off|cold on)|went (?:off|cold on)|thumbs[- ]down (?:on|to|for)',
    "(?:don't|do not) (?:want|need) (?:to (?:talk|hear|discuss|speak) about |(?:any )?(?:help|more|further \\w+) (?:with|about|on) )?",
  ].join('|'),
  'gi',
);
/** The words after the subject ("X is handled in-house"). */
const AFTER_SUBJECT = new RegExp(
  [
    "(?:is|are|was|were|'s|'re|stays?|will (?:be|stay)|gets?|has been|have been|being) (?:\\w+ ){0,2}(?:handled|done|run|managed|covered|owned|taken care of|centrali[sz]ed|dealt with|looked after|sorted|provided)",
    "(?:isn't|aren't|is not|are not|'s not|'re not|not|wasn't|won't be|will not be|is hardly|is no longer|isn't really|is never) (?:\\w+ ){0,3}(?:a |our |on |something |for us|right|of interest|interesting|relevant|needed|necessary|required|priority|on the|for us|a fit|in (?:scope|budget|our)|happening|going|worth|where we|what we)",
    '(?:is|are) (?:\\w+ )?(?:premature|overkill|off the table|out of (?:scope|budget|the question)|too (?:early|expensive|much|soon|big|risky)|a no|a non-starter|dead|settled|paused|on hold|frozen|parked|unnecessary|irrelevant|low on|not)',
    "(?:is|are|was|were|'s|would be|will be|remains?|stays?|gets?)(?: \\w+){0,2} (?:a |an )?(?:(?:hard|firm|flat|definite|polite|big|clear|straight|resounding|strong|very|absolute|outright) )?(?:no|pass|nope|no-go|non-?starter|veto|thumbs[- ]down)(?: (?:from|for|to|with|at|this|right|now|on|as|until|here)\\b|[.,!;]|$)",
    "(?:isn't|is not|'s not|aren't|are not|not|wasn't|was not) (?:quite |really |at all )?(?:the|a|our) (?:way|route|direction|path|road|approach|cup of tea|bag|thing)\\b",
    "(?:is|are|was|were|'s been|has been|have been|got|'s)(?: \\w+)? (?:ruled out|vetoed|binned|shelved|dropped|cancell?ed|scrapped|turned down|rejected|declined|knocked back|cut from|struck (?:from|off)|off the (?:agenda|cards|list|menu|roadmap)|kicked into)",
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
  /\bwe(?:'ve| have)? (?:already )?(?:evaluated|tried|looked (?:at|into)|considered|reviewed|tested) (?<subject>[^.;!?]{2,60}?)(?:,| and| but|$).{0,40}\b(?:decided|stay\w*|not|didn't|no|against|won't|chose|stick\w*|passed|disaster|fail\w*|waste|mess|never again|painful|regret\w*|burn\w*|awful|terrible)\b/i;
/** "We bought scanners elsewhere." */
const ELSEWHERE =
  /\b(?:we|i)(?:'ve| have| had)? (?:just |already |now |since |recently )?(?:bought|signed(?: up)?(?: for)?|ordered|renewed|chosen|sourced|got|taken) (?<subject>[^.;,!?]{2,60}?) (?:elsewhere|with (?:another|someone|somebody|our|a different)|from (?:another|someone|somebody|our|a different)|(?:for|until) (?:the next|\w+ years?|20\d\d))/i;
const GENERAL =
  /\b(?:not interested|no,? thank|no thanks|not for us|not a (?:fit|priority)|we(?:'ll| will)? pass|i(?:'ll| will)? pass|not (?:right )?now|not (?:at )?this (?:time|year|quarter)|please stop|all set|we're good|not relevant|not needed|don't need (?:it|this|that)|won't be (?:doing|pursuing|moving)|decided against|off the table|maybe later|not looking|no need|we decline|not something (?:we|i)|not interested any|hard (?:pass|no)\b|firm no\b|no from (?:me|us)|ruled (?:it|that|this) out|do not (?:come back|write|contact|pitch|ask)|don't (?:come back|pitch|ask) (?:again|about)|not for me|(?:we|i) won't (?:go|change|switch)|(?:have|got) (?:it|this|that) (?:covered|handled|sorted)|have to decline|must decline)\b/i;
/** Later words that open a closed subject again. */
const REOPENED =
  /\b(?:(?:(?:ignore|forget|disregard|scrap) (?:what|everything|my|that)|send (?:me|us|over|through|across) (?:the|your|a|an|some|more|details|prices|figures)|actually|on reflection|thinking about it|having thought|changed (?:my|our) mind|reconsider\w*|after all|things (?:have )?changed|good news|now (?:have|got) budget|back on (?:the )?(?:table|roadmap|agenda)|happy to (?:look|revisit|discuss|hear)|keen to (?:look|revisit|discuss|hear)|(?:would|we'd|i'd) (?:now )?(?:like|love) to (?:hear|know|see|discuss|revisit|explore|learn|talk)|tell (?:me|us) more|can you send|could you send|please send|let's (?:talk|discuss|revisit|look)|interested (?:again|now|after all)|ready to (?:talk|look|revisit|discuss)))\b/i;
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
export const rejectionsOf = rememberRecords(readRejections);

function readRejections(prospect: ProspectSnapshot, today: string): Rejection[] {
  return [
    ...signalledRejections(signalLeaves(prospect.available_signals)),
    ...threadRejections(prospect.thread, today),
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

function threadRejections(thread: readonly ThreadMessage[], today: string): Rejection[] {
  const found: Rejection[] = [];
  let earlier: string[] = [];
  thread.forEach((message, at) => {
    if (message.direction !== 'in') return;
    const labels = declinedIn(message.text);
    const refuses = GENERAL.test(message.text) && !REOPENED.test(message.text);
    const before = thread.slice(0, at).findLast((one) => one.direction === 'out');
    if (labels.length > 0) {
      // What they name and what we had pitched are one subject in two words, unless they turn to another.
      if (before !== undefined && !INVITES.test(message.text)) labels.push(...offeredIn(before.text));
    } else if (refuses) {
      labels.push(...(before === undefined ? [] : pitchedIn(before.text)), ...earlier);
    }
    if (labels.length > 0) earlier = labels;
    if (isDeferralDue(message, today)) return;
    const later = thread
      .slice(at + 1)
      .filter(
        (one) => one.direction === 'in' && REOPENED.test(one.text) && declinedIn(one.text).length === 0,
      );
    for (const label of labels) {
      const topic = topicOf(label);
      if (topic === null || later.some((one) => opensAgain(one.text, topic))) continue;
      found.push({ topic, fields: [{ field: `thread[${at}]`, value: message.text }] });
    }
  });
  return found;
}

/** Names another subject that would be welcome. */
const INVITES =
  /\b(?:however|but|though|that said|although|instead|whereas)\b[^.!?]{0,80}\b(?:interest\w*|curious|exposed|need|would|could|open|happy|talk|keen|look|welcome)\b|\b(?:would be|is|are) (?:a )?(?:different|another) (?:conversation|story|matter|question)|\bopen to\b/i;
const COME_BACK =
  /\b(?:come back|get back|try (?:me|us|again|once more)|check (?:in|back)|circle back|ping|write|ask|call|ring|contact|reach out|(?:get|be|keep) in touch|speak|talk|chat|revisit|pick (?:it|this|that) (?:back )?up|look (?:\w+ ){0,2}again|again|remind|drop (?:me|us) a line|review|discuss|next (?:look|review)|budgets? (?:\w+ )?(?:opens?|resets?|renews?|starts?|comes?))\b/i;
const NOT_UNTIL =
  /\b(?:until|till|before|earlier than|sooner than|(?:frozen|closed|on hold|parked) (?:until|till|to))(?: \w+){0,3} $/i;
const FOR_GOOD =
  /\b(?:never|ever again|for good|permanently|under no circumstances|don't come back|do not come back|any ?more)\b/i;

/** "Come back to me in July" was no refusal, and July has come. */
function isDeferralDue(message: ThreadMessage, today: string): boolean {
  if (FOR_GOOD.test(message.text)) return false;
  const written = /^\d{4}-\d\d-\d\d/.exec(message.at)?.[0] ?? today;
  return splitSentences(message.text).some((sentence) => {
    const asked = COME_BACK.test(sentence.text);
    return timeMentions(sentence.text, written).some(
      (time) =>
        time.kind !== 'now' &&
        time.from > written &&
        time.from <= today &&
        (asked || NOT_UNTIL.test(sentence.text.slice(0, time.start))),
    );
  });
}

function opensAgain(text: string, topic: Topic): boolean {
  const again = topicOf(text);
  return (
    again === null ||
    Array.from(topic.words.keys()).some((word) => again.words.has(word)) ||
    text.length < 120
  );
}

/** "Vending? No thanks.", "Not for us, the vending machines." */
const ANSWERED =
  /^(?:(?<subject>[\p{L}' -]{3,40})\? (?:no\b|not\b|never|nope|hard pass|pass\b)|(?:not for (?:us|me)|no thanks|hard pass|nope),? (?:the|your|on|to|about) (?<other>[\p{L}' -]{3,40})[.!])/iu;

/** Noun phrases the text declines: "not interested in X", "X is handled in-house". */
export function declinedIn(text: string): string[] {
  const labels: string[] = [];
  const sentences = splitSentences(text);
  for (const [at, sentence] of sentences.entries()) {
    const own = IN_HOUSE.exec(sentence.text) ?? TRIED.exec(sentence.text) ?? ELSEWHERE.exec(sentence.text);
    if (own?.groups?.subject !== undefined) {
      labels.push(own.groups.subject);
      continue;
    }
    const named = Array.from(sentence.text.matchAll(BEFORE_SUBJECT)).flatMap(
      (match) => nounPhrase(sentence.text.slice(match.index + match[0].length)) ?? [],
    );
    const asked = ANSWERED.exec(`${sentence.text} ${sentences[at + 1]?.text ?? ''}`)?.groups;
    if (asked !== undefined)
      named.push(...[phrase(asked.subject ?? asked.other ?? '')].flatMap((label) => label ?? []));
    if (named.length > 0) {
      labels.push(...named);
      continue;
    }
    const after = AFTER_SUBJECT.exec(sentence.text);
    const label = after === null ? null : lastPhrase(sentence.text.slice(0, after.index));
    if (label !== null) labels.push(label);
  }
  return labels;
}

const STOPS_AT =
  /[.;:!?()]|,|\b(?:at|for) (?:the|this|that) (?:moment|time|point|stage)|\b(?:right now|for now|currently|this (?:year|quarter|month)|next (?:year|quarter)|because|since|as we|but|until|unless|and (?:we|i|please|would|have)|so (?:we|please)|we|i'm|thanks|thank|at present|before|till|after|anymore|any more|any longer|in the (?:near|foreseeable)|today|yet|either)\b|\s-+\s/i;
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

/** "the PEO front", "the annual thing" */
const TAIL = / (?:front|side|thing|stuff|bit|piece|business|question|space|department|option|route)$/i;

function phrase(text: string): string | null {
  const trimmed = text
    .trim()
    .replace(TAIL, '')
    .replace(
      /^(?:a|an|the|any|your|our|more|further|another|to|on|about|for|of|with|doing|adopting|using|buying|moving to|be tied (?:in)?to|be locked (?:in)?to)\s+/i,
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

/** The thing on offer in our own mail, by the verbs of offering: "we can place …", "would you sponsor …". */
function offeredIn(text: string): string[] {
  const labels: string[] = [];
  for (const match of text.matchAll(OFFERED)) {
    const label = nounPhrase(match.groups?.subject ?? '');
    const words = label === null ? [] : Array.from(topicOf(label)?.words.values() ?? []);
    if (label !== null && words.some((weight) => weight === 1)) labels.push(label);
  }
  for (const match of text.matchAll(
    /(?:^|[.!?]\s+)(?<subject>\p{Lu}[\p{L} -]{1,40}?) (?:could|can|would|will|might) (?:save|help|cut|give|get|take)\b/gu,
  )) {
    const label = phrase(match.groups?.subject ?? '');
    if (label !== null && !/^(?:I|We|You)\b/.test(label)) labels.push(label);
  }
  return labels.slice(0, 3);
}

const OFFERED =
  /\b(?:we|i|let (?:us|me)|would you|could we|could i|may we|can we|can i|want to|want us to|like (?:us )?to|like)(?: \w+)? (?:place|provide|supply|replace|locali[sz]e|sponsor|see (?:our)?|quote for|a quote for|run|install|build|cover|manage|handle|fit|train|host|rent|lease|buy|switch to|sell|make|offer|do|deliver|book|stock|join|upgrade to|move to|take|try|trial) (?:you |your |our |the |an? )?(?<subject>[^.;:!?,]{3,60})/gi;
