import { type NameHit, properNames } from './names.ts';
import { isPlace } from './places.ts';
import { rememberSentences } from './remember.ts';
import { splitSentences } from './sentences.ts';

/** Names used as tools, not as companies, when they are not at the head of a "companies like". */
const TOOLS = new Set([
  ...`aws gcp azure kubernetes k8s docker terraform ansible helm istio linux react angular vue svelte next.js node node.js express django
  flask fastapi rails ruby python java javascript typescript golang go rust scala kotlin swift elixir php laravel perl c++ c# .net graphql
  rest grpc kafka rabbitmq airflow dbt spark hadoop flink postgres postgresql mysql redis elasticsearch cassandra bigquery redshift
  looker tableau pandas jenkins circleci prometheus grafana sentry jira confluence trello android ios flutter pytorch tensorflow keras
  mlflow langchain microservices soc iso gdpr hipaa sox pci dss pci-dss s3 ec2 lambda nosql sql html css webassembly ros ros2 calendly g2
  crunchbase techcrunch glassdoor gartner forrester substack`.split(/\s+/),
  'ruby on rails',
  'react native',
  'power bi',
  'github actions',
  'google cloud',
  'google cloud platform',
  'amazon web services',
  'microsoft azure',
  'google meet',
  'google calendar',
  'microsoft teams',
  'product hunt',
  'y combinator',
]);
const PEER_NOUN =
  /\b(?:compan(?:y|ies)|firms?|start-?ups?|scale-?ups?|teams?|business(?:es)?|peers?|organi[sz]ations?|clients?|customers?|players?|leaders?|brands?|fin-?techs?|health-?techs?|ed-?techs?|insur-?techs?|banks?|neobanks?|lenders?|insurers?|hospitals?|retailers?|manufacturers?|utilities|operators?|carriers?|names?|others|references?|those|ctos?|founders?|leaders?|sellers?|providers?|unicorns?|competitors?|neighbou?rs?|groups?|shops?|marketplaces?|agencies|universities|schools?|studios?|vendors?|enterprises?|outfits?|orgs?|innovators?|counterparts?|similar|everyone|everybody|company|crowd|at it|households?|giants?|likes)\b/i;
const TOOL_NOUN =
  /\b(?:suppliers?|wholesalers?|hauliers you use|couriers|card schemes|tools?|tooling|stack|languages?|frameworks?|technolog(?:y|ies)|platforms?|services|skills?|experience|integrations?|librar(?:y|ies)|databases?|clouds?|cit(?:y|ies)|markets|hubs?|countr(?:y|ies)|channels?|days?|people|engineers?|developers?|candidates?|colleagues?|investors?|funds?|standards?|features?|benefits?|issues?|topics?|areas?|fields?|domains?|events?|sites?|sources?|metrics?|problems?|challenges?|things?|words?|terms?|protocols?|formats?|systems|apps?|models?|regimes?|regulat\w+|schools of)\s*,?\s*$/i;
/** "clinics like", "hauliers in Spain such as": whatever there are several of. */
const PLURAL =
  /(?<!\p{L})\p{L}\p{Ll}{2,}s(?:,? (?:in|of|across|from|around) [\p{L} ]{2,30}| you (?:may )?know)?,?\s*$/u;
const LIKE =
  /\b(?:like|such as|including|includes?|e\.g\.?,?|namely|for example,?|for instance,?|similar to|alongside|among them|being)\s*(?:the (?:likes|teams?|folks) (?:of|at) |teams? at |folks at |\d\)\s*|[-*]\s*)?$/i;
