import { type Piece, type Sentence, splitSentences } from './sentences.ts';
import { mentions, subjectWords, type Topic } from './topics.ts';

/** Says that the refusal was heard, or leaves the subject aside. */
const ACKNOWLEDGES = new RegExp(
  [
    '\\b(?:understood|noted|got it|no worries|taken your point|your point is taken|off the (?:agenda|cards|list|menu|roadmap)|makes (?:total |complete |perfect )?sense|fair (?:enough|point|call)|(?:completely|totally|perfectly|all|quite) (?:fair|understandable|valid|clear)|point taken|message received|loud and clear|no problem|of course|heard)\\b',
    "\\b(?:i|we)(?:'ll| will| do|'m| am| can| fully| completely| totally| absolutely)* (?:understand|hear|get|see|appreciate|respect|accept|take|acknowledge|recogni[sz]e|know|realise|realize|remember|note)\\b",
    '\\b(?:thanks|thank you|appreciate (?:you|your|it)) (?:\\w+ ){0,4}(?:for|letting|being|sharing|telling|candou?r|clar\\w+|honest\\w+|explain\\w+|feedback)',
    "\\b(?:as|since|given|because) (?:you|your|that|it)(?:'ve|'re| have| are| team| is)?\\b[^.;]{0,60}\\b(?:not|no|n't|covered|in-?house|handled?|declined|ruled out|off)\\b",
    "\\b(?:you|your team|they)(?:'ve| have)? (?:said|told|mentioned|made (?:it )?clear|decided|explained|were clear|asked)\\b",
    "\\b(?:off the table|set(?:ting)? (?:\\w+ )?aside|park(?:ing|ed)?|leav(?:e|ing) (?:\\w+ ){0,3}(?:aside|there|be|out|alone|behind)|put(?:ting)? (?:\\w+ ){0,4}(?:aside|to (?:bed|rest))|drop(?:ping|ped)?|clos(?:e|ing) the (?:book|file|topic)|mov(?:e|ing) on|shift(?:ing)? (?:focus|gears)|pivot\\w*|steer(?:ing)? clear|won't|will not|not going to|no longer|(?<!(?:can|could|may) )stop(?:ping|ped)?(?! (?:whenever|any|at any|when you))|instead of|rather than|aside from|other than|apart from|unrelated to|nothing to do with|different (?:topic|subject|note)|separate(?:ly)? from|beyond|besides|without)\\b",
    "\\b(?:isn't|is not|aren't|wasn't|didn't|did not|doesn't|don't|not|never|no) (?:\\w+ ){0,4}(?:priority|fit|align\\w*|right|relevant|needed|need|plan\\w*|interest\\w*|for you|on the|pitch\\w*|push\\w*|bring\\w*|suggest\\w*|rais\\w*|about|land|resonate|the (?:time|moment))\\b",
    "\\b(?:it is|it's|stays?|handled|covered|centrali[sz]ed|sorted|in-?house)\\b[^.]{0,20}$",
    '^(?:no|zero) ',
    '\\b(?:apologies|sorry|my mistake|i should not have|my apologies)\\b',
  ].join('|'),
  'i',
);
/** What is set aside may be another thing than the topic ("rather than a migration, a Kubernetes audit"). */
const ASIDE =
  /\b(?:rather than|instead of|aside from|other than|apart from|besides|beyond|without|unrelated to|separate(?:ly)? from) [^,.;:]{1,60}/gi;
/** Asks leave for later, or leaves it to them. */
const LEAVES_OPEN =
  /\b(?:if (?:\w+ ){0,6}(?:changes?|comes? (?:back|up)|returns?|ever|becomes?|resurfaces?|reopens?|opens? up)|(?:should|when|whenever|once) (?:\w+ ){0,5}(?:changes?|comes? (?:back|up)|ever|becomes?|revisit|resurfaces?|ready|reopens?|priorit\w+)|(?:ok|okay|alright|all right|fine|open) (?:if|for me|to me) (?:i|to|we)|would it be (?:ok|okay|alright|all right|fine)|may i (?:check|come|ask)|check (?:back )?in (?:again )?(?:in|next|later|once)|door (?:is )?open|happy to (?:pause|wait|leave|pick (?:it|this) up)|let me know (?:if|when|should)|your call|no (?:need|pressure)|next year|until then|come back to (?:it|this|that)|revisit (?:it |this |that )?(?:when|if|whenever|later|next))\b/i;
