import { amountsIn } from './money.ts';
import { companyPattern } from './company.ts';

/**
 * A sentence as a row of tags, one letter a token, so that funding language can be matched by its shape.
 *
 * | tag | token |
 * |---|---|
 * | `M` `B` | amount with, without a currency |
 * | `R` | a named round: "Series B", "seed round", "IPO" |
 * | `E` | a funding event: "raise", "fundraise", "funding round" |
 * | `W` | a word that is one beside the right words: "funding", "round", "investment", "capital" |
 * | `Y` `O` | possessive of the prospect ("your", "Acme's"), of somebody else ("our", "Kobo's") |
 * | `P` `o` | the prospect as subject ("you", "Acme"), somebody else ("we", "Kobo") |
 * | `i` | "it", "they": whoever was named last |
 * | `g` | a plural that makes it about companies at large: "startups", "teams" |
 * | `T` `A` | "the", "this"; "a", "another" |
 * | `V` `G` | "raised", "closed" …; "raising", "closing" … |
 * | `C` | a frame that takes the funding for granted: "congrats", "saw", "fresh off", "now that" |
 * | `m` | a word that goes into a funding phrase: "recent", "fresh", "new", "first" |
 * | `f` | "in", "of", "from", "worth" |
 * | `n` | "next", "upcoming": not yet a fact |
 * | `q` | a noun that makes an amount something else: "contract", "ARR", "budget" |
 * | `r` | "who", "that", "which" |
 * | `,` `x` | comma; anything else |
 */
export interface TaggedSentence {
  text: string;
  tags: string;
  tokens: { start: number; end: number }[];
}

const ROUND = [
  String.raw`\b(?:pre-?|post-?)?[Ss]eries[- ](?:[A-Ka-k]|[Ss]eed)\b(?:[- ]?[1-3]\b)?(?:[- ](?:extension|bridge|prime|plus)\b)?\+?`,
  String.raw`\bSERIES[- ][A-K]\b`,
  String.raw`\b(?:[Pp]re-?)?[- ]?[Ss]eed[- ](?:round|funding|financing|raise|investment|money|capital|extension|stage|funded|backed|fundraise|deal)\b`,
  String.raw`\b[Pp]re-?[Ss]eed\b`,
  String.raw`\b[A-F][- ](?:round|raise)\b`,
  String.raw`\b(?:[Bb]ridge|[Aa]ngel|[Gg]rowth|[Vv]enture|[Ee]quity|[Ss]eed|[Mm]ezzanine|[Dd]own|[Ff]irst|[Ss]econd|[Tt]hird)[- ]round\b`,
  String.raw`\b(?:IPO|SPAC)\b(?!-?like)`,
].join('|');
const EVENT =
  /\b(?:(?:funding|financing|investment|fundrais\w+|capital|equity|venture) (?:round|raise|event|announcement|news)|capital (?:injection|infusion)|cash injection|fund-?rais(?:e|ing|er)|raise(?= |[.,!?;:)-]|$)|war ?chest|venture (?:capital|funding|money|backing)|term sheet|valuation)\b/gi;
