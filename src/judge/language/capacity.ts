import { remember } from './remember.ts';
import { splitWords } from './sentences.ts';

/**
 * What a sender sells by the day: people, crews, vehicles, space, machine time. A commitment ties up one
 * kind of it, or all of it; a draft may promise the same kind in other words, or another.
 */
export interface Capacity {
  /** Telling words, singular: "go", "engineer". Empty: everything the sender has. */
  words: readonly string[];
  kinds: ReadonlySet<string>;
  specialities: ReadonlySet<string>;
}

/** Families of nouns; two words of one line can stand for each other. */
const KINDS = families(`
tech: engineer engineering developer development dev programmer coder sre devops architect frontend backend fullstack
analyst: analyst scientist
consult: consultant consultancy adviser advisor implementation implementer onboarding rollout csm deployment golive
recruit: recruiter recruiting sourcer recruitment
agent: agent rep representative cx support handler helpdesk contact
driver: driver hgv courier chauffeur
vehicle: truck lorry trailer reefer fridge van wagon rig tractor flatbed tipper artic curtainsider coach bus minibus vehicle fleet tanker barge
plant: crane excavator digger dumper telehandler generator scaffold scaffolding forklift
storage: pallet position rack racking storage warehouse warehousing shelf container tank silo locker
film: film camera video shoot producer videographer photographer director cinematographer
test: tester pentest pentester pentesting penetration
fit: installer installation install fitter fitting electrician plumber roofer joiner carpenter welder technician mechanic rigger decorator plasterer bricklayer builder painter
clean: cleaner cleaning janitor janitorial housekeeper housekeeping
care: nurse nursing carer doctor locum clinician therapist physiotherapist paramedic midwife
teach: teacher tutor trainer training instructor lecturer facilitator
language: interpreter translator translation linguist interpreting
guard: guard guarding steward patrol doorman
finance: accountant bookkeeper bookkeeping auditor controller audit
law: lawyer paralegal solicitor attorney
design: designer design illustrator animator
write: writer copywriter editor copywriting
print: press printing printer
make: machine cnc moulding molding tooling kiln batch lathe mill production manufacturing line
lab: lab laboratory assay sequencing sequencer microscope
cater: chef caterer catering waiter bartender cook kitchen
stage: stage marquee venue room hall rigging lighting tent
survey: surveyor survey drone pilot
harvest: picker harvester combine
sell: sdr bdr seller closer
sow: gardener landscaper arborist
compute: gpu node server cluster
`);

/** What sets apart capacity of one kind: technologies, tongues, sorts of vehicle, times of day. */
const SPECIALITIES = families(`
react: react frontend
vue: vue frontend
angular: angular frontend
web: frontend javascript typescript svelte web ui
go: go golang backend
python: python django backend
java: java kotlin scala spring backend
ruby: ruby rails backend
php: php laravel backend
rust: rust backend
node: node backend
elixir: elixir backend
dotnet: dotnet backend
data: data dbt airflow spark snowflake etl analytics flink
ml: ml ai llm nlp mle
infra: devops sre infrastructure kubernetes cloud reliability
mobile: ios android mobile flutter swift
qa: qa
security: security appsec infosec
embedded: firmware fpga
erp: sap netsuite dynamics workday
crm: salesforce hubspot
cold: reefer fridge refrigerated chilled frozen cold temperature
ambient: ambient dry
flat: flatbed lowloader
tip: tipper
tank: tanker
box: curtainsider
electric: electrician electrical
plumb: plumber plumbing heating gas
roof: roofer roofing
wood: joiner carpenter joinery
weld: welder welding
german: german
french: french
spanish: spanish
polish: polish
dutch: dutch
arabic: arabic
mandarin: mandarin chinese
portuguese: portuguese
italian: italian
swedish: swedish
japanese: japanese
theatre: theatre scrub
icu: icu critical
paediatric: paediatric pediatric
maths: maths math
science: physics chemistry biology
litho: litho offset
paint: painter decorator
brick: bricklayer
plaster: plasterer
mechanic: mechanic
nurse: nurse nursing
doctor: doctor locum
carer: carer
therapy: therapist physiotherapist
chef: chef cook
wait: waiter bartender
coach: coach bus minibus
van: van
digital: digital
`);

/** Words of a record that say how something is tied up, or that it is people, but not which. */
const HOLLOW = new Set(
  `full time part half fulltime parttime reserved reservation exclusive exclusivity booked booking engagement contract contracted client
  customer project retainer hold held allocation allocated capacity availability commitment committed block blocked delivery placement
  assignment sow msa framework internal external other misc prior existing current standing firm soft tentative confirmed programme
  program seasonal peak people person staff team crew squad pod bench pool unit group headcount resource resourcing all whole entire
  company sender our the own of and for in on one two three four five six seven eight nine ten both every senior junior mid lead
  embedded dedicated active slot hour day week month work workforce personnel worker operative specialist expert contractor
  professional service user none general total overall everything everyone available rolling fixed term long short size`
    .split(/\s+/)
    .filter(Boolean),
);

/** Nouns that stand for any people or any room there is. */
const GENERIC = new Set(
  `people person hand staff team crew squad pod bench specialist expert folk lad capacity slot space resource personnel operative worker
  contractor professional candidate talent freelancer temp availability`
    .split(/\s+/)
    .filter(Boolean),
);

const EVERYTHING: Capacity = { words: [], kinds: new Set(), specialities: new Set() };

