import { rememberSentences } from './remember.ts';
import { splitWords } from './sentences.ts';
import { stem } from './stem.ts';
import { isFunctionWord } from './word-weight.ts';

/** Words that mean the same subject in engineering sales; each family is one subject word. */
const FAMILIES = [
  'k8s kubernetes',
  'ml machine-learning',
  'ai artificial-intelligence genai llm',
  'gql graphql',
  'infosec security cybersecurity appsec secops',
  'qa quality-assurance testing test',
  'offshore offshoring nearshore nearshoring',
  'outsource outsourcing outsourced',
  'contractor contract-staff contractors freelancers freelancer',
  'augmentation staff-augmentation',
  'mobile ios android',
  'crm salesforce hubspot',
  'observability monitoring telemetry',
  'refactor refactoring rewrite rewriting replatform replatforming',
  'modernise modernize modernisation modernization overhaul revamp',
  'migrate migration move moving switch switching',
  'microservice microservices',
  'analytics analysis bi reporting',
  'recruit recruiting recruitment hiring hire',
  'ecommerce e-commerce',
  'pentest pen-test penetration-test penetration-testing',
  'sre reliability',
  'frontend front-end',
  'backend back-end',
  'datacentre datacenter data-centre data-center',
  'cloud cloud-native cloud-based aws azure gcp',
  'partner partnership partnering',
  'train training workshop workshops',
  'audit assessment review',
  'licence license licensing',
  'price pricing discount discounts',
  'sms texting text-message text-messages text-messaging',
  'sponsor sponsorship sponsoring sponsored',
  'lease leasing leased',
  'insure insurance insured',
  'agency agencies',
  'graduate graduates grads',
  'subscribe subscription subscriptions',
  'advertise advertising adverts advert ads',
  'locum locums',
];
const FAMILY_OF = new Map(
  FAMILIES.flatMap((family) =>
    family.split(' ').map((word): [string, string] => [stem(word), stem(family.split(' ')[0] ?? '')]),
  ),
);
/** Words that many subjects share: alone they do not say which subject is meant. */
const SHARED = new Set(
  `platform data team software system service solution product tool tooling strategy approach architecture adoption gap posture
  initiative programme program project plan idea suggestion proposal offer option model process practice work support service infrastructure
  stack engineering engineer developer development technology tech digital business company enterprise growth scale scaling capacity
  migration move switch overhaul redesign rewrite modernisation implementation integration rollout management automation optimization
  improvement transformation review audit assessment analysis report reporting upgrade consulting help hire hiring recruiting role people staff staffing
  senior junior external internal dedicated additional extra bench pod squad cost budget first time contract vendor provider supplier
  new current existing your our core app application feature user customer client performance quality delivery pipeline-work function based led
  driven powered enabled ready native side level space area world market part piece kind sort type thing topic subject direction use using adopt
  implement introduce build create migrate consider explore discuss try look run start run set`
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => FAMILY_OF.get(stem(word)) ?? stem(word)),
);
const SHARED_WEIGHT = 0.4;
/** What a mention must cover of a subject's weight: one telling word of two, or both of two shared ones. */
const COVER = 0.5;

/** A subject of talk as weighted subject words. */
export interface Topic {
  /** As the record puts it, for the reviewer. */
  label: string;
  words: Map<string, number>;
}

/** Subjects of two words that also go by one. */
const PHRASES: [phrase: RegExp, word: string][] = [
  [/\bpen(?:etration)?[- ]tests?(?:ing|er|ers)?\b/gi, 'pentest'],
  [/\bmachine[- ]learning\b/gi, 'ml'],
  [/\bartificial intelligence\b/gi, 'ai'],
  [/\bquality assurance\b/gi, 'qa'],
  [/\bsite reliability(?: engineering)?\b/gi, 'sre'],
  [/\bfront[- ]end\b/gi, 'frontend'],
  [/\bback[- ]end\b/gi, 'backend'],
  [/\bdata ?(?:ware)hous(?:e|es|ing)\b/gi, 'warehouse data'],
  [/\bcontinuous integration\b|\bci\/cd\b/gi, 'cicd'],
  [/\bmicro[- ]services?\b/gi, 'microservice'],
  [/\bstaff augmentation\b/gi, 'augmentation'],
];

/** Subject words of a text, families folded, hyphenated words taken apart as well. */
export const subjectWords = rememberSentences((text): readonly string[] => {
  const words: string[] = [];
  let plain = text.replaceAll('_', ' ');
  for (const [phrase, word] of PHRASES) plain = plain.replace(phrase, word);
  for (const word of splitWords(plain)) {
    const whole = FAMILY_OF.get(stem(word.lower));
    if (whole !== undefined) words.push(whole);
    else
      for (const part of word.lower.split(/[-/&]/))
        if (part.length > 1 && !isFunctionWord(part)) words.push(FAMILY_OF.get(stem(part)) ?? stem(part));
  }
  return words;
});

/** Null when the text names nothing that could be recognised again. */
export function topicOf(label: string): Topic | null {
  const words = new Map<string, number>();
  for (const word of subjectWords(label)) {
    if (!EMPTY.has(word)) words.set(word, SHARED.has(word) ? SHARED_WEIGHT : 1);
  }
  if (words.size === 0) return null;
  return { label: label.trim(), words };
}

/** True when `text` speaks of the topic. A topic of one shared word alone ("platform") is never sure. */
export function mentions(text: string, topic: Topic): boolean {
  const present = new Set(subjectWords(text));
  let total = 0;
  let found = 0;
  let hits = 0;
  for (const [word, weight] of topic.words) {
    total += weight;
    if (!present.has(word)) continue;
    found += weight;
    hits += 1;
  }
  if (hits === 0) return false;
  // A long label ("migrate the analytics stack to a cloud-native solution") is met by two of its words.
  if (topic.words.size >= 4 && found >= 1.4 && hits >= 2) return true;
  return found / total > COVER || (found / total >= COVER && hits > 1) || found >= 2;
}

/** Words of a refusal that are not its subject. */
const EMPTY = new Set(
  `reject rejected rejection decline declined suggestion suggested suggest prospect last interaction previous interest interested
  not no need needed right now moment year quarter time priority prioritise focus focusing thank appreciate currently already anything stay
  decide decided pursue evaluate evaluated recommend recommended recommendation pitch pitched said say told turned down idea proposal topic approach
  email call reply response request later maybe yet anymore any`
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => FAMILY_OF.get(stem(word)) ?? stem(word)),
);