/** Argues for the subject. */
const ARGUES = new RegExp(
  [
    '\\b(?:still|really|genuinely|truly|actually|even so|nevertheless|nonetheless|regardless|all the same|that said|having said that) (?:\\w+ ){0,3}(?:worth|think|believe|feel|recommend|suggest|would|could|matters?|pays?|makes?|see|urge|address|help|help|solve|want|responsibility|is|a)\\b',
    '\\b(?:well |definitely |absolutely )?worth (?:\\w+ ){0,2}(?:consider\\w*|explor\\w*|revisit\\w*|look\\w*|a (?:look|conversation|call|chat|second|try|pilot|think)|discuss\\w*|plann?\\w*|rethink\\w*|reconsider\\w*|it|the|investing|doing|another|your)',
    '\\b(?:reconsider|rethink|revisit|reiterate|emphasi[sz]e|stress|insist|urge|convinced?|persuade|second thought|another look|give (?:it|this) (?:a|another)|circle back (?:to|on)|come back to|raise (?:it|this) again|bring (?:it|this) up again)\\b',
    '\\b(?:case stud(?:y|ies)|our data|the data|the numbers|figures|benchmarks?|white ?paper|research|evidence|roi)\\b[^.]{0,60}',
    '\\b(?:compan(?:y|ies)|teams?|firms?|peers|clients?|customers|others|competitors?)\\b[^.;]{0,50}\\b(?:see|saw|seen|save[sd]?|cut|gain(?:ed)?|achieve\\w*|reduc\\w*|grew|report\\w*|benefit\\w*|regret\\w*|switch\\w*|launch\\w*|adopt\\w*|mov(?:e|ed|ing))\\b',
    '\\b(?:would|could|can|will|might|may)\\b[^.;]{0,40}\\b(?:help|address|solve|benefit|save|accelerat\\w*|improv\\w*|reduc\\w*|cut|boost|pay (?:off|dividends|for itself)|transform|unlock|eliminat\\w*|prevent|ease|fix|lower|double|protect|compound|strengthen|give you|make (?:a|your|sense))\\b',
    "\\b(?:you(?:'ll| will| may| might| could)|your \\w+(?: \\w+)? (?:will|may|might)) (?:\\w+ ){0,3}(?:need|miss|lose|hit|regret|struggle|fall behind|outgrow|face|pay for|want)\\b",
    "\\b(?:picking up|growing|gaining|becoming|overlook\\w*|missing out|falling behind|risk(?:s|y|ing)?|too important|only (?:takes?|a matter)|costs? (?:less|more)|pays? (?:off|for itself)|the future|industry standard|essential|critical|crucial|inevitable|imperative|a mistake|before it's too late|sooner or later)\\b",
    '\\b(?:recommend|suggest|propose|advise|encourage|pitch|offer|show you|walk you through|demo|send you|share|pilot|trial|proof of concept|quick (?:call|look|chat)|schedule|book|explore|discuss|try|start|how about|what about|what if|may i put|let me)\\b',
    '\\b\\d+(?:\\.\\d+)?\\s?(?:%|percent|x\\b|times)',
  ].join('|'),
  'i',
);
const CONTRAST =
  /\b(?:but|however|though|although|yet|still|even so|nevertheless|that said|even with|even if|despite|while|whereas|nonetheless|only)\b|\s-+\s|;/i;
