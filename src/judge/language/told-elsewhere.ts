import { PUBLIC, REFERRAL } from './attribution.ts';
import { amountsIn } from './money.ts';
import { COMMON_OPENERS, isPlainWord } from './not-names.ts';
import { isPlace } from './places.ts';
import { rememberSentences } from './remember.ts';
import type { Piece, Sentence } from './sentences.ts';
import { isFunctionWord } from './word-weight.ts';

/**
 * Leaks that a draft shows by itself: it tells the reader what somebody else said or sent in a conversation
 * that the reader was no part of, with nothing in the record about that conversation.
 */
export interface Told extends Piece {
  whose: 'colleague' | 'other_company';
}

/** What tells the reader from others. */
export interface Readers {
  /** True for a name of the reader or of somebody in the reader's own thread. */
  knows: (name: string) => boolean;
  company: RegExp | null;
}

const NAME = String.raw`(?:Dr\.? |Mr\.? |Mrs\.? |Ms\.? )?\p{Lu}\p{Ll}+(?:['-]\p{Lu}\p{Ll}+)?(?: (?:\p{Lu}\p{Ll}+(?:['-]\p{Lu}\p{Ll}+)?|\p{Lu}\.))?`;
const POST = String.raw`(?:CEO|CFO|CTO|COO|CMO|CIO|MD|FD|GM|PA|HR|IT|VP|chief|head|director|founder|co-?founder|owner|partner|principal|manager|managers|lead|leader|leads|supervisor|buyer|controller|bookkeeper|accountant|analyst|assistant|coordinator|planner|foreman|foreperson|chef|matron|warden|bursar|registrar|steward|dispatcher|engineer|engineers|developer|designer|architect|nurse|technician|team|side|people|office|colleagues?|boss|deputy|predecessor|counterpart|teammate|board|finance|accounts|procurement|purchasing|operations|ops|legal|marketing|sales|security|warehouse|payroll|facilities|compliance|production|logistics)`;
/** "in your procurement team", "from finance", "over in accounts" */
const PLACED = String.raw`,? (?:who (?:runs|heads|looks after|leads|does) \p{L}+,?|(?:over )?(?:in|on|from|at|of) (?:(?:your|the) (?:[\p{L}-]+ ){0,3}${POST}|finance|accounts|procurement|purchasing|operations|ops|legal|marketing|sales|IT|HR|security|payroll|production|facilities|compliance|logistics|engineering|product))`;
const ANCHORED = [
  String.raw`(?<named>${NAME})${PLACED}`,
  String.raw`[Yy]our (?:own |new |current )?(?:[\p{L}-]+ ){0,2}${POST}(?: of [\p{L}]+)?(?:,? (?<named2>${NAME})),?`,
  String.raw`[Yy]our (?:own |new |current )?(?:[\p{L}-]+ ){0,2}${POST}(?: of [\p{L}]+)?`,
  String.raw`(?:[Oo]ne|[Ss]ome|[Ss]omeone|[Ss]omebody|[Tt]wo|[Aa] (?:couple|few)|[Ss]everal|[Pp]eople) (?:of|on|in|from|at|inside) your (?:own )?[\p{L}-]+(?: ${POST})?`,
  String.raw`(?:[Aa]|[Aa]nother|[Oo]ne) (?:colleague|teammate|director|manager) (?:of yours|on your side)`,
].join('|');
const GAP = String.raw`(?:,? (?:who )?(?:was|is|has|has been|had|just|also|kindly|only|already|actually|quietly|recently|has since|then|\p{L}+ly)){0,3}`;
const PRIVATELY = String.raw`(?:told|telling|tells|wrote to|written to|writing to|emailed|e-?mailed|messaged|messaging|texted|texting|WhatsApped|DM'?d|pinged|rang|phoned|warned|briefed|assured|informed|admitted to|confided (?:in|to)|complained to|mentioned to|said to|explained to|hinted to|let slip to|shared with|confirmed to|let) (?:me|us)`;
const REPORTED = String.raw`(?:let slip|confided|wrote (?:last|on|this|that|yesterday|back|to say)|emailed (?:last|on|this|yesterday|to say|over)|admitted|has (?:also )?told us|says privately|said privately|said in (?:confidence|private))`;