const LEXICON: [tag: string, pattern: RegExp][] = [
  [
    'W',
    /\b(?:funding|financing|investment|round|capital|backing|seed|investors?|VC money|venture|cash|runway|cheque|check)\b/gi,
  ],
  [
    'C',
    /\b(?:congrat\w*|kudos|well done|hats off|cheers|bravo|mazel tov|saw|seen|see|noticed|read|heard|spotted|caught|news|announcement|headlines?|press release|following|since|after|with|given|now that|thanks to|off the back of|on the back of|fresh (?:off|from)|hot off|on the heels of|flush with|armed with|backed by|love|loved|exciting|excited|impressive|impressed|amazing|fantastic|great)\b/gi,
  ],
  [
    'V',
    /\b(?:(?:over|re)?raised|closed|secured|landed|bagged|nabbed|locked (?:in|down)|announced|completed|pulled in|brought in|picked up|scooped(?: up)?|netted|hauled in|attracted|wrapped(?: up)?|finali[sz]ed|received|got|took(?: on| in)?|won|obtained|pocketed|clinched|scored|banked|disclosed|snagged|confirmed|collected|drew|garnered|sealed|went public|gone public|IPO'd|listed on|got funded|been funded|have|has|had|'ve|sitting on|working with|put|handed|gave|invested|poured|led|co-led|backed)\b/gi,
  ],
  [
    'G',
    /\b(?:raising|closing|securing|landing|bagging|announcing|completing|pulling in|bringing in|attracting|wrapping up|finali[sz]ing|going public|getting funded)\b/gi,
  ],
  [
    'g',
    /\b(?:companies|companys|startups|start-ups|scale-?ups|teams|founders|firms|businesses|fintechs|clients|customers|organi[sz]ations|orgs|leaders|peers|players|ventures|CTOs|CEOs|people|others|many|most|everyone|somebody|someone|(?:[a-z]+)techs)\b/gi,
  ],
  [
    'q',
    /\b(?:contracts?|ARR|MRR|revenues?|budgets?|sal(?:ary|aries)|wages?|payroll|bills?|spend(?:ing)?|sales|bookings|pipeline|GMV|AUM|fees?|costs?|savings?|prices?|pricing|deals?|orders?|profits?|losses|fines?|penalt(?:y|ies)|turnover|EBITDA|grants?|loans?|invoices?|projects?|market|opportunit(?:y|ies)|business|exit|acquisition|per year|a year|annually)\b/gi,
  ],
  ['n', /\b(?:next|upcoming|future|eventual|planned|potential|possible|following|forthcoming)\b/gi],
  [
    'm',
    /\b(?:recent(?:ly)?|fresh(?:ly)?|new(?:ly)?|latest|first|second|third|big|huge|massive|whopping|impressive|successful|exciting|closed|announced|oversubscribed|just|already|about|around|roughly|approximately|over|nearly|almost|some|more than|well|very|early|late|large|sizeable|healthy|total|growth|strategic|equity|additional|extra|another|seed|worth|fantastic|great|amazing|last|most|up to|whole|entire|own|reported(?:ly)?|rumou?red|alleged(?:ly)?|apparent(?:ly)?|estimated|unconfirmed|supposed(?:ly)?|speculated|suspected|purported|likely|probable)\b/gi,
  ],
  ['f', /\b(?:in|of|from|for|as part of|worth of)\b/gi],
  ['Y', /\b(?:your|the (?:company|team|business|startup)'s)\b/gi],
  [
    'O',
    /\b(?:[Oo]ur|[Mm]y|[Hh]is|[Hh]er|(?!(?:It|That|What|Here|There|Let|Who|How|Where|Today)'s)[A-Z][\w&.-]{1,40}(?: [A-Z][\w&.-]{1,40}){0,2}'s|[A-Z][\w&.-]{1,40}s')/g,
  ],
  ['P', /\[(?:company|prospect)[^\]]*\]|\{\{?\s*company\w*\s*\}?\}/gi],
  ['P', /\b(?:you(?:'ve|'re|'d)?|you all|y'all|the (?:company|team|business|startup))\b/gi],
  ['o', /\b(?:we(?:'ve|'re|'d)?|i(?:'ve|'d)?|he|she)\b/gi],
  ['i', /\b(?:it|they(?:'ve|'re|'d)?|them|their|its)\b/gi],
  ['T', /\b(?:the|this|these|those)\b/gi],
  ['A', /\b(?:an?|another)\b/gi],
  ['r', /\b(?:who|which|whose|that)\b/gi],
];

const ROUNDS = new RegExp(ROUND, 'g');

/** Whether tagging can give an amount, a round, an event or another word for funding. */
export function namesFunding(text: string): boolean {
  const patterns = LEXICON.flatMap(([tag, pattern]) => (tag === 'W' ? [pattern] : []));
  return [ROUNDS, EVENT, ...patterns].some((one) => text.search(one) >= 0) || amountsIn(text).length > 0;
}

/** Tags one sentence. `company` is the prospect's. */
export function tagSentence(text: string, company: string | null): TaggedSentence {
  const marks: { start: number; end: number; tag: string }[] = [];
  const mark = (start: number, end: number, tag: string): void => {
    if (!marks.some((other) => start < other.end && end > other.start)) marks.push({ start, end, tag });
  };
  const own = companyPattern(company);
  if (own) {
    for (const match of text.matchAll(own)) {
      const end = match.index + match[0].length;
      const possessive = /^(?:'s|s'|')(?![\p{L}])/u.exec(text.slice(end));
      mark(match.index, end + (possessive?.[0].length ?? 0), possessive ? 'Y' : 'P');
    }
  }
  for (const amount of amountsIn(text)) mark(amount.start, amount.end, amount.bare ? 'B' : 'M');
  for (const match of text.matchAll(ROUNDS)) {
    if (isLetterRound(text, match)) mark(match.index, match.index + match[0].length, 'R');
  }
  for (const match of text.matchAll(EVENT)) {
    if (!isOtherRaise(text, match.index, match[0])) mark(match.index, match.index + match[0].length, 'E');
  }
  for (const [tag, pattern] of LEXICON) {
    for (const match of text.matchAll(pattern)) {
      if (match[0] !== '') mark(match.index, match.index + match[0].length, tag);
    }
  }
  // Names of others: capitalised words inside the sentence.
  for (const match of text.matchAll(
    /(?<=[\p{Ll},;)] )\p{Lu}[\p{L}\p{N}&.-]*(?: \p{Lu}[\p{L}\p{N}&.-]*)*/gu,
  )) {
    mark(match.index, match.index + match[0].length, /^I\b/.test(match[0]) ? 'o' : 'N');
  }
  for (const match of text.matchAll(/[\p{L}\p{N}]+(?:['-][\p{L}\p{N}]+)*|[,;:()!?-]+/gu)) {
    const end = match.index + match[0].length;
    const comma = /[,;:()!?]|--|^-$/.test(match[0]);
    mark(match.index, end, comma ? ',' : 'x');
  }
  marks.sort((a, b) => a.start - b.start);
  return {
    text,
    tags: marks.map(({ tag }) => tag).join(''),
    tokens: marks.map(({ start, end }) => ({ start, end })),
  };
}

/** "a series a week" and "in a series I read" are no rounds. */
function isLetterRound(text: string, match: RegExpExecArray): boolean {
  const letter = /series[- ](\w)$/.exec(match[0])?.[1];
  if (letter !== 'a' && letter !== 'i') return true;
  const after = text.slice(match.index + match[0].length);
  return /^ (?:round|funding|financing|raise|fundraise|investment|money|capital|company|startup|stage)|^[.,!?;:)]|^$/.test(
    after,
  );
}

/** "pay raise", "raise the bar", "to raise": no funding event. */
function isOtherRaise(text: string, at: number, word: string): boolean {
  if (!/^raise$/i.test(word)) return false;
  const before = text.slice(0, at);
  const after = text.slice(at + word.length);
  return (
    /(?:\b(?:pay|salary|wage|compensation|comp|\d+\s?%|percent|annual|merit|a|to|can|could|will|would|may|might|must|should|i|we|they|you|not|help|helps|and|or|also|people|who)|n't)\s$/i.test(
      before,
    ) ||
    /^ (?:the bar|prices?|concerns?|questions?|issues?|awareness|an? |hands?|standards?|children|eyebrows|your|money|capital|funds|it|this|that|any|some|with|in front)/i.test(
      after,
    )
  );
}
