import { PUBLIC } from './attribution.ts';
import { isPlace } from './places.ts';
import { rememberSentences } from './remember.ts';
import type { Piece, Sentence } from './sentences.ts';
import { splitWords } from './sentences.ts';

/**
 * Words that belong to one trade and to hardly any other. A draft that tells the reader of "our talk" about
 * things of a trade that is not theirs was written from another customer's notes.
 */
const TRADES = [
  'dental dentist dentists dentistry orthodontic orthodontics orthodontist hygienist hygienists invisalign braces',
  'veterinary vet vets kennels cattery neutering spaying',
  'hospital hospitals patients patient ward wards clinicians clinician surgeons surgeon surgical nurses physiotherapy radiology oncology',
  'pharmacy pharmacies pharmacist pharmacists dispensary prescriptions',
  'conveyancing solicitors solicitor barristers barrister paralegals litigators',
  'lettings tenancies landlords landlord leaseholders tenants',
  'hotel hotels guestrooms housekeeping concierge hostel hostels innkeeper',
  'restaurant restaurants diners waiters sommelier brasserie bistro takeaway sous-chef menus',
  'brewery breweries brewing kegs casks taproom hops distillery distilling',
  'bakery bakeries sourdough patisserie croissants',
  'vineyard vineyards winery wineries grapes vintages',
  'school schools pupils pupil classrooms classroom headteacher sixth-form kindergarten nursery',
  'university universities undergraduates lecturers faculty dormitories',
  'haulage hauliers lorries lorry hgv hgvs tachograph tachographs truckers trucking tractors',
  'shipping vessel vessels shipyard shipyards stevedores dockside marina yachts yacht',
  'airline airlines aircraft cabin-crew hangar pilots runway-lights airport',
  'construction scaffolding scaffolders bricklayers roofers roofing joinery plasterers groundworks housebuilder',
  'dairy herd herds cattle lambs lambing silage poultry farmhouse crops tractor harvest',
  'garden greenhouse greenhouses seedlings nurseries florist florists bouquets',
  'mortgage mortgages borrowers remortgage lenders',
  'insurance policyholders underwriters underwriting actuaries reinsurance',
  'salon salons hairdressers stylists beauticians manicure',
  'gym gyms treadmills personal-trainers pilates yoga',
  'church parish parishioners congregation diocese vicar',
  'casino casinos bookmaker bookmakers betting punters',
  'semiconductor wafers wafer lithography foundry',
  'oilfield drilling rigs refinery refineries petrochemical',
  'solar turbines photovoltaic windfarm inverters',
  'funeral funerals undertaker undertakers crematorium',
  'kayaks kayak paddles surfboards snowboards',
  'garage garages mechanics bodyshop dealership dealerships tyres mot',
  'museum museums gallery galleries curators exhibits',
  'theatre theatres cinema cinemas box-office audiences',
  'fashion garments apparel dresses knitwear boutiques',
  'jewellery jeweller jewellers necklaces engagement-rings',
  'toys dolls jigsaws board-games',
];
const TRADE_OF = new Map(
  TRADES.flatMap((words, trade) => words.split(' ').map((word): [string, number] => [single(word), trade])),
);

/** Inflection only: a stem would make one word of "dealership" and "deal". */
function single(word: string): string {
  return word.length > 4 && word.endsWith('s') ? word.slice(0, -1) : word;
}

/** Says that the reader told or agreed what follows. */
const SHARED_HISTORY =
  /\b(?:as (?:we|you|you'd|you had)(?:'ve| have)? (?:just |already )?(?:discussed|agreed|said|mentioned|explained|described|noted|asked|requested|put it|spoke|talked)|as (?:discussed|agreed|requested|mentioned)|you(?:'d|'ve| had| have)? (?:said|told (?:me|us)|mentioned|explained|asked (?:me|us|about|for|whether)|described|wrote|raised)|(?:when|since|after) we (?:spoke|talked|met)|(?:on|from|after|following) (?:our|the|your|last|this|yesterday's) (?:\w+ )?(?:call|chat|conversation|meeting|email|note|visit|demo)|per your|your (?:note|email|message|question|request) (?:about|on|re)|i(?:'ve| have) noted (?:that|the|your)|coming back to (?:the|your))\b/i;
