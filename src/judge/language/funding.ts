import { namesFunding, type TaggedSentence, tagSentence } from './funding-tokens.ts';
import type { Claim } from './hedge.ts';
import { rememberSentences } from './remember.ts';

/** Amount and round together, a round or event, a weak word with a modifier, or an amount alone. */
const PHRASE = /[RE][RWE]*f[MB]|[MB]m*(?:f[TAYmn]*)?[mREW]*[REW]|[mW]*[RE][RWE]*|m*W|[MB]/g;
const ACQUIRED =
  /^(?:(?:over|re)?raised|closed|secured|landed|bagged|nabbed|locked|pulled|brought|picked|scooped|netted|hauled|attracted|wrapped|finali[sz]ed|obtained|pocketed|clinched|banked|snagged|collected|garnered|sealed|raising|closing|securing|landing|bagging|pulling|bringing|attracting|wrapping|finali[sz]ing)/i;
const HELD = /^(?:have|has|had|'ve|sitting on|working with)$/i;
const INVESTED = /^(?:put|handed|gave|invested|poured|led|co-led|backed)$/i;
const CONGRATULATES = /^(?:congrat|kudos|well done|hats off|cheers|bravo|mazel)/i;
const FRESH_FROM =
  /^(?:fresh|hot off|on the heels|on the back|off the back|flush|armed|backed by|now that|following|since|after|with|given|thanks to)/i;

/** Every claim needs one of these, and most sentences have none. */
const mayClaim = rememberSentences(
  (sentence) => namesFunding(sentence) || [BARE, COMPLETED].some((one) => sentence.search(one) >= 0),
);

/** Claims about the prospect's funding in one sentence; offsets are into `sentence`. */
export function fundingClaims(
  sentence: string,
  company: string | null,
  part: 'subject' | 'body' = 'body',
): Claim[] {
  if (!mayClaim(sentence)) return [];
  const tagged = tagSentence(sentence, company);
  const claims: Claim[] = [];
  for (const match of tagged.tags.matchAll(PHRASE)) {
    const claim = claimOf(new Phrase(tagged, match.index, match.index + match[0].length), part);
    if (claim) claims.push(claim);
  }
  return [...claims, ...bareVerbs(tagged)].sort((a, b) => a.start - b.start);
}

/** A funding phrase in its sentence, in tokens. */
class Phrase {
  readonly tagged: TaggedSentence;
  readonly first: number;
  readonly end: number;
  /** Token of the determiner, -1 without one. */
  readonly determiner: number;
  readonly core: string;

  constructor(tagged: TaggedSentence, first: number, end: number) {
    this.tagged = tagged;
    this.first = first;
    this.end = end;
    this.core = tagged.tags.slice(first, end);
    this.determiner = determinerBefore(tagged, first);
  }

  word(at: number): string {
    const token = this.tagged.tokens[at];
    return token ? this.tagged.text.slice(token.start, token.end) : '';
  }

  /** Tags before the phrase and its determiner. */
  get before(): string {
    return this.tagged.tags.slice(0, this.from);
  }

  get after(): string {
    return this.tagged.tags.slice(this.end);
  }

  get from(): number {
    return this.determiner >= 0 ? this.determiner : this.first;
  }

  get start(): number {
    return this.tagged.tokens[this.from]?.start ?? 0;
  }

  get stop(): number {
    return this.tagged.tokens[this.end - 1]?.end ?? 0;
  }

  get textAfter(): string {
    return this.tagged.text.slice(this.stop);
  }

  get textBefore(): string {
    return this.tagged.text.slice(0, this.start);
  }

  get hasAmount(): boolean {
    return /[MB]/.test(this.core);
  }

  /** Names a round or a funding event, not only "funding" or an amount. */
  get isStrong(): boolean {
    return /[RE]/.test(this.core);
  }

  get hasHead(): boolean {
    return /[REW]/.test(this.core);
  }

  claim(form: Claim['form'], from = this.start): Claim {
    return { start: from, end: this.stop, form };
  }
}

function determinerBefore({ tags }: TaggedSentence, first: number): number {
  let at = first - 1;
  let unknown = 0;
  while (at >= 0 && first - at <= 5) {
    const tag = tags.charAt(at);
    if (/[YOTAi]/.test(tag)) return at;
    if (tag === 'x') unknown += 1;
    else if (!/[mn]/.test(tag)) return -1;
    if (unknown > 2) return -1;
    at -= 1;
  }
  return -1;
}

function claimOf(phrase: Phrase, part: 'subject' | 'body'): Claim | null {
  const { tagged, core } = phrase;
  const determiner = phrase.determiner >= 0 ? tagged.tags.charAt(phrase.determiner) : '';
  const between = phrase.determiner >= 0 ? tagged.tags.slice(phrase.determiner + 1, phrase.first) : '';
  if (!isFunding(phrase)) return null;
  if (between.includes('n') || core.includes('n') || tagged.tags.charAt(phrase.first - 1) === 'n')
    return null;
  if (determiner === 'Y') return ownsIt(phrase) ? phrase.claim('possessive') : null;
  if (determiner === 'O') return null;
  if (determiner === 'i' && /^(?:their|its)$/i.test(phrase.word(phrase.determiner))) {
    return ownerBefore(phrase.before) === 'own' && ownsIt(phrase) ? phrase.claim('possessive') : null;
  }
  // "raising a multi-million round, as you did in March"
  if (
    (phrase.isStrong || (phrase.hasAmount && phrase.hasHead)) &&
    /^,? (?:as|which|like) you(?:'ve| have)? (?:just |recently )?(?:did|done|closed|landed|managed|raised|have)\b/i.test(
      phrase.textAfter,
    )
  )
    return phrase.claim('noun');
  const verb = verbClaim(phrase);
  if (verb !== undefined) return verb;
  // "Series B companies" are companies at large.
  if (/^x?g/.test(phrase.after)) return null;
  return framed(phrase, determiner, part);
}

/** Leaves out prices, "a round of interviews", "funding needs" and the like. */
function isFunding(phrase: Phrase): boolean {
  const { core, textAfter } = phrase;
  if (!/[RE]/.test(core)) {
    if (/^[mf]{0,2}q/.test(phrase.after)) return false;
    if (
      /^\s(?:of|in|on|for|with) (?!(?:funding|financing|investment|capital|seed|series|your|new|fresh|runway|venture|the bank)\b)/i.test(
        textAfter,
      ) &&
      /\bround$|\binvestment$/i.test(phrase.word(phrase.end - 1))
    )
      return false;
    if (
      /^\s?-?(?:needs?|goals?|strategy|plans?|options?|gap|journey|requirements?|situation|data|information|details|sources?|figures?|history|status|confidence|stage|efficiency|markets?|flow|robin|relations|partner|cycle|environment|landscape|trip)\b/i.test(
        textAfter,
      )
    )
      return false;
  }
  return !/^-?(?:related|readiness|backed (?:competitor|peer))/i.test(textAfter);
}

/** "your $5M", "your recent funding", "your Series A": not "your $5M budget", "your round". */
function ownsIt(phrase: Phrase): boolean {
  if (phrase.isStrong) return true;
  if (phrase.hasAmount && phrase.hasHead) return true;
  if (phrase.hasAmount) {
    return (
      /^(?:[.,!?]|$| (?:in the bank|gives?|means|lets|puts|from|led|is|should|buys|will))/i.test(
        phrase.textAfter,
      ) && /[CREW]/.test(phrase.tagged.tags)
    );
  }
  const modified =
    /m/.test(phrase.core) || /m/.test(phrase.tagged.tags.slice(phrase.determiner, phrase.first));
  const head = phrase.word(phrase.end - 1);
  if (/^(?:investors?|cash|runway|seed|cheque|check|venture)$/i.test(head)) return false;
  return (
    modified ||
    (/^(?:round|funding|financing)$/i.test(head) && CONGRATULATES.test(phrase.tagged.text.trimStart()))
  );
}

/** Whose sentence part it is: the nearest one named before. */
function ownerBefore(before: string): 'own' | 'other' | 'nobody' {
  for (let at = before.length - 1; at >= 0; at -= 1) {
    const tag = before.charAt(at);
    if (tag === 'P' || tag === 'Y') return 'own';
    if (tag === 'g' && before.charAt(at - 1) !== 'Y') return 'other';
    if (tag === 'o' || tag === 'O' || tag === 'N') return 'other';
  }
  return 'nobody';
}

/** "Raising $5M in this market is remarkable." */
const PRAISE =
  /\b(?:is|was|takes) (?:\w+ ){0,2}(?:remarkable|impressive|feat|achievement|huge|great|amazing|milestone|small|something|serious|rare)\b/i;

/** The phrase is what a verb got: "you raised a $5M seed". undefined = there is no such verb. */
function verbClaim(phrase: Phrase): Claim | null | undefined {
  const given = /V[mx]?P[mA]{0,2}$/.exec(phrase.before);
  if (given && phrase.hasAmount && INVESTED.test(phrase.word(given.index)))
    return phrase.claim('verb', phrase.tagged.tokens[given.index]?.start);
  const lead = /[VG](?:[xmAT]{0,3})$/.exec(phrase.before);
  if (!lead) return undefined;
  const at = lead.index;
  const verb = phrase.word(at);
  const gerund = phrase.before.charAt(at) === 'G';
  if (INVESTED.test(verb)) {
    return /^[mWxf]{0,4}[PY]/.test(phrase.after)
      ? phrase.claim('verb', phrase.tagged.tokens[at]?.start)
      : undefined;
  }
  if (HELD.test(verb) && !phrase.hasHead && !/^ in the bank/i.test(phrase.textAfter)) return null;
  if (!HELD.test(verb) && !ACQUIRED.test(verb) && !phrase.isStrong && !(phrase.hasAmount && phrase.hasHead))
    return null;
  if (!phrase.hasAmount && !phrase.isStrong && !phrase.core.startsWith('m')) return null;
  if (!phrase.hasHead && /q/.test(phrase.after) && !/raised|raising/i.test(verb)) return null;
  const start = phrase.tagged.tokens[at]?.start ?? phrase.start;
  const before = phrase.tagged.tags.slice(0, at);
  const text = phrase.tagged.text.slice(0, start);
  if (gerund && at <= 1 && phrase.hasAmount && PRAISE.test(phrase.textAfter))
    return phrase.claim('verb', start);
  if (
    gerund &&
    !/(?:\b(?:are|is|been|'s|on|for|after|since|from|upon)|'re)(?: (?:just|currently|now|already|\w+ly))* $/i.test(
      text,
    )
  )
    return null;
  const owner = ownerBefore(before);
  if (owner === 'other') return null;
  if (owner === 'own') return phrase.claim('verb', start);
  return CONGRATULATES.test(phrase.tagged.text.trimStart()) || /[PY]/.test(phrase.tagged.tags) || at <= 1
    ? phrase.claim('verb', start)
    : null;
}

/** No owner is named: what the sentence says around it tells whether it is the prospect's. */
function framed(phrase: Phrase, determiner: string, part: 'subject' | 'body'): Claim | null {
  const { before, after, core } = phrase;
  const telling = phrase.isStrong || (phrase.hasAmount && phrase.hasHead);
  const about = /[PY]/.test(phrase.tagged.tags);
  const owner = ownerBefore(before);
  // "the $14 million you brought in", "the round you closed"
  if ((phrase.hasAmount || phrase.isStrong || determiner === 'T') && /^r?P[mx]{0,2}V/.test(after)) {
    const verb = phrase.word(phrase.end + after.search('V'));
    if (
      ACQUIRED.test(verb) ||
      (telling && /^(?:announced|completed|got|took|won|received|disclosed)/i.test(verb))
    )
      return phrase.claim('noun');
  }
  if (stageOf(phrase) && about) return phrase.claim('noun');
  // "an eight-figure raise like yours", "a round that size"
  if (phrase.hasHead && (telling || phrase.hasAmount) && LIKE_YOURS.test(phrase.textAfter))
    return phrase.claim('noun');
  if (
    phrase.hasHead &&
    about &&
    owner !== 'other' &&
    /^ (?:of )?(?:that|this|such a) (?:size|scale|magnitude|order)\b/i.test(phrase.textAfter)
  )
    return phrase.claim('noun');
  // "the $9M round that closed in May"
  if (
    determiner === 'T' &&
    telling &&
    about &&
    owner !== 'other' &&
    /^,? (?:that|which)(?: has| have)?(?: just| recently)? (?:closed|landed|came (?:in|through)|completed|was (?:announced|closed))\b/i.test(
      phrase.textAfter,
    )
  )
    return phrase.claim('noun');
  // "£14m is in the bank", "tens of millions in the bank"
  if (
    phrase.hasAmount &&
    about &&
    (owner !== 'other' || /\bnow that (?:the )?$/i.test(phrase.textBefore)) &&
    /^ (?:is |are |now |safely |sitting |of new money ){0,3}in the bank\b/i.test(phrase.textAfter)
  )
    return phrase.claim('noun');
  // "$12M into Acme"
  if (
    phrase.hasAmount &&
    /^(?:[mWx]{0,2}[xf])P/.test(after) &&
    /^\W*(?:\w+ ){0,2}(?:in|into|behind)\b/i.test(phrase.textAfter)
  )
    return phrase.claim('noun');
  for (let at = before.length - 1; at >= Math.max(0, before.length - 7); at -= 1) {
    // "I saw the raise": who saw it does not own it.
    if (before.charAt(at) !== 'C' || ownerBefore(before.slice(at + 1)) === 'other') continue;
    const frame = phrase.word(at);
    const usable = telling || phrase.hasAmount || (core.length > 1 && /m/.test(core) && phrase.hasHead);
    if (CONGRATULATES.test(frame) && usable) return phrase.claim('noun');
    if (
      FRESH_FROM.test(frame) &&
      about &&
      (telling || (/m/.test(core) && phrase.hasHead)) &&
      !/[,]/.test(before.slice(at))
    )
      return phrase.claim('noun');
    if (determiner === 'T' && telling) return phrase.claim('noun');
  }
  if (owner === 'other') return null;
  if (phrase.hasAmount && phrase.hasHead && part === 'subject' && about) return phrase.claim('noun');
  if (determiner === 'T' && telling && /[PY]/.test(after)) return phrase.claim('noun');
  if (
    phrase.hasAmount &&
    phrase.hasHead &&
    (phrase.from <= 1 ? /[PY]/.test(after) : before.endsWith(',') && about) &&
    !/^ (?:would|could|can|may|might)\b/i.test(phrase.textAfter)
  )
    return phrase.claim('noun');
  return null;
}

const LIKE_YOURS =
  /^,? (?:like|such as|as big as|the size of) (?:yours\b|your own\b|your (?:recent |latest |last )?(?:one|round|raise|series)\b|the one (?:you|that you)\b|that of yours\b)/i;

/** "As a Series A company, you …", "At Series B, your …", "you are a seed-stage team". */
function stageOf(phrase: Phrase): boolean {
  if (!phrase.core.includes('R')) return false;
  if (/^post-/i.test(phrase.word(phrase.first)) && phrase.textAfter.startsWith(',')) return true;
  const lead =
    /(?:\bas an?|\bat(?: an?| the)?|\bbeing an?|\b(?:you|company|team|startup|\w+)(?:'re| are| is)(?: now| currently| already| still)*(?: an?| at| in)?)(?: [a-z]+)? $/i;
  if (
    !lead.test(phrase.textBefore) &&
    !/\b(?:as|at|being|you're|you are)(?: an?| the)? $/i.test(phrase.tagged.text.slice(0, phrase.start))
  )
    return (
      phrase.determiner >= 0 &&
      /(?:\bas|\bbeing|\bat|you're|you are|\bis)(?: now| currently)? $/i.test(phrase.textBefore) &&
      companyNoun(phrase)
    );
  return companyNoun(phrase);
}

const companyNoun = (phrase: Phrase): boolean =>
  /^(?:$|[.,;!?]|[- ](?:funded |backed |stage )?(?:stage|company|start-?up|business|team|firm|scale-?up|org\w*|level|fintech|venture)\b| (?:you|your|and)\b)/i.test(
    phrase.textAfter,
  );

/** "the funding has landed", "your round is in the bank" */
const COMPLETED =
  /\b(?:the|your|that)(?: (?:new|fresh|latest|recent|big|seed|first))? (?:funding|round|raise|investment|capital|money|financing)(?: has| have|'s| is| was)?(?: (?:just|now|finally|officially|also|already))*(?: been)? (?:landed|closed|come (?:in|through)|came (?:in|through)|arrived|in the bank|secured|announced|in place|wired|official|over the line)\b/gi;

const BARE =
  /\b(?:raised(?= (?:last|this|in|earlier|recently|and|so|a few|back|just|just now|again)\b|\s*[.,!?;)]|$)|went public|gone public|got funded|been funded|(?:newly|freshly|recently|just)[- ]funded)/gi;

/** "you just raised", "you went public", "now that you are freshly funded": no phrase follows. */
function bareVerbs(tagged: TaggedSentence): Claim[] {
  const claims: Claim[] = [];
  const matches = [...tagged.text.matchAll(BARE), ...tagged.text.matchAll(COMPLETED)];
  for (const match of matches) {
    if (/^(?:the|your|that)\b/i.test(match[0])) {
      const place = tagged.tokens.findIndex(({ start }) => start >= match.index);
      if (ownerBefore(tagged.tags.slice(0, Math.max(place, 0))) !== 'other')
        claims.push({ start: match.index, end: match.index + match[0].length, form: 'noun' });
      continue;
    }
    const token = tagged.tokens.findLastIndex(({ start }) => start <= match.index);
    const before = tagged.tags.slice(0, Math.max(token, 0));
    const adjective = / funded$|-funded$/i.test(match[0]);
    const close =
      /P[mxV]{0,3}$/.test(before) ||
      (adjective && /[PY]/.test(tagged.tags) && !/g/.test(tagged.tags.slice(token)));
    if (close && ownerBefore(before) !== 'other')
      claims.push({ start: match.index, end: match.index + match[0].length, form: 'verb' });
  }
  return claims;
}