/** A dash or a semicolon may as well go on with the acknowledgement ("Fair point - X pays off later"). */
const SOFT_TURN = /^(?:\s-+\s|;)$/;
/** Turns to another subject. */
const TURNS =
  /\b(?:pivot\w*|shift(?:ing)? (?:focus|gears)|switch(?:ing)? (?:gears|topics?|focus)|instead|different(?:ly)?|something else|on another note|separately|let me focus|focus on what|what(?:'s| is| are| would| does)|could you (?:share|tell)|can you (?:share|tell|help me)|curious|your (?:open |current |backend |job |public )?(?:\w+ )?(?:roles?|job (?:posts?|ads?|description|posting)s?|posting|hiring|vacanc\w+|priorit\w+))\b/i;

/** Sentences of `text` that push the declined topic again; empty when it is left alone or only acknowledged. */
export function pushesOf(text: string, topic: Topic): Piece[] {
  const sentences = splitSentences(text);
  const found = sentences.filter(
    (sentence, at) =>
      pushes(sentence, sentences[at - 1], sentences[at + 1], topic) || pushesAcross(sentences, at, topic),
  );
  return found.length > 0 ? found : rebuttals(sentences, topic);
}

/** The subject's words lie in two sentences ("… for the permanent post? You will see the value of an agency."). */
function pushesAcross(sentences: readonly Sentence[], at: number, topic: Topic): boolean {
  const [one, two] = [sentences[at - 1], sentences[at]];
  if (one === undefined || two === undefined || mentions(one.text, topic) || mentions(two.text, topic))
    return false;
  const both = `${one.text} ${two.text}`;
  const telling = Array.from(topic.words).filter(([, weight]) => weight === 1);
  if (telling.length < 2 || !mentions(both, topic)) return false;
  const [first, second] = [new Set(subjectWords(one.text)), new Set(subjectWords(two.text))];
  const found = telling.filter(([word]) => first.has(word) || second.has(word));
  if (
    found.length < 2 ||
    !found.some(([word]) => first.has(word)) ||
    !found.some(([word]) => second.has(word))
  )
    return false;
  return (
    [one, two].every(
      (part) => !TURNS.test(part.text) && !LEAVES_OPEN.test(part.text) && !CONCEDES.test(part.text),
    ) && ARGUES.test(both)
  );
}

/** Takes the refusal up, without dropping the subject. */
const CONCEDES =
  /^(?:(?:all )?fair|understood|noted|got it|no worries|no problem|of course|sure|i (?:hear|know|get|see|understand|appreciate|respect|realise|realize)|i do (?:hear|understand)|you (?:said|told|mentioned|wrote|made)|thanks for (?:being|letting|the (?:straight|honest|quick|clear))|sorry to hear|shame)\b|\b(?:i (?:hear|know|understand|get|appreciate|respect) (?:you|that you|your|it|where|why)|(?:you|you'd|you've|you had) (?:said|told (?:me|us)|mentioned|wrote) (?:that |you |it |no|you're))/i;
/** Answers the refusal with reasons why it should not stand. */
const REBUTS = new RegExp(
  [
    '\\bchang(?:e|es|ed|ing) (?:their|his|her|your|our) minds?\\b',
    '\\b(?:come|came|comes|coming) (?:round|around)\\b(?! (?:on|to see|at|next))',
    '\\bso did (?:most|many|all|plenty|half|some|everyone|everybody|our|the|nearly|quite)\\b',
    '\\b(?:said|say|says|saying|thought|felt|told us|heard) (?:exactly |much |just |pretty much )?(?:the same|that too|as much)\\b',
    "\\b(?:might|may|could|would|will|'d|'ll) (?:well )?be (?:surprised|amazed|pleasantly|converted|won over)\\b",
    '\\bhear (?:me|us) out\\b|\\b(?:one|just one) (?:more|last) (?:try|chance|go|shot|attempt)\\b|\\b(?:think|look) again\\b|\\bsecond (?:look|thoughts?|chance)\\b',
    "\\bbefore you (?:rule|close|write|say no|dismiss|shut)\\b|\\b(?:don't|do not|wouldn't) (?:rule|write) (?:it|this|us|that|\\w+) (?:out|off)\\b",
    '\\b(?:hard|harder|difficult|impossible|silly|crazy) to (?:say no|refuse|turn down)\\b',
    '\\b(?:reconsider|rethink|revisit)\\b(?! (?:if|when|whenever|later|in))',
    "\\b(?:isn't|aren't|not|n't) (?:nearly |half |quite )?as (?:bad|hard|scary|expensive|painful|risky|disruptive) as\\b",
    "\\b(?:wish(?:es|ed)?|regret\\w*) (?:they|you|he|she)(?: had|'d)\\b",
    '\\bworth (?:another|a second|your while|one more)\\b',
    "\\b(?:that|it|this)(?:'s| is) (?:exactly |precisely |just )?(?:why|what (?:they|most|everyone))\\b[^.]{0,40}\\b(?:should|need|think|said|thought)\\b",
    "\\b(?:once|after|until) (?:they|they've|you|you've)(?: have| had)? (?:met|seen|tried|tasted|used|meet|see|try|use)\\b",
  ].join('|'),
  'i',
);
const DROPS =
  /\b(?:won't (?:raise|mention|bring|pitch|push|go on|ask|trouble|bother|chase)|will not (?:raise|mention|bring|pitch|push|ask|trouble|chase)|shall not|not going to (?:raise|mention|bring|pitch|push|argue|ask)|drop(?:ping|ped)? (?:it|that|the|this)|leav(?:e|ing) (?:it|that|this|\w+) (?:there|alone|be|aside|out)|off the (?:table|agenda|list|menu|cards)|nothing (?:more )?about|something (?:else|different)|different (?:subject|topic|thing|matter|note)|separate (?:thing|matter|note|subject)|no more (?:about|of)|closed the (?:file|book)|taken (?:you|it) off)\b/i;

/** "Most CTOs who say that change their minds": argues against the refusal without naming its subject. */
function rebuttals(sentences: readonly Sentence[], topic: Topic): Piece[] {
  const telling = Array.from(topic.words).flatMap(([word, weight]) => (weight === 1 ? [word] : []));
  return sentences.filter((sentence, at) => {
    if (!REBUTS.test(sentence.text) || LEAVES_OPEN.test(sentence.text) || DROPS.test(sentence.text))
      return false;
    const around = sentences.slice(Math.max(0, at - 2), at + 1);
    if (around.some((one) => DROPS.test(one.text))) return false;
    if (around.some((one) => CONCEDES.test(one.text))) return true;
    const words = new Set(
      subjectWords([...around, ...sentences.slice(at + 1, at + 2)].map((one) => one.text).join(' ')),
    );
    return telling.length > 0 && telling.every((word) => words.has(word));
  });
}

function pushes(
  sentence: Sentence,
  previous: Sentence | undefined,
  next: Sentence | undefined,
  topic: Topic,
): boolean {
  if (!mentions(sentence.text, topic)) return continuesPush(sentence, previous, topic);
  if (
    LEAVES_OPEN.test(sentence.text) &&
    !/\b(?:worth|still think|still believe|recommend|reconsider)\b/i.test(sentence.text)
  )
    return false;
  if (!ACKNOWLEDGES.test(sentence.text))
    return !isQuestionOfOwn(sentence, previous) && !asksFirst(sentence, next);
  const rest = sentence.text.replace(ASIDE, '');
  if (!ACKNOWLEDGES.test(rest) && mentions(rest, topic)) return true;
  const turn = CONTRAST.exec(sentence.text);
  if (turn === null)
    return /\b(?:worth (?:revisit|reconsider|another|a second|consider|explor)|reconsider|revisit|i(?:'d| would) (?:still|like to) (?:\w+ ){0,3}(?:suggest|recommend|reiterate|emphasi[sz]e|revisit|urge)|still (?:recommend|believe|think|worth|suggest))/i.test(
      sentence.text,
    );
  // "I hear you on X, but X …": what follows the turn decides, whichever side names the topic.
  return arguesAfterTurn(sentence.text, topic);
}

function arguesAfterTurn(sentence: string, topic: Topic): boolean {
  let rest = sentence;
  for (let turn = CONTRAST.exec(rest); turn !== null; turn = CONTRAST.exec(rest)) {
    const before = rest.slice(0, turn.index);
    rest = rest.slice(turn.index + turn[0].length);
    if (ACKNOWLEDGES.test(rest) && !ARGUES.test(rest)) continue;
    const named = mentions(rest, topic);
    if (SOFT_TURN.test(turn[0]) && !ARGUES_STRONG.test(rest)) continue;
    if (
      named &&
      !/\b(?:without|instead of|rather than|other than|aside from|leave|park|not|no|won't|isn't)\b/i.test(
        rest,
      )
    )
      return true;
    if (named && ARGUES.test(rest) && !LEAVES_OPEN.test(rest)) return true;
    // "While I respect your position, X could help": the comma ends the concession.
    if (
      !named &&
      ARGUES.test(rest) &&
      ARGUES_STRONG.test(rest) &&
      !TURNS.test(rest) &&
      (before === '' || mentions(before, topic))
    )
      return true;
    if (/^\s*(?:while|although|though|despite|even with|even if)/i.test(turn[0])) {
      const main = rest.slice(rest.indexOf(',') + 1);
      if (rest.includes(',') && mentions(main, topic) && ARGUES.test(main)) return true;
    }
  }
  return false;
}

/** Without the topic's name only an argument with substance pushes it. */
const ARGUES_STRONG =
  /\b(?:worth|data shows?|case stud|companies|similar (?:teams?|compan|firms)|teams (?:like|your)|%|percent|reconsider|revisit|would (?:\w+ )?(?:help|address|solve|benefit|save|reduce|cut|improve|give)|could (?:\w+ )?(?:help|address|solve|benefit|save|reduce|cut|improve|give|pay)|it (?:really|genuinely|does|is|would|could|will|pays|only)|this (?:really|would|could|will|one|approach)|one more|hear (?:me|us) out|pilot|risk|you(?:'ll| will) (?:need|miss|regret|lose|hit)|falling behind|mistake|too important)/i;

/** "Understood on X. But it would still save you 30 %": an argument right after the topic was acknowledged. */
function continuesPush(sentence: Sentence, previous: Sentence | undefined, topic: Topic): boolean {
  if (previous === undefined || !mentions(previous.text, topic) || !ACKNOWLEDGES.test(previous.text))
    return false;
  if (TURNS.test(sentence.text) || LEAVES_OPEN.test(sentence.text)) return false;
  if (
    !/^(?:but|however|still|that said|even so|yet|nevertheless|nonetheless|having said that|it|this|our data|teams? (?:like|that|your)|companies (?:like|that|your|of)|would (?:it|you)|wouldn't)\b/i.test(
      sentence.text,
    )
  )
    return false;
  return ARGUES_STRONG.test(sentence.text) || /\b(?:still|reconsider|revisit|rethink)\b/i.test(sentence.text);
}

/** "Before I drop it: is X still off the table?" asks; it does not push. */
function asksFirst(sentence: Sentence, _next: Sentence | undefined): boolean {
  return (
    sentence.question &&
    /\b(?:still (?:off|closed|a no|out)|should i (?:stop|drop|leave|close)|did i (?:misread|misunderstand)|is that (?:still )?right)\b/i.test(
      sentence.text,
    )
  );
}

/** A heading "Understood." makes the next sentence part of the acknowledgement. */
function isQuestionOfOwn(sentence: Sentence, previous: Sentence | undefined): boolean {
  if (previous === undefined || previous.text.length > 40 || !ACKNOWLEDGES.test(previous.text)) return false;
  return !ARGUES.test(sentence.text) && !CONTRAST.test(sentence.text);
}
