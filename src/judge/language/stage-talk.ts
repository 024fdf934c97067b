import { addressed, isReader, startupAddressed, turnedAround } from './addressee.ts';
import { rememberSentences } from './remember.ts';
import type { Sentence } from './sentences.ts';
import type { Stage } from './stage.ts';

/** Language that fits some stages only. Offsets are into the sentence. */
export interface StageTalk {
  start: number;
  end: number;
  /** The stages it fits. */
  low: Stage;
  high: Stage;
  /** Says outright that the prospect is at this stage. */
  outright: boolean;
}

interface Cue {
  low: Stage;
  high: Stage;
  pattern: RegExp;
  /** Needs "you", "your" or an audience in the sentence; otherwise it addresses the reader by itself. */
  weak?: boolean;
  /** One of these lower-case pieces is in every match: a cheap test that most sentences fail. */
  hint?: readonly string[];
}

const PEOPLE =
  '(?:engineers?|developers?|devs?|coders?|programmers?|hires?|technical hires?|engineering hires?|tech hires?|employees?|teammates?|engineering team|dev(?:elopment)? team|tech(?:nical)? team|product team|team members?|team|staff)';
const COUNT =
  '(?:one |two |three |four |five |six |ten |\\d{1,2} |few |couple of |handful of |ever |real |full-time |in-house |technical |engineering |software |core |dedicated |key |product )*';

/** The furniture of a large group. */
const GROUP =
  '(?:(?:global|overseas|foreign|worldwide|international|regional|local|\\w+teen|\\w+ty|dozens of|\\d+) (?:legal entities|subsidiaries|affiliates|operating companies)|your (?:\\w+ )?(?:subsidiaries|affiliates|operating companies|shareholder services|company secretary|group (?:CFO|CIO|CTO|COO|controller|treasurer|treasury|procurement|counsel|board|HR|functions?)|divisional (?:heads|CFOs|directors|presidents)|regional (?:CFOs|presidents|CIOs)|general counsel|chief (?:legal|risk|audit) officer|in-house counsel team)|(?:group|divisional|regional|global) (?:CFOs?|CIOs?|controllers?|treasur(?:er|ers|y)|procurement|general counsel|category managers)|(?:a|your|the) listed parent|(?:remuneration|audit|nominations?) committees?|shared[- ]services? cent(?:re|er)s?|(?:eight|nine|ten)-figure (?:\\w+ )?(?:budgets?|reserves?|spend|portfolio|programmes?|programs?|estate|payroll)|dividend (?:season|policy|payments?)|proxy (?:season|statement)|minority shareholders|panel (?:law )?firms|works councils (?:across|in) \\w+|matrix(?:ed)? organi[sz]ation|(?:fifty|hundreds|thousands|\\d{2,3}) (?:country|regional) (?:offices|managers))';

const GROUP_HINT =
  'entities subsidiar affiliat operating shareholder group divisional regional counsel officer global secretary parent committee shared figure dividend proxy panel council matri country'.split(
    ' ',
  );