const LISTED = /(?::|\bare|\bfollowing)\s*(?:\n\s*)?(?:\d[).]\s*|[-*•]\s*)?$/i;
const WORKED =
  /\b(?:helped|helping|worked (?:closely )?(?:with|for)|(?:our|the) work (?:with|for|at)|working with|work with|supported|supporting|partnered with|partner with|trusted by|used by|chosen by|served|serving|serve|onboarded|staffed|backed by clients|(?:clients?|customers?|references?|peers?|companies|firms|startups) (?:are|include|at)|(?:did|done|built|delivered|ran|rolled out|placed|embedded|deployed|staffed|shipped|scaled|run|seen|see|saw|watched) (?:[\w,'-]+ ){0,9}(?:at|for|with|from)|(?:teams?|engineers?|leaders?|leads?|colleagues|squads?|pods?|ctos?|vps?|founders?|friends|results?|outcomes?|case stud(?:y|ies)|stor(?:y|ies)|engagements?|projects?|programmes?|counterparts?|folks|peers?) (?:at|with|from|for)|what (?:worked|we (?:did|do)) (?:at|for|with)|same (?:\w+ ){0,4}(?:at|for|with|as)|just like|much like|same as|as (?:we )?(?:did|do) (?:at|for|with))\s+(?:the (?:teams? (?:at|behind) |folks at |likes of ))?$/i;
const THEIR_VERB =
  /^(?:'s?)?\s*(?:(?:team|teams|engineers|engineering)\s+)?(?:(?:have|has|are|is|both|all|recently|already|now|each|too|also|successfully)\s+)*(?:use[sd]?|using|trust(?:s|ed)?|saw|seen|see(?:ing)?|chose|choose|chosen|rel(?:y|ies|ied|ying)|scal(?:ed|e|ing)|cut|grew|grown|doubled|tripled|halved|reduced|switched|work(?:s|ed)?|partner(?:s|ed)?|ran|run(?:s|ning)?|shipped|hired|adopted|picked|turned|came|faced?|facing|had|did|went|achieved?|accelerat\w+|moved|found|leverag\w+|benefit\w*|turn|closed|filled|extended|added|built|solved|took|brought|augment\w*)\b/i;
const GAP =
  /^(?:\s*\([^)]*\))?(?:\s|,|;|\/|&|•|\band\b|\bor\b|\bplus\b|\bas well as\b|\balongside\b|\bthen\b|\d{1,2}[).]|[-*](?=\s))*$/i;
/** After the names: they are what people know, not where they work. */
const AS_SKILL =
  /^\s*(?:experience|skills?|expertise|knowledge|certif\w+|background|engineers?|developers?|specialists?|consultants?|integrations?|stack|projects?|migrations?|implementations?|profiles?)\b/i;
/** A slot of a template that was to hold a peer's name. */
const SLOT =
  /[[{<]{1,2}\s*(?:[\w -]{0,20}[ _-])?(?:peers?|competitors?|clients?|customers?|references?|similar|company (?:name )?[a-z1-9]|local compan(?:y|ies))(?![a-z])[\w -]{0,20}[\]}>]{1,2}/gi;

/** Names that `text` cites as peers or references ("firms like X and Y", "X, Y and Z use us"). */
export function peerNames(text: string): NameHit[] {
  const names: NameHit[] = [];
  for (const sentence of splitSentences(text)) {
    for (const found of chains(sentence.text)) {
      const chain = found.map((hit) => movedHit(hit, sentence.start));
      const first = chain[0]!;
      const last = chain.at(-1)!;
      const from = text.lastIndexOf('\n\n', first.start) + 1;
      const before = text.slice(Math.max(from, first.start - 140, 0), first.start);
      if (isPeerChain(before, text.slice(last.end, last.end + 120), chain.length)) names.push(...chain);
    }
  }
  return names;
}

/** Unfilled slots for peers, such as "[Peer Company]". */
export function peerSlots(text: string): NameHit[] {
  return Array.from(text.matchAll(SLOT), (match) => ({
    name: match[0],
    start: match.index,
    end: match.index + match[0].length,
  }));
}

/**
 * Several names at the head of a clause with a verb of theirs, in a sentence that sets them beside the
 * prospect ("A, B and C have gone the same way, so you would be among peers").
 */
const HEADS_CLAUSE =
  /(?:^|[.!?\n:;]\s*|,\s+|\b(?:and|but|because|so|since|that|as|while|your peers?,?|the likes of)\s+)$/i;
const SET_BESIDE =
  /\b(?:peers?|same (?:way|road|route|thing|path|move|step|boat|page|problem|story)|like you(?:rs?)?|(?:just|much) like|good company|compare[ds]? you|compared? (?:to|with)|compare you|the bar|benchmark|at it|your (?:league|class|size|competitors?|rivals?|neighbou?rs)|rivals?|competitors?|already (?:do|does|use|run|have|on)|on board|signed up|followed suit|ahead of you|beat you to|all (?:use|using|doing|do|did|run|running|chose|leasing|gone|went|moved|made|signed|switched|have|buy|trust|on)|customers? of|clients? of|in your (?:space|trade|sector|industry|market)|others? (?:in|like)|joined|do it|done it|made the (?:move|switch|change))\b/i;

/** What the product reads, ships by or sells through: nobody's peer. */
const WITH_OUR_WARES =
  /\b(?:it|which|that|this|product|tool|system|app|platform|software|api|plug-?in|feed|connector)s? (?:also |already |only |just )?works? (?:\w+ )?(?:with|for|alongside|on top of)\s+$|\b(?:integrat\w+|sync\w*|connect\w*|plug\w*|export\w*|import\w*|couriers?|carriers?|parcels?|cards?|ships?|shipp\w+|labels|payments?|wholesale|stock(?:ed|ists?)?|listed|sell(?:s|ing)?|sold|formerly|previously|ex-\w+|alumni|careers?|came from|come from|background)\b[^.!?\n:]{0,30}\b(?:with|to|by|in|into|at|from|for|through|on)\s+$/i;

function isSetBeside(before: string, after: string, length: number): boolean {
  if (length < 2 || !HEADS_CLAUSE.test(before)) return false;
  const lead = sentenceBegun(before);
  const rest = /^[^.!?\n]*/.exec(after)?.[0] ?? '';
  return SET_BESIDE.test(`${lead} | ${rest}`) && /^[\s,]*\p{Ll}/u.test(rest);
}

/** What of `before` is of the sentence or line that goes on behind it. */
function sentenceBegun(before: string): string {
  return before.slice(1 + Math.max(...['.', '!', '?', '\n'].map((stop) => before.lastIndexOf(stop))));
}

function isPeerChain(before: string, after: string, length: number): boolean {
  if (AS_SKILL.test(after)) return false;
  const like = LIKE.exec(before);
  if (like !== null) {
    const head = before.slice(0, like.index);
    return !TOOL_NOUN.test(head) && (PEER_NOUN.test(head.slice(-90)) || PLURAL.test(head));
  }
  if (WITH_OUR_WARES.test(before)) return false;
  if (WORKED.test(before) || isSetBeside(before, after, length)) return true;
  if (
    /\b(?:your|their|our|the) (?:\p{L}+ )?(?:peers?|rivals?|competitors?|neighbou?rs?|counterparts?)(?: at)?[,:]?\s+$/iu.test(
      before,
    )
  )
    return true;
  const line = before.slice(before.lastIndexOf('\n') + 1);
  if (/^\s*(?:[-*•]|\d{1,2}[).])\s*$/.test(line)) return PEER_NOUN.test(headingOf(before));
  const sentence = sentenceBegun(before);
  if (LISTED.test(before) && PEER_NOUN.test(sentence.slice(-100)))
    return length > 1 || /\d[).]\s*$|[-*•]\s*$/.test(before);
  if (!THEIR_VERB.test(after)) return false;
  return length > 1 || /\b(?:us|our|we)\b/.test(after);
}

/** The line that opens the list an item stands in ("Clients include:"); empty when there is none. */
function headingOf(before: string): string {
  const lines = before.split('\n').slice(0, -1);
  const heading = lines.findLast((line) => !/^\s*(?:[-*•]|\d{1,2}[).])/.test(line)) ?? '';
  return heading.trimEnd().endsWith(':') ? heading : '';
}

function movedHit({ name, start, end }: NameHit, by: number): NameHit {
  return { name, start: start + by, end: end + by };
}

/** Runs of names joined by commas, "and", list numbers. */
const chains = rememberSentences((sentence): readonly (readonly NameHit[])[] => {
  const result: NameHit[][] = [];
  for (const hit of properNames(sentence)) {
    const chain = result.at(-1);
    const last = chain?.at(-1);
    if (chain !== undefined && last !== undefined && GAP.test(sentence.slice(last.end, hit.start)))
      chain.push(hit);
    else result.push([hit]);
  }
  return result
    .map((chain) => chain.filter((hit) => !isPlace(hit.name) && !TOOLS.has(hit.name.toLowerCase())))
    .filter((chain) => chain.length > 0);
});