/** The capacity that words of a record name ("go_engineering_bench"); everything when they tell nothing. */
export const capacityOf: (named: string) => Capacity = remember((named) => {
  const words = tokens(named.replace(/([a-z])([A-Z])/g, '$1 $2')).filter(
    (word) => !HOLLOW.has(word) && !/^\d+$/.test(word),
  );
  if (words.length === 0) return EVERYTHING;
  // "warehouse forklift drivers" are drivers: the last word that names a kind is the head.
  const head = words.findLast((word) => KINDS.has(word));
  const kinds = new Set(head === undefined ? [] : KINDS.get(head));
  const specialities = new Set(words.flatMap((word) => SPECIALITIES.get(word) ?? []));
  // "backend bench": the speciality of a trade names the trade.
  if (kinds.size === 0 && [...specialities].some((one) => TECHNICAL.has(one))) kinds.add('tech');
  return { words, kinds, specialities };
});

const TECHNICAL = new Set(
  'react vue angular web go python java ruby php rust node elixir dotnet data ml infra mobile qa embedded'.split(
    ' ',
  ),
);

export function isEverything(capacity: Capacity): boolean {
  return capacity.words.length === 0;
}

/** How a sentence speaks of a capacity. */
export interface Spoken {
  /** `same`: by its own name; `any`: only in words for any capacity; `other`: of another kind; `none`. */
  of: 'same' | 'any' | 'other' | 'none';
  /** Told in number: "three", "a full crew", "our". */
  counted: boolean;
}

const COUNT =
  /^(?:\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|hundred|dozen|couple|pair|both|another|few|several|some|our|my|the|these|those|full|whole|entire|all)$/;
/** "Three of our best": people, whoever they are. */
const OF_OURS = /\bof (?:our|my) (?:very )?(?:own|best|finest|most|people|strongest|top)\b|\bof ours\b/i;
const NOT_OURS = /^(?:your|their|his|her|its|whose)$/;

/** Reads a sentence for `capacity`. Nouns the prospect owns ("your drivers") are none of the sender's. */
export function spokenOf(sentence: string, capacity: Capacity): Spoken {
  const words = splitWords(sentence).flatMap((word) => tokens(word.lower));
  let same = false;
  let any = OF_OURS.test(sentence);
  let other = false;
  let counted = any;
  for (const [at, word] of words.entries()) {
    const kinds = KINDS.get(word);
    const own =
      capacity.kinds.size === 0
        ? capacity.words.some((one) => root(one) === root(word))
        : kinds?.some((kind) => capacity.kinds.has(kind)) === true;
    const generic = GENERIC.has(word);
    if (!own && !generic && kinds === undefined) continue;
    const lead = words.slice(Math.max(0, at - 4), at);
    if (lead.slice(-3).some((one) => NOT_OURS.test(one))) continue;
    const isCounted = lead.some((one) => COUNT.test(one));
    if (own) {
      if (differs([...lead, word], capacity)) other = true;
      else if (isUnspecific([...lead, word], capacity)) other = true;
      else {
        same = true;
        counted ||= isCounted;
      }
    } else if (generic) {
      const named = lead.slice(-2);
      const foreign = named.some((one) => KINDS.has(one)) || differs(named, capacity);
      if (foreign && !isEverything(capacity)) other = true;
      else {
        any = true;
        counted ||= isCounted;
      }
    } else if (isEverything(capacity)) {
      same = true;
      counted ||= isCounted;
    } else if (isCounted) other = true;
  }
  const of = same ? 'same' : other ? 'other' : any ? 'any' : 'none';
  return { of, counted };
}

/** Both are special, and in nothing alike: data engineers are no frontend engineers. */
function differs(words: readonly string[], capacity: Capacity): boolean {
  if (capacity.specialities.size === 0) return false;
  if (words.some((word) => capacity.words.includes(word) && SPECIALITIES.has(word))) return false;
  const named = words.flatMap((word) => SPECIALITIES.get(word) ?? []);
  return named.length > 0 && !named.some((one) => capacity.specialities.has(one));
}

/** "Three engineers" need not be the Rust engineers that are promised elsewhere. */
function isUnspecific(words: readonly string[], capacity: Capacity): boolean {
  const technical = [...capacity.specialities].some((one) => TECHNICAL.has(one));
  return technical && !words.some((word) => SPECIALITIES.has(word));
}

function tokens(text: string): string[] {
  return text
    .toLowerCase()
    .replace(/\b(front|back)[- _]end\b/g, '$1end')
    .replace(/\bfull[- _]stack\b/g, 'fullstack')
    .replace(/\bpen(?:etration)?[- _]?test/g, 'pentest')
    .replace(/\bgo[- _]live\b/g, 'golive')
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
    .map(singular);
}

/** "weld" of welders and welding. */
function root(word: string): string {
  return word.length < 6 ? word : word.replace(/(?:ing|er|or|ment|ation|ist)$/, '');
}

function singular(word: string): string {
  if (word.length <= 3 || /(?:ss|[^p]us|is)$/.test(word)) return word;
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (/(?:ch|sh|x|ss)es$/.test(word)) return word.slice(0, -2);
  return word.endsWith('s') ? word.slice(0, -1) : word;
}

/** The work beside the worker: "welding" beside "welder". */
function withTrade(member: string): string[] {
  return /[^aeiou]er$/.test(member) && member.length > 6 ? [member, `${member.slice(0, -2)}ing`] : [member];
}

/** "family: word word", a line each, as a map from word to families. */
function families(table: string): Map<string, string[]> {
  const map = new Map<string, string[]>();
  for (const line of table.trim().split('\n')) {
    const [family = '', members = ''] = line.split(': ');
    for (const member of members.split(' ').flatMap(withTrade)) {
      const word = singular(member);
      map.set(word, [...(map.get(word) ?? []), family]);
    }
  }
  return map;
}