const sharesHistory = rememberSentences((text) => SHARED_HISTORY.test(text));
const OF_OTHERS =
  /\b(?:clients?|customers? of ours|another|others|elsewhere|like (?:a|an)|similar|we (?:did|do|built|run|work|helped|work with|also)|they|their|used to|for example|e\.g|such as|instance|sponsor\w*|near|opposite|next to|daughter|son|wife|husband|kids|lunch|dinner|dentist's?$)\b/i;

/** What the record says the reader's trade is. */
export interface OwnTrade {
  /** Everything of the record that may be told. */
  text: string;
  /** The industry as the record names it; without one nothing can be out of place. */
  industry: string | null;
  company: RegExp | null;
}

/** A sentence that tells the reader of their own talk or business what can only be another customer's. */
export function otherCustomer(sentences: readonly Sentence[], own: OwnTrade): Piece | null {
  if (!sentences.some((one) => sharesHistory(one.text))) return null;
  const words = new Set(splitWords(own.text).map((word) => single(word.lower)));
  const trades = new Set([...words].flatMap((word) => TRADE_OF.get(word) ?? []));
  for (const sentence of sentences) {
    if (!sharesHistory(sentence.text) || PUBLIC.test(sentence.text)) continue;
    const firm = otherFirm(sentence, own);
    if (firm !== null) return firm;
    if (own.industry === null || OF_OTHERS.test(sentence.text)) continue;
    const alien = splitWords(sentence.text).find((word) => {
      const trade = TRADE_OF.get(single(word.lower));
      return trade !== undefined && !trades.has(trade) && !words.has(single(word.lower));
    });
    if (alien !== undefined && isSpecific(sentence.text))
      return {
        start: sentence.start + alien.start,
        end: sentence.start + alien.end,
        text: alien.text,
      };
  }
  return null;
}

/** Tells a detail: a number, a name in the middle, "your …" or "the … that". */
function isSpecific(text: string): boolean {
  return /\d|\p{Ll},? (?:Dr\.? )?\p{Lu}\p{Ll}|\b(?:your|the \w+(?: \w+){0,3} (?:at|on|in|of|that|you|from))\b/u.test(
    text,
  );
}

/** "your team at Larkspur Hotels", "the quote for Larkspur Hotels as we discussed" */
const OTHER_FIRM =
  /\b(?:your (?:\p{L}+ ){0,2}(?:team|teams|people|colleagues|staff|shops?|stores?|sites?|branch|branches|clinics?|offices?|factory|plant|warehouse|business)|(?:quote|quotation|proposal|order form|contract|agreement|estimate|statement of work|SOW|pilot plan|NDA)) (?:at|for|with) (?<firm>\p{Lu}[\p{L}&'-]*(?: (?:(?:&|and|of) )?\p{Lu}[\p{L}&'-]*){1,3})/u;

function otherFirm(sentence: Sentence, own: OwnTrade): Piece | null {
  if (own.company === null) return null;
  const match = OTHER_FIRM.exec(sentence.text);
  const firm = match?.groups?.['firm'];
  if (match === null || firm === undefined || isPlace(firm)) return null;
  if (firm.search(own.company) >= 0 || own.text.toLowerCase().includes(firm.toLowerCase())) return null;
  // A name that shares a word with the reader's firm, or a road, a park, a building of theirs.
  const parts = firm.split(' ');
  if (parts.some((part) => part.length > 3 && own.text.includes(part))) return null;
  if (
    /\b(?:Street|Road|Lane|Park|House|Square|Court|Quay|Centre|Center|Mall|Way|Gate|Building|Tower|Yard|Wharf|Airport|Station|January|February|March|April|May|June|July|August|September|October|November|December)$/.test(
      firm,
    )
  )
    return null;
  const start = sentence.start + match.index;
  return { start, end: start + match[0].length, text: match[0] };
}