const fromAnchored = new RegExp(String.raw`(?:${ANCHORED})${GAP} (?:${PRIVATELY}|${REPORTED})`, 'u');
const fromNamed = new RegExp(
  String.raw`(?<!\p{L})(?<named>${NAME})${GAP} (?:${PRIVATELY}|let slip|confided)`,
  'u',
);
/** "Owen and I have been emailing", "my back and forth with Alan" */
const EXCHANGE = new RegExp(
  [
    String.raw`(?<named>${NAME}) and (?:I|we)(?:'ve| have)?(?: also| both)? (?:been )?(?:separately |quietly )?(?:email|e-?mail|messag|text|talk|speak|spoke|spoken|chat|correspond|exchang|swap|trad|writ|wrote)\p{L}*`,
    String.raw`(?:back and forth|in touch|corresponding|correspondence|emailing|e-?mailing|messaging|texting|(?:swapping|trading|exchanging) (?:emails|e-?mails|notes|messages|texts)|in conversation|(?:separate|other|parallel|private) (?:chat|call|thread|exchange|conversation|email|discussion)s?)(?: (?:\p{Ll}+ ){0,4})?with (?<named2>${NAME})`,
    String.raw`(?:[Ff]rom|[Ii]n|[Pp]er|see from|[Gg]oing by) (?:my|our|the) (?:\p{Ll}+ ){0,2}(?:chats?|emails?|e-?mails?|threads?|exchanges?|conversations?|messages?|calls?) with (?<named3>${NAME})`,
  ].join('|'),
  'u',
);
const SAYS =
  /\b(?:he|she|they)(?:'s| is| has|'ve| have)? (?:also |just |since )?(?:says?|said|told|tells|mention\w*|thinks?|reckons?|wants?|feels?|worr\w+|admit\w*|explain\w*|confirm\w*|wrote|lost|set|asked|would like|is keen|hopes?|plans?|expects?|has|prefers?|doesn't|isn't)\b|\b(?:that|apparently) (?:you|your|he|she|they|the)\b|\byou(?:'re| are) (?:only|planning|about|losing|paying|thinking)\b/i;

/** The passed-on conversation is the reader's too, or of our own people. */
const SHARED_TALK =
  /\b(?:on|in|to) (?:this|our|the same) (?:very )?(?:same )?(?:email )?(?:thread|chain|mail)\b|\b(?:below|copied|copying|cc'?d|cc'?ing|in cc|in copy|on copy|looped in|joined us|the (?:two|three|four|both) of you|you both|with you (?:both|and|there)|you and \w+|when we all|all of us|you were (?:there|on)|in front of you|at your (?:request|suggestion)|as you (?:suggested|asked)|you (?:asked|told|wanted) (?:me|us|him|her|them) to|you (?:introduced|connected|pointed)|you put (?:me|us) in touch|you suggested|our joint|the group call)\b/i;
/** What is said of the person is only whom to write to, or that they are away. */
const WHOM_TO_WRITE =
  /^[\s,]*(?:that |how |why )?(?:(?:and|to|for|about|along|over|a|the|some|last week|yesterday|today|on \w+|at \w+) ){0,4}(?:you(?:'re|'d| are| would| were|'ll| will)? (?:now |also |both |usually |probably |currently )?(?:be )?(?:the |best |right |most |in charge|responsible|handl\w+|look\w* after|lead\w*|run(?:s|ning)? (?!out|over|late|at|on)|head\w*|own(?:ed|s)? |tak\w+ (?:over|care)|back |away|out of|on leave|on holiday|on annual|based|who|someone|somebody|joined|started)|(?:to )?(?:contact|write|reach|get in touch|drop you|ask you|speak|talk|try you|send (?:you|it|this|them))|(?:i|we) (?:should|could|might|ought|need\w*|can)|your (?:name|email|address|number|details|contact)|about (?:you\b|your (?:role|work|team)\b)|hello|hi\b|know (?:you|who|that you(?:'re| are) (?:the|away|back))|all about you)/i;
