import { type Sentence, clauseAt } from './sentences.ts';
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
}

const PEOPLE =
  '(?:engineers?|developers?|devs?|coders?|programmers?|hires?|technical hires?|engineering hires?|tech hires?|employees?|teammates?|engineering team|dev(?:elopment)? team|tech(?:nical)? team|product team|team members?|team|staff)';
const COUNT =
  '(?:one |two |three |four |five |six |ten |\\d{1,2} |few |couple of |handful of |ever |real |full-time |in-house |technical |engineering |software |core |dedicated |key |product )*';

const CUES: Cue[] = [
  {
    low: 0,
    high: 1,
    pattern:
      /\b(?:(?:very |super |truly |an? )?early[- ]stage(?! (?:project|conversation|discussion|prototype of|idea of|pipeline|talks|research|discovery|design|planning|work|draft|cancer|disease|drug|trial|compound|programme|program|investors?|fund))|(?:early|earliest) (?:stages? of (?:building|growing|your|the) (?:\w+ )?(?:compan\w*|team|engineering|business|journey|life|startup)|growth stage|growth(?= \w*(?:stage|phase)|[.,!])|days of (?:building|your (?:company|startup|team))))\b/gi,
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

const ROUND_NAME =
  /\b(?:(late|post)[- ])?(?:Series[- ]([A-K])\b|(pre-?seed)\b|(seed)(?=[- ](?:stage|round|funding|funded|backed|companies|startups?|start-ups|company|raise|teams?|founders?|level|money|investment|and|or|to|through)\b))(?:[- ](?:level|stage|backed|funded))?/gi;

/** Stage language of a sentence that is about the reader or about whom the offer is for. */
export function stageTalk(sentence: Sentence, company: RegExp | null): StageTalk[] {
  const text = sentence.text;
  if (ANY_STAGE.test(text)) return [];
  const found = [...cueTalk(sentence, company), ...kindTalk(text, company), ...roundTalk(sentence, company)];
  return found.filter(({ start, end }) => !turnedAround(text, start, end)).sort((a, b) => a.start - b.start);
}

function kindTalk(text: string, company: RegExp | null): StageTalk[] {
  return Array.from(text.matchAll(KIND)).flatMap((match): StageTalk[] => {
    const end = match.index + match[0].length;
    if (!isReader(text.slice(end), company)) return [];
    const [low, high]: [Stage, Stage] = match[2]
      ? [5, 5]
      : match[1]
        ? [3, 5]
        : [0, match[3]?.startsWith('s') ? 2 : 1];
    return [{ start: match.index, end, low, high, outright: low === 5 }];
  });
}

/** The text begins with the reader or the reader's company. */
function isReader(text: string, company: RegExp | null): boolean {
  return /^\s?yours?\b|^\s?you\b/i.test(text) || (company !== null && [0, 1].includes(text.search(company)));
}

function cueTalk(sentence: Sentence, company: RegExp | null): StageTalk[] {
  const { text } = sentence;
  return CUES.flatMap(({ low, high, pattern, weak }) =>
    Array.from(text.matchAll(pattern)).flatMap((match): StageTalk[] => {
      const start = match.index;
      const end = start + match[0].length;
      if (/^start-?up/i.test(match[0]) && !startupAddressed(text.slice(0, start), text.slice(end), company))
        return [];
      const said = addressed(sentence, start, end, company);
      if (!said || (weak && said === 'audience' && OTHERS_PRODUCT.test(text.slice(end)))) return [];
      return [{ start, end, low, high, outright: said === 'outright' }];
    }),
  );
}

/** "startups" is said of many; it speaks to the reader only as whom the offer is for or what they are. */
function startupAddressed(before: string, after: string, company: RegExp | null): boolean {
  const like = /^,? (?:like|such as) /i.exec(after);
  if (like) return isReader(after.slice(like[0].length), company);
  if (
    /^[ -](?:customers?|clients?|program\w*|partners?|accelerator|community|ecosystem|founders? you|hubs?|credits?|week|events?|scene|investments?|portfolio|tier|plan|edition|offer|days)\b/i.test(
      after,
    )
  )
    return false;
  return /\b(?:help(?:s|ed|ing)?|support(?:s|ing)?|work(?:s|ing)? with|serv(?:e|es|ing)|for|as an?|you(?:'re| are) an?|your|staff(?:s|ing)?|equip(?:s|ping)?|match(?:es|ing)?|partner(?:s|ing)? with|enabl(?:e|es|ing)|speciali[sz]e in|focus(?:es|ed)? on|get(?:s|ting)?|lets?|give(?:s)?)(?: (?!the\b)\w+){0,2} $/i.test(
    before,
  );
}

/** "enterprise clients", "startup customers of yours": whom the reader sells to. */
const OTHERS_PRODUCT = /^\s*(?:customers?|clients?|buyers?|accounts?|users?)\b/i;

/** Rounds named: "Series B companies" are an audience of B; "seed and Series A companies" of both. */
function roundTalk(sentence: Sentence, company: RegExp | null): StageTalk[] {
  const { text } = sentence;
  const rounds = Array.from(text.matchAll(ROUND_NAME)).map((match) => {
    const letter = match[2]?.toUpperCase();
    const stage: Stage = match[3] ? 0 : match[4] ? 1 : letter === 'A' ? 2 : letter === 'B' ? 3 : 4;
    return { start: match.index, end: match.index + match[0].length, stage };
  });
  return rounds.flatMap((round, at): StageTalk[] => {
    const { start, end, stage } = round;
    const before = text.slice(0, start);
    const after = text.slice(end);
    if (FUTURE.test(before) && !AUDIENCE_NOUN.test(after)) return [];
    const listed = rounds.filter(
      (other, i) =>
        i === at || /^\s*(?:,|and|or|to|through|&|\/|-|\s)+\s*$/i.test(between(text, round, other)),
    );
    const low = Math.min(...listed.map((one) => one.stage)) as Stage;
    const high = Math.max(...listed.map((one) => one.stage)) as Stage;
    const owned = OWNED.test(before) || (company !== null && endsWithName(before, company));
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
const AS_STAGE =
  /\b(?:as an?|at(?: an?| the)?|being an?|you(?:'re| are)(?: now| already| currently)?(?: an?| at| in)?|is(?: now)?(?: an?| at)|with|given)(?: \w+)?(?: (?:late|early|recent))? $/i;
const NEWS =
  /\b(?:congrat\w*|kudos|recent(?:ly)?|just|new|latest|fresh(?:ly)?|this (?:week|month|quarter)|last (?:week|month)|well done|exciting news|announc\w+)\b/i;
const AUDIENCE_NOUN =
  /^[- ]?(?:(?:,|and|or|to|through|&|\/) ?(?:pre-?seed|seed|series [a-k])[- ]?)*(?:(?:stage|funded|backed|growth)\s?){0,2}\s?(?:[\w-]+ ){0,2}?(?:compan(?:y|ies|ys)|start-?ups?|teams?|founders?|firms?|business(?:es)?|fintechs?|scale-?ups?|org\w*|CTOs?|leaders?|growth|trajectory|hiring|budgets?|bench)\b/i;

function between(text: string, a: { start: number; end: number }, b: { start: number; end: number }): string {
  return a.start < b.start ? text.slice(a.end, b.start) : text.slice(b.end, a.start);
}

function endsWithName(before: string, company: RegExp): boolean {
  const last = Array.from(before.matchAll(company)).at(-1);
  return last !== undefined && /^'s?(?: [\w'$€£.,]+){0,3} $/.test(before.slice(last.index + last[0].length));
}

/** "You serve startups": the reader's customers. "We are a public company": the sender. */
const READERS_OWN =
  /\byou(?:'ve| have|r (?:team|company))?(?: \w+ly)? (?:serves?|sells? to|supports?|acquired?|bought|works? with|helps?|partners? with|advises?|invests? in|power|built? for|back|fund|bank|insure|count)\b[^.,;]*$/i;
const SENDERS_OWN =
  /\b(?:we|i|our (?:company|firm|team))(?:'re| are| is|'ve| have| has| run| operate| grew| began| started)(?: not| also| now)? (?:an?|offices|grown|hubs|the|out|as|people|teams|\w+ed)\b(?!(?: \w+){0,6} (?:for|help\w*|serv\w*|working with|work with)\b)[^.;]*$/i;

/** "We used to run hiring for a public company": one case from the sender's past. */
const STORY =
  /\b(?:we|i|our \w+)\b[^.;]*\b(?:used to|\w{3,}ed|built|ran|led|took|cut|grew|found|got|brought|kept|put|sent|saw)\b[^.;]*\b(?:an?|one|another) (?:\w+[- ]){0,2}$/i;

/** A clause about what the sender did, without a word on the reader. */
const OWN_PAST =
  /^(?:\w+,? ){0,2}(?:we|i)(?:'ve| have)? (?:used to|once|\w{3,}ed|built|ran|led|took|grew|came|began|spent|was|were)\b/i;

/** Whether a cue speaks of the reader (outright), of whom the offer is for (audience), or of others. */
function addressed(
  sentence: Sentence,
  start: number,
  end: number,
  company: RegExp | null,
): 'outright' | 'audience' | null {
  const { text } = sentence;
  const before = text.slice(0, start);
  const after = text.slice(end);
  const said = clauseAt(sentence, sentence.start + start)?.text ?? text;
  const own = /\b(?:you|your|you're|you've|yours|yourself)\b/i;
  const named = company !== null && text.search(company) >= 0;
  if (READERS_OWN.test(before) || SENDERS_OWN.test(before)) return null;
  if (STORY.test(before)) return null;
  // A story about somebody else: "we helped Kobo when they were early-stage".
  if (/\b(?:when|while|back when) (?:they|he|she|we|i|it) (?:was|were)\b/i.test(before) && !own.test(after))
    return null;
  if (
    /\b(?:i|we)(?:'ve| have)? (?:was|were|worked at|came from|started (?:as|at|in)|began|joined|ran|led|founded)\b/i.test(
      before,
    ) &&
    !own.test(before)
  )
    return null;
  if (/\b(?:our|my) (?:own )?(?:\w+ )?$/i.test(before)) return null;
  if (
    /\b(?:as an?|you(?:'re| are)(?: \w+)?(?: in| at| an?)?|being an?|is(?: \w+)?(?: in| at| an?)?) (?:\w+[ -]){0,2}$/i.test(
      before,
    ) &&
    (own.test(text) || named)
  )
    return 'outright';
  if (OWN_PAST.test(said) && !own.test(said)) return null;
  if (own.test(text) || named) return 'audience';
  if (
    /\b(?:we|i|tenacious|our (?:team|engineers|bench|platform|service))\b[^.?!]*\b(?:help|helps|work|works|support|supports|place|places|serve|staff|staffs|speciali[sz]e|specialises|specializes|partner|build|built|focus|match|offer|offers|are|is|provide|enable|equip)\b/i.test(
      before,
    )
  ) {
    // "we helped a seed-stage client" tells of one case, not of whom this is for.
    return /\b(?:helped|worked with|staffed|placed|supported|built|partnered with) (?:an?|one|the|another|our) (?:\w+ ){0,2}$/i.test(
      before,
    )
      ? null
      : 'audience';
  }
  if (
    /\b(?:for|helps?|helping|built for|made for|designed for|aimed at|perfect for|ideal for|great for|suited (?:to|for)|tailored (?:to|for)|affordable|looking to|ready to|time to|need to|want to)\b/i.test(
      before,
    )
  )
    return 'audience';
  if (
    /\b(?:our|we)\b[^.?!]{0,30}\b(?:engineers|developers|team|bench|people|specialists|know|bring|handle|cover|have|can)\b/i.test(
      after,
    )
  )
    return 'audience';
  if (
    /^\s*(?:teams?|compan\w+|start-?ups?|founders?|businesses)?\s*(?:need|want|deserve|love|often|usually|typically|struggle|is (?:our|what)|are (?:our|what)|- that is)/i.test(
      after,
    )
  )
    return 'audience';
  return null;
}

/** Said to be over, not so, or only one part of what is served. */
function turnedAround(text: string, start: number, end: number): boolean {
  const before = text.slice(0, start);
  const after = text.slice(end);
  const near = before.slice(-60);
  return (
    /(?:\b(?:not|no longer|never|isn't|aren't|wasn't|weren't|don't|doesn't|won't|hardly|rather than|instead of|unlike|without|beyond|past|well past|long past|outgrown?|outgrew|graduated from|moved (?:on|past|beyond)|left behind|behind you|other than|anything but|far from|more than|than|not just|not only)\b|n't)(?: (?:an?|the|your|just|only|need|have|want|require|feel|look|sound|being|hiring|building|looking|another|one|of|like|some|merely|simply|in|at|that|those|for|to|hire|build|typical|usual|first|\w+ing)){0,5}\s*$/i.test(
      near,
    ) ||
    (/\b(?:since|from|after|during|back in|in|remember) (?:the|your|those|its)(?: very)?(?: (?:early|first|scrappy))? *$/i.test(
      near,
    ) &&
      /^(?:early|earliest|days|scrappy|MVP|first|initial|startup|start-up)/i.test(text.slice(start)) &&
      !/^(?:early stages? of|initial|first)/i.test(text.slice(start))) ||
    /^[\w ,'-]{0,25}\b(?:any ?more|no longer|behind you|is over|are over|years ago|long ago|too\b|as well\b|back then|in the past|in 20\d\d)/i.test(
      after,
    ) ||
    /\b(?:also|even|once|used to be|you (?:hired|built|shipped|launched|had|found|reached)|have (?:already )?(?:built|hired|shipped|launched|found))\b[^,.;]{0,25}$/i.test(
      near,
    )
  );
}