const ALONE_HINT = [
  ...'idea laptop notebook spreadsheet technical hired afford'.split(' '),
  'teams of',
  'before you',
  'until you',
  'before they',
  'until they',
  'no de',
  'no en',
  'no cod',
  'no prod',
];
const GROUP_PATTERN = new RegExp(`\\b${GROUP}(?![\\w-])`, 'gi');
/** "no group procurement", "your buyers have a listed parent" */
const LACKS =
  /\byour (?:\w+ )?(?:buyers?|customers?|clients?|users?|accounts|audience)\b[^.;]*$|\b(?:no|without|not have|don't have|neither|nor|minus|free of|need|nobody needs)(?: an?| any| your)?(?: \w+)? $/i;
const OTHERS_TALK =
  /\b(?:we|i|our|my|us|they|their|clients?|customers?|companies|groups|enterprises|firms)\b/i;

/** A remark to nobody in particular is meant for the reader when it is all about one world. */
function remarked(text: string, pattern: RegExp): 'audience' | null {
  if (pattern !== GROUP_PATTERN || OTHERS_TALK.test(text)) return null;
  return Array.from(text.matchAll(pattern)).length >= 2 ? 'audience' : null;
}

/** Of a founder who has nobody yet. */
const ALONE =
  "(?:(?:you|founders?|somebody|someone|teams?) with (?:just |only |nothing but )?an idea|just (?:the two of |the three of )?you(?: (?:and|with) (?:a|your) (?:laptop|co-?founder|idea|notebook|spreadsheet))|(?:an? |the )idea(?: and| with) (?:no|nobody|not)(?: \\w+){0,4}|(?:before|until) (?:you|they)(?: have|'ve) (?:hired |got |found )?(?:anybody|anyone|somebody|someone|a) (?:technical|developer|engineer|CTO)|(?:can(?:'t| not|not)|if you can|whether you can|you can) afford a (?:CTO|developer|designer|team)(?: yet)?|teams of (?:one|two|three|two or three)|no (?:developers?|engineers?|coders?|product) (?:yet|of your own))";

const CUES: Cue[] = [
  { low: 3, high: 5, pattern: GROUP_PATTERN, weak: true, hint: GROUP_HINT },
  { low: 0, high: 1, pattern: new RegExp(`\\b${ALONE}\\b`, 'gi'), weak: true, hint: ALONE_HINT },
  {
    low: 0,
    high: 1,
    pattern:
      /\b(?:(?:very |super |truly |an? )?early[- ]stage(?! (?:project|conversation|discussion|prototype of|idea of|pipeline|talks|research|discovery|design|planning|work|draft|cancer|disease|drug|venture|fund|investing|investments?|portfolio|arm|accelerator|trial|compound|programme|program|investors?|fund))|(?:early|earliest) (?:stages? of (?:building|growing|your|the) (?:\w+ )?(?:compan\w*|team|engineering|business|journey|life|startup)|growth stage|growth(?= \w*(?:stage|phase)|[.,!])|days of (?:building|your (?:company|startup|team))))\b/gi,
  },
  {
    low: 0,
    high: 1,
    pattern: new RegExp(
      String.raw`\b(?:your|their|the|those|these|an?|its|build(?:ing)?|hir(?:e|es|ing)|recruit(?:ing)?|find(?:ing)?|land(?:ing)?|make|making|assembl(?:e|ing))\s+(?:\w+ )?(?:very )?(?:first|initial|founding)\s+${COUNT}${PEOPLE}\b(?! (?:in (?!(?:an?|one|two|three|four|five|six|ten|\d+|under|less|days|weeks|no|record|just|about|as)\b)|from|through|with us|we|at our|on the|for the|of the|who|that|to arrive|could|can|will|start|call|meeting|session|review|lead))`,
      'gi',
    ),
  },
  {
    low: 0,
    high: 1,
    pattern:
      /\b(?:founding engineers?|engineer(?:ing)? (?:number one|#1)|employee (?:number one|#1)|first technical co-?founder)\b/gi,
  },
  { low: 0, high: 1, pattern: /\b(?:MVPs?|minimum viable products?)\b/gi, weak: true },
  {
    low: 0,
    high: 1,
    pattern:
      /\b(?:(?:no|without an?) (?:engineering|tech|technical|product|dev\w*) team(?: yet)?|founders with (?:just |only )?an idea|at the very (?:beginning|start)|still (?:a two-person|finding your feet|in stealth)|pre-traction)\b/gi,
    weak: true,
  },
  {
    low: 0,
    high: 2,
    pattern:
      /\b(?:(?:build|ship|launch|finish|get)\w*(?: \w+){0,3} (?:v1|version one|first version|first prototype|proof of concept to market)|product[- ]market fit|zero[- ]to[- ](?:one|1)|0[- ](?:to|→)[- ]1|from scratch to launch|idea (?:stage|to launch)|pre-?(?:revenue|launch|product)|napkin sketch)\b/gi,
    weak: true,
  },
  {
    low: 0,
    high: 1,
    pattern:
      /\b(?:just (?:getting (?:started|going|off the ground)|starting (?:out|up))|get(?:ting)? (?:\w+ ){0,3}off the ground|off the ground|newly founded|recently founded|fledgling|nascent|brand[- ]new (?:company|startup|business)|young (?:company|startup|business|team)|(?:tiny|two-person|three-person|five-person) team|scrappy|shoestring(?: budget)?|ramen|garage|wear(?:ing|s)? (?:many|multiple|all the) hats|every (?:dollar|penny|euro) (?:counts|matters)|stretch(?:ing)? (?:your |every )?(?:runway|seed money|seed (?:round|cheque|check|dollars?))|before you (?:raise|run out of)|friends[- ]and[- ]family|angel (?:money|investors|round)|side project|first customers?|first paying customers?|your first (?:ten|\d+) customers)\b/gi,
    weak: true,
  },
  { low: 0, high: 1, pattern: /\b(?:bootstrapp(?:ed|ing)(?! (?:distribution|method|sampl))|pre-?seed)\b/gi },
  {
    low: 0,
    high: 4,
    pattern:
      /\b(?:start-?ups?(?! (?:mentality|mindset|speed|culture|costs?|time|energy|feel))|scale-?ups?)\b/gi,
    weak: true,
  },
  {
    low: 3,
    high: 5,
    pattern:
      /\b(?:(?:global|worldwide|international|multinational|regional) (?:engineering )?(?:heads?|org(?:anization|anisation)?s?|workforce|headcount|footprint|operations?|hiring|teams?|hubs|offices)|(?:across|on|over|spanning) (?:multiple|several|many|three|four|five|\d+|all) (?:continents|regions|geographies|business units|divisions|subsidiaries|countries)|multi-?(?:continent(?:al)?|national|division(?:al)?|country)|enterprise[- ](?:level|wide|scale) (?:solutions?|hiring|growth|needs|requirements|transformation|engineering|scaling|org\w*)|hundreds of (?:engineers|developers|open roles)|thousands of (?:engineers|developers|employees)|massive growth capital|global (?:expansion|scale|growth)|business units|hyper-?scale|mega-?round)\b/gi,
    weak: true,
  },
  {
    low: 3,
    high: 5,
    pattern:
      /\b(?:as an? (?:\w+ )?(?:enterprise|corporation|multinational|conglomerate)|(?:large |global |big )?(?:enterprises|corporations|multinationals|conglomerates) (?:like|such as) (?:yours?|you)|(?:an |your )(?:established |mature |large |global )?(?:enterprise|corporation)(?! (?:customers?|clients?|buyers?|sales|deals?|tier|plan|grade|data|platform|software|product|accounts?|edition|contracts?|rollout|readiness|security|features?)))\b/gi,
    weak: true,
  },
  {
    low: 4,
    high: 5,
    pattern:
      /\b(?:pre-?IPO|IPO[- ](?:read\w+|preparation|track|candidate|bound|path|plans?|prep|runway|timeline)|(?:path|road|run-?up|way|prepar\w+|ready|head\w*) (?:to|for|towards?) (?:an? |your |the |its )?(?:IPO|public (?:listing|offering|markets?))|late[- ]stage(?! (?:project|talks|trial|disease|cancer|pipeline|funnel|deal))|unicorns? (?:like|such as)|decacorn)\b/gi,
  },
  {
    low: 5,
    high: 5,
    pattern:
      /\b(?:publicly[- ](?:listed|traded|held)|public(?:ly)? (?:listed )?(?:compan(?:y|ies)|corporations?|enterprises?)|(?:your|quarterly|public) (?:shareholders|stockholders|earnings(?: calls?)?|share price|stock price|ticker|10-[KQ]|annual report|listing)|earnings calls?|quarterly (?:earnings|guidance|reporting to shareholders)|post-?IPO|since (?:your|the) IPO|Fortune (?:\d+|five hundred)|FTSE ?\d*|S&P ?500|blue[- ]chip|SEC filings?|Wall Street|investor relations|your audit committee|lock-?up (?:period|expiry))\b/gi,
    weak: true,
  },
];

/** "large organisations like yours", "listed companies such as Acme": says what the reader is. */
const KIND =
  /\b(?:(large|big|global|established|mature|multinational)|(publicly[- ](?:listed|traded)|listed|public|Fortune \d+|FTSE[- ]\d+)|(early[- ]stage|young|small|new|fledgling|tiny|seed(?:[- ]stage|[- ]funded)?))(?: \w+)? (?:enterprises?|corporations?|organi[sz]ations?|companies|businesses|groups|institutions|firms|teams|start-?ups?)(?:,)? (?:like|such as|including) (?=(\w+))/gi;

const GIANTS =
  /\b(?:enterprises|corporations|multinationals|conglomerates|blue[- ]chips|household names),? (?:like|such as|of the size of) (?=\w)/gi;

const ROUND_NAME =
  /\b(?:(late|post)[- ])?(?:Series[- ]([A-K])\b|(pre-?seed)\b|(seed)(?=[- ](?:stage|round|funding|funded|backed|companies|startups?|start-ups|company|raise|teams?|founders?|level|money|investment|and|or|to|through)\b))(?:[- ](?:level|stage|backed|funded))?/gi;

interface Place {
  start: number;
  end: number;
}

interface Round extends Place {
  stage: Stage;
}

/** What of a sentence may be stage language, whoever it is about. */
interface StageWords {
  cues: readonly { cue: Cue; places: readonly Place[] }[];
  kinds: readonly (Place & { low: Stage; high: Stage })[];
  rounds: readonly Round[];
}

/** Null where there is none, as in most sentences. */
const stageWords = rememberSentences((text): StageWords | null => {
  const lower = text.toLowerCase();
  const cues = CUES.filter(
    ({ hint, pattern }) =>
      (hint?.some((piece) => lower.includes(piece)) ?? true) && text.search(pattern) >= 0,
  ).map((cue) => ({ cue, places: Array.from(text.matchAll(cue.pattern), placeOf) }));
  const words = { cues, kinds: kindsIn(text), rounds: roundsIn(text) };
  const isNone = cues.length + words.kinds.length + words.rounds.length === 0;
  return isNone || ANY_STAGE.test(text) ? null : words;
});

function placeOf(match: RegExpExecArray): Place {
  return { start: match.index, end: match.index + match[0].length };
}

/** Stage language of a sentence that is about the reader or about whom the offer is for. */
export function stageTalk(sentence: Sentence, company: RegExp | null): StageTalk[] {
  const { text } = sentence;
  const words = stageWords(text);
  if (words === null) return [];
  const found = [
    ...cueTalk(sentence, words.cues, company),
    ...kindTalk(text, words.kinds, company),
    ...roundTalk(sentence, words.rounds, company),
  ];
  return found.filter(({ start, end }) => !turnedAround(text, start, end)).sort((a, b) => a.start - b.start);
}

function kindsIn(text: string): StageWords['kinds'] {
  return [...text.matchAll(KIND), ...text.matchAll(GIANTS)].map((match) => {
    const [low, high]: [Stage, Stage] = match[2]
      ? [5, 5]
      : match[1] || match[3] === undefined
        ? [3, 5]
        : [0, match[3].startsWith('s') ? 2 : 1];
    return { ...placeOf(match), low, high };
  });
}

function kindTalk(text: string, kinds: StageWords['kinds'], company: RegExp | null): StageTalk[] {
  return kinds
    .filter(({ end }) => isReader(text.slice(end), company))
    .map((kind) => ({ ...kind, outright: kind.low === 5 }));
}

function cueTalk(sentence: Sentence, cues: StageWords['cues'], company: RegExp | null): StageTalk[] {
  const { text } = sentence;
  return cues.flatMap(({ cue: { low, high, pattern, weak }, places }) =>
    places.flatMap(({ start, end }): StageTalk[] => {
      const before = text.slice(0, start);
      const after = text.slice(end);
      if (/^start-?up/i.test(text.slice(start, end)) && !startupAddressed(before, after, company)) return [];
      const said = addressed(sentence, start, end, company) ?? remarked(text, pattern);
      if (pattern === GROUP_PATTERN && LACKS.test(before)) return [];
      if (!said || (weak && said === 'audience' && OTHERS_PRODUCT.test(after))) return [];
      return [{ start, end, low, high, outright: said === 'outright' }];
    }),
  );
}

/** "enterprise clients", "startup customers of yours": whom the reader sells to. */
const OTHERS_PRODUCT = /^\s*(?:customers?|clients?|buyers?|accounts?|users?)\b/i;

function roundsIn(text: string): Round[] {
  return Array.from(text.matchAll(ROUND_NAME), (match) => {
    const letter = match[2]?.toUpperCase();
    const stage: Stage = match[3] ? 0 : match[4] ? 1 : letter === 'A' ? 2 : letter === 'B' ? 3 : 4;
    return { ...placeOf(match), stage };
  });
}

/** Rounds named: "Series B companies" are an audience of B; "seed and Series A companies" of both. */
function roundTalk(sentence: Sentence, rounds: readonly Round[], company: RegExp | null): StageTalk[] {
  const { text } = sentence;
  return rounds.flatMap((round, at): StageTalk[] => {
    const { start, end, stage } = round;
    const before = text.slice(0, start);
    const after = text.slice(end);
    if (FUTURE.test(before) && !FRESH.test(before) && !AUDIENCE_NOUN.test(after)) return [];
    const listed = rounds.filter(
      (other, i) =>
        i === at || /^\s*(?:,|and|or|to|through|&|\/|-|\s)+\s*$/i.test(between(text, round, other)),
    );
    const low = Math.min(...listed.map((one) => one.stage)) as Stage;
    const high = Math.max(...listed.map((one) => one.stage)) as Stage;
    const owned =
      OWNED.test(before) || PRAISED.test(before) || (company !== null && endsWithName(before, company));
    if (owned || AS_STAGE.test(before)) {
      // A lower round than today's lies behind every company; only as news is it wrong.
      const news = NEWS.test(text) || AS_STAGE.test(before) || /-level$/i.test(text.slice(start, end));
      return [{ start, end, low: stage, high: news ? stage : 5, outright: true }];
    }
    return AUDIENCE_NOUN.test(after) && addressed(sentence, start, end, company)
      ? [{ start, end, low, high, outright: false }]
      : [];
  });
}

const ANY_STAGE =
  /\b(?:(?:any|every|all|whatever|which(?:ever)?|no matter (?:the|your|what|which)|regardless of|irrespective of|independent of|different|various) (?:\w+ )?(?:stages?|size|rounds?)|from (?:pre-?seed|seed|series a|start-?ups?|idea|MVP|early)[\w ,-]{0,30} (?:to|through|up to|all the way)|whether (?:you|it|they|a|the)\b[^.?!]{0,60}\bor\b|start-?ups? (?:and|to|or) (?:enterprises?|large|global|public|corporations?|scale-?ups|fortune|incumbents)|enterprises? (?:and|to|or) start-?ups?)\b/i;
const FUTURE =
  /\b(?:before|ahead of|prior to|towards?|approach\w*|prepar\w+ for|plan\w* (?:for|on|to \w+)|run-?up to|path to|road to|way to|ready for|reach(?:ing)?|next|upcoming|future|eventual|until|raise|close|planned|by|for|after|since|past|beyond|post|through|between|from)(?: (?:you|your|the|an?|their|its))?(?: (?:next|upcoming|\w+))? $/i;
const OWNED =
  /\b(?:your|yours)(?: (?:recent|new|latest|fresh|big|massive|impressive|successful|exciting|[\w'$€£.,]+)){0,3} $/i;
/** "Congrats on the Series C" gives the round to the reader. */
const PRAISED =
  /\b(?:congrat\w*|kudos|well done|hats off)\b[^.;]{0,20}\b(?:on|for)(?: (?:the|an?|that|this|closing|raising|completing))?(?: (?!our|their|his|her)\w+){0,2} $/i;
const AS_STAGE =
  /\b(?:as an?|at(?: an?| the)?|being an?|you(?:'re| are)(?: now| already| currently)?(?: an?| at| in)?|is(?: now)?(?: an?| at)|with|given)(?: \w+)?(?: (?:late|early|recent))? $/i;
const FRESH = /\b(?:fresh|straight|hot) (?:from|off)(?: \w+){0,2} $/i;
const NEWS =
  /\b(?:congrat\w*|kudos|now that|have closed|closing|recent(?:ly)?|just|new|latest|fresh(?:ly)?|this (?:week|month|quarter)|last (?:week|month)|well done|exciting news|announc\w+)\b/i;
const AUDIENCE_NOUN =
  /^[- ]?(?:(?:,|and|or|to|through|&|\/) ?(?:pre-?seed|seed|series [a-k])[- ]?)*(?:(?:stage|funded|backed|growth)\s?){0,2}\s?(?:[\w-]+ ){0,2}?(?:compan(?:y|ies|ys)|start-?ups?|teams?|founders?|firms?|business(?:es)?|fintechs?|scale-?ups?|org\w*|CTOs?|leaders?|growth|trajectory|hiring|budgets?|bench)\b/i;

function between(text: string, a: Place, b: Place): string {
  return a.start < b.start ? text.slice(a.end, b.start) : text.slice(b.end, a.start);
}

function endsWithName(before: string, company: RegExp): boolean {
  const last = Array.from(before.matchAll(company)).at(-1);
  return last !== undefined && /^'s?(?: [\w'$€£.,]+){0,3} $/.test(before.slice(last.index + last[0].length));
}