const FRIENDLY =
  /\b(?:mutual|friend|introduc\w+|referr\w+|recommend\w* (?:you|I|we)|speaks? highly|LinkedIn)\b/i;
const OURS_AFTER =
  /^,? (?:(?:on|from|in|at|of) (?:our|my)\b|(?:our|my|one of (?:our|my)) |who works (?:with|for) (?:me|us)|here\b)/;
const OURS_BEFORE = /\b(?:our|my)(?: own)?(?: (?!with\b|to\b|from\b|and\b)[\p{L}-]+){0,3} $/iu;

const CLIENT_NOUN =
  '(?:clients?|customers?|accounts?|members?|tenants?|prospects?|subscribers?|competitors?|rivals?|firm|company|agency|practice|clinic|group|operator|retailer|wholesaler|distributor|manufacturer|supplier|school|trust|college|charity|hotel|brewery|bakery|restaurant|studio|farm|garage|shop|store|chain|bank|insurer|broker|builder|contractor|developer|carrier|haulier|publisher|startup|start-up|business|team|council|nursery|salon|gym|dealer|dealership)';
/** Somebody of another firm as the one who told. */
const OTHER_FIRM = [
  String.raw`(?:[Aa]nother|[Oo]ne|[Tt]wo|[Aa] few|[Ss]ome|[Ss]everal) (?:other )?(?:of (?:our|my) )?(?:other )?(?:[\p{L}-]+ ){0,2}?${CLIENT_NOUN}(?: of (?:ours|mine))?(?:,? (?:in|near|down|up|over|round|across|with|like|called) [^,;.]{1,30})?(?:, (?<firm>\p{Lu}[^,;.:]{1,40}),)?`,
  String.raw`[Aa] (?:[\p{L}-]+ ){0,2}?${CLIENT_NOUN}(?: of (?:ours|mine|yours))?(?: (?:in|near|down|up|over|round|across) [^,;.]{1,30})?`,
  String.raw`(?:[Aa]|[Yy]our|[Oo]ne of your) (?:[\p{L}-]+ )?(?:competitors?|rivals?|neighbours?|neighbors?)(?:,? (?<firm2>\p{Lu}[^,;.:]{1,30}),?)?`,
  String.raw`(?:[Tt]he |[Tt]heir |(?:\p{Lu}[\p{L}&'-]* ){0,3}\p{Lu}[\p{L}&-]*'s? )(?:[\p{L}-]+ )?(?:new )?${POST}(?: of [\p{L}]+)?(?: [\p{L}]+)?(?: (?:at|of|over at|for|from) (?<firm3>\p{Lu}[\p{L}&'-]*(?: (?:(?:&|and|of) )?\p{Lu}[\p{L}&'-]*){0,3}))?`,
  String.raw`(?<person>${NAME}) (?:at|of|over at|from) (?<firm4>\p{Lu}[\p{L}&'-]*(?: (?:(?:&|and|of) )?\p{Lu}[\p{L}&'-]*){0,3})`,
  String.raw`(?<firm5>\p{Lu}[\p{L}&'-]*(?: (?:& )?\p{Lu}[\p{L}&'-]*){0,3})(?:,? (?:who (?:are|is|do|make|run) [^,;.]{1,40}),)?`,
].join('|');
const SENT_US = String.raw`(?:wrote to (?:me|us)|(?:e-?mailed|messaged|texted|rang|phoned|WhatsApped|called|pinged|DM'?d)(?: (?:me|us)\b| (?:last|this|yesterday|on|over|in|to say))|(?:forwarded|sent|showed|shown|gave|copied|passed|slipped)(?: (?:me|us)\b| (?:over|across)\b)|shared (?:[\p{L}]+ ){0,4}with (?:me|us)|told (?:me|us)|(?:admitted|confided|mentioned|confessed|complained|confirmed|hinted)(?: (?:to|in) (?:me|us))?(?= |,)|let slip|let (?:me|us) know|was (?:on the phone|telling (?:me|us)|moaning|complaining))`;
const firmTold = new RegExp(String.raw`(?<!\p{L})(?:${OTHER_FIRM})${GAP} (?<sent>${SENT_US})`, 'u');
/** "I have seen Harlow's renewal", "I've got their price list in front of me" */
const SEEN_PAPERS =
  /\b(?:I|we)(?:'ve| have)? (?:just )?(?:seen|got|have|had|read|been (?:shown|sent|given|forwarded)|looked at|went through) (?:(?:another|one) (?:of our )?(?:\w+ )?(?:client|customer|competitor)s?'s?|their|(?!Your\b|Our\b|My\b)(?:\p{Lu}[\p{L}&-]* ?){1,3}'s?) (?:\w+ )?(?:renewal|pricing|price list|quote|quotation|contract|invoices?|accounts|budget|forecast|term sheet|tender|bid|proposal|payroll|P&L|numbers|figures|roadmap|board pack|order book)\b/u;

const SECRET =
  /\b(?:in (?:strict |the strictest )?confidence|confidential(?:ly)?|between (?:us|ourselves|you and me|you, me)|off the record|(?:don't|do not|please don't) (?:repeat|pass|share|quote|mention)|keep (?:this|it|that) (?:to yourself|quiet|between|under)|didn't hear (?:it|this|that) from (?:me|us)|(?:hasn't|haven't|has not|have not|not yet|isn't|not) (?:been )?(?:told|announced|gone|made|public)|(?:doesn't|don't|does not) know(?: yet| about)?|(?:asked|told) (?:me|us) not to|nobody (?:outside|else)|on the quiet|under NDA|under embargo|shouldn't (?:really |strictly |probably )?(?:say|share|tell|be)|before (?:it's|it is) (?:public|announced)|privately|hold \w+(?: \w+){0,3} back from you|behind (?:your|his|her|their) back|not supposed to)\b/i;
/** Affairs that a firm tells its supplier, not its neighbours. */
const AFFAIRS =
  /\b(?:resign\w*|quit(?:ting)?|hand(?:ed|ing) in (?:\w+ )?notice|leaving|sack\w*|let(?:ting)? (?:\w+ )?go|la(?:id|ying|yoffs?) ?(?:off)?|redundan\w+|restructur\w*|budget\w*|set aside|cap(?:ped)? at|salar(?:y|ies)|payroll|wages?|discount\w*|fell through|fall(?:en|ing)? through|lost (?:the|their|a|two|three|his|her)|los(?:e|ing) (?:the|their|a|money|\w+ contract)|renewal|excess|premium|quot(?:e|ed|ation|ing)|pay(?:s|ing)? (?:£|€|\$|\d)|dispute|lawsuit|su(?:e|ed|ing)|audit|fail(?:ed|ing|s)?|breach\w*|hack\w*|ransomware|never been (?:tested|checked|audited)|behind on|owe[sd]?|arrears|overdue|cash ?flow|insolven\w+|administration|selling up|(?:put|going) up for sale|for sale|acqui\w+|merg\w+|clos(?:e|ing|ure)|shut(?:ting)? (?:down|the)?|drop(?:ping|ped)? (?:their|the|his)|switch(?:ing|ed)? (?:away|from|to)|ditch\w*|replac(?:e|ing|ed)|tender(?:ing)?|confidence in|unhappy|fed up|furious|struggl\w*|can't (?:cope|keep|pay)|pull(?:ing|ed) out|delay\w*|recall\w*|complain\w*|shortlist\w*|negotiat\w*|contract (?:ends|is up|runs out|expires)|sick(?:ness)?|divorce|illness|margin\w*|headcount|freeze|frozen)\b/i;
const PRAISE =
  /\b(?:sav(?:ed?|ing)s?|faster|quicker|happy|happier|delighted|pleased|love[sd]?|best|recommend\w*|thrilled|easier|cut (?:\w+ ){0,4}by|halv\w+|doubl\w+|tripl\w+|reduced|improved|paid for itself|pays for itself|worth (?:it|every)|wish(?:ed|es)? (?:they|he|she)|should have (?:done|moved|switched)|relie(?:f|ved)|impressed|glad|no longer|grew|up by|result|reference|happy to (?:talk|speak)|give you a call|case study|testimonial|review)\b/i;
const WITH_LEAVE =
  /\b(?:permission|agreed (?:to|that)|(?:is|are|be) (?:happy|glad|willing) (?:to|for)|on the record|published|public(?:ly)?|case study|testimonial|allowed (?:me|us)|let (?:me|us) (?:share|quote|use|name)|consent|won't (?:say|name)|no names|anonymi[sz]ed|survey|reviews?|reference)\b/i;

const refers = rememberSentences((text) => REFERRAL.test(text));

/** The sentence has the words for passing something on. */
const tells = rememberSentences(
  (text) =>
    /\p{Lu}|\byour|\b(?:us|me)\b/u.test(text.slice(1)) &&
    [fromAnchored, fromNamed, EXCHANGE, firmTold, SEEN_PAPERS].some((pattern) => pattern.test(text)) &&
    !PUBLIC.test(text) &&
    !SHARED_TALK.test(text),
);

/** The first thing passed on in `sentences`; null when there is none. */
export function toldElsewhere(sentences: readonly Sentence[], readers: Readers): Told | null {
  const referrers = sentences.flatMap((one) => (refers(one.text) ? [one.text] : []));
  for (const [at, sentence] of sentences.entries()) {
    const { text } = sentence;
    if (!tells(text)) continue;
    const next = sentences[at + 1]?.text ?? '';
    const match =
      ofColleague(text, next, readers, referrers) ??
      ofOtherFirm(text, next, sentences[at - 1]?.text, readers);
    if (match === null) continue;
    const start = sentence.start + match.at;
    return { start, end: start + match.text.length, text: match.text, whose: match.whose };
  }
  return null;
}

interface Match {
  at: number;
  text: string;
  whose: Told['whose'];
}

function ofColleague(text: string, next: string, readers: Readers, referrers: string[]): Match | null {
  for (const pattern of [fromAnchored, fromNamed, EXCHANGE]) {
    const match = pattern.exec(text);
    if (match === null) continue;
    const name = match.groups?.named ?? match.groups?.named2 ?? match.groups?.named3;
    const before = text.slice(0, match.index);
    const after = text.slice(match.index + match[0].length);
    if (!isWorthTelling(before, after, next)) continue;
    if (name !== undefined && !isSomebody(name, text, before, readers)) continue;
    if (pattern === fromNamed && /^ (?:at|of|over at)\b/.test(text.slice(match.index + (name?.length ?? 0))))
      continue;
    const secret = SECRET.test(text);
    const referrer = name !== undefined && referrers.some((one) => one.includes(name.split(' ')[0] ?? name));
    if ((referrer || FRIENDLY.test(text)) && !secret) continue;
    if (pattern === EXCHANGE && !SAYS.test(after) && !/^(?:He|She|They)\b/.test(next)) continue;
    // Of a name alone it is not known whether it is a colleague: what was said must be about the reader's firm.
    if (pattern === fromNamed && !secret && !isAboutReader(after, readers)) continue;
    return { at: match.index, text: match[0], whose: 'colleague' };
  }
  return null;
}

/** Not only whom to write to, not a question or a wish, and at least a handful of words. */
function isWorthTelling(before: string, after: string, next: string): boolean {
  if (WHOM_TO_WRITE.test(after) || REFERRAL.test(after.slice(0, 90))) return false;
  if (
    /\b(?:if|whether|unless|in case|once|when|until|ask|have|has|did|could|would|will|can|might|should|let)(?: \w+){0,2} $/i.test(
      before,
    ) ||
    /^(?:has|have|did|would|could)\b/i.test(before)
  )
    return false;
  return after.split(/\s+/).filter(Boolean).length >= 3 || /^(?:He|She|They|Apparently)\b/.test(next);
}

function isSomebody(name: string, text: string, before: string, readers: Readers): boolean {
  const bare = name.replace(/^(?:Dr|Mr|Mrs|Ms)\.? /, '');
  const [first = bare] = bare.split(' ');
  if (isNoName(first) || isPlace(bare) || bare.endsWith("'s")) return false;
  if (readers.knows(bare) || readers.knows(first)) return false;
  if (readers.company !== null && bare.search(readers.company) >= 0) return false;
  const at = Math.max(text.indexOf(name, before.length), 0);
  return !OURS_BEFORE.test(text.slice(0, at)) && !OURS_AFTER.test(text.slice(at + name.length));
}

/** "You", "They", "Someone": capitalised where the sentence begins. */
function isNoName(word: string): boolean {
  const lower = word.toLowerCase();
  return isPlainWord(word) || COMMON_OPENERS.has(lower) || isFunctionWord(lower);
}

function isAboutReader(after: string, readers: Readers): boolean {
  if (PRAISE.test(after) && !AFFAIRS.test(after)) return false;
  return (
    /\b(?:you|your|you're|you've)\b/i.test(after) ||
    (readers.company !== null && after.search(readers.company) >= 0) ||
    (AFFAIRS.test(after) &&
      /\b(?:he|she|they|he's|she's|they're|the (?:team|board|site|contract|close))\b/i.test(after))
  );
}

/** Enough of: a private channel, the firm's own affairs, a figure, a word of secrecy. Praise is for telling. */
function ofOtherFirm(
  text: string,
  next: string,
  previous: string | undefined,
  readers: Readers,
): Match | null {
  const match = firmTold.exec(text);
  const papers = match === null ? SEEN_PAPERS.exec(text) : null;
  const found = match ?? papers;
  if (found === null) return null;
  const before = text.slice(0, found.index);
  const after = text.slice(found.index + found[0].length);
  if (OURS_BEFORE.test(before) || /\b(?:if|whether|unless|has|did|would|could) $/i.test(before)) return null;
  const groups = match?.groups ?? {};
  const firm = groups['firm'] ?? groups['firm2'] ?? groups['firm3'] ?? groups['firm4'] ?? groups['firm5'];
  if (firm !== undefined && readers.company !== null && firm.search(readers.company) >= 0) return null;
  const who = firm ?? groups['person'];
  if (who !== undefined && (readers.knows(who) || isNoName(who.split(' ')[0] ?? who))) return null;
  if (/^[Tt]heir /.test(found[0]) && !/\p{Lu}\p{Ll}+/u.test(`${(previous ?? '').slice(1)}${before}`))
    return null;
  if (WITH_LEAVE.test(text) || WITH_LEAVE.test(next.slice(0, 120))) return null;
  const said = `${found[0]}${after}`;
  const secret = SECRET.test(text) || SECRET.test(next.slice(0, 80));
  const affairs = papers !== null || AFFAIRS.test(said) || AFFAIRS.test(before);
  const figure = amountsIn(said).length > 0;
  const channel = papers !== null || !/^(?:told|mentioned|confirmed)/.test(groups['sent'] ?? '');
  const score =
    1 +
    (channel ? 1 : 0) +
    (affairs ? 1 : 0) +
    (figure && (affairs || channel) ? 1 : 0) +
    (secret ? 2 : 0) -
    (PRAISE.test(said) && !secret ? 2 : 0);
  return score >= 3 && (affairs || figure || secret)
    ? { at: found.index, text: found[0], whose: 'other_company' }
    : null;
}
