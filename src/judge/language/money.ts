/** An amount of money in a text. Offsets are into that text. */
export interface Amount {
  start: number;
  end: number;
  /** No currency is named ("5M", "a five million round"): may count users or requests instead. */
  bare: boolean;
}

const NUMBER = String.raw`(?:\d{1,3}(?:[,.' ]\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?)`;
const SCALE = String.raw`(?:k|m|mm|mn|mln|mio|mil|b|bn|bil|thousand|hundred thousand|million|billion)s?\b`;
const SYMBOL = String.raw`(?:(?:US|CA|AU|NZ|HK|SG|[CASR])?\$|[€£¥₦₹]|KSh\.?\s?|GH₵|Br\.?\s|R(?=\d))`;
const CODE =
  '(?:USD|EUR|GBP|CHF|CAD|AUD|NZD|NGN|KES|ZAR|ETB|GHS|EGP|RWF|UGX|TZS|MAD|INR|JPY|CNY|SGD|HKD|SEK|NOK|DKK|PLN|CZK|AED|SAR|BRL|MXN|ILS|TRY)';
const CURRENCY =
  '(?:(?:us |american |canadian |australian )?dollars?|bucks|euros?|pounds?(?: sterling)?|quid|francs?|naira|shillings?|rand|birr|rupees?|yen|kron(?:or|er)|zloty)';
const SMALL =
  '(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)';
const SPELLED = String.raw`(?:half a|a half|a quarter of a|several|(?:a )?few|(?:a )?couple(?: of)?|tens of|hundreds of|${SMALL}(?:[- ]${SMALL})?(?: hundred)?(?: and a half)?(?: point ${SMALL})?|an?|\d+(?:\.\d+)?)`;
/** "to 6", "-24": the other end of a range. */
const TO = String.raw`(?:\s?(?:-|to|or|and)\s?(?:${SYMBOL})?\s?${NUMBER})?`;

const WITH_CURRENCY = new RegExp(
  [
    String.raw`${SYMBOL}\s?${NUMBER}(?:\s?-?${SCALE})?${TO}(?:[\s-]?${SCALE})?\+?(?:\s?${CODE}\b)?`,
    String.raw`\b${CODE}\s?${NUMBER}${TO}(?:[\s-]?${SCALE})?`,
    String.raw`\b${NUMBER}${TO}(?:[\s-]?${SCALE})?[\s-]?(?:${CODE}|${CURRENCY})\b`,
    String.raw`\b${NUMBER}(?:[\s-]?${SCALE})?\s?[€£]`,
    String.raw`\b${SPELLED}[\s-](?:thousand|million|billion|mil)s?(?:[\s-](?:of\s)?(?:${CODE}|${CURRENCY}))\b`,
  ].join('|'),
  'gi',
);
const WITHOUT_CURRENCY = new RegExp(
  [
    String.raw`\b${NUMBER}${TO}[\s-]?${SCALE}`,
    String.raw`\b${SPELLED}[\s-](?:thousand|million|billion|mil)s?\b`,
    String.raw`\b(?:(?:low|mid|high|solid|healthy)[- ])?(?:four|five|six|seven|eight|nine|ten|multi|double|[4-9])[- ]figures?\b`,
    String.raw`\bmulti-?[ ]?(?:million|billion)(?:[- ](?:dollar|euro|pound))?\b`,
    String.raw`\b(?:millions|billions)\b`,
  ].join('|'),
  'gi',
);

/** What follows an amount that is a price, or no money at all. */
const RATE =
  /^\s?(?:\/|per\b|an? (?:hour|day|week|month|year|seat|head|engineer|developer)\b|each\b|p\.?[amh]\.?\b|%|percent)/i;
const COUNTED =
  /^[\s-](?:\w+ )?(?:users?|customers?|requests?|events?|transactions?|rows?|records?|messages?|downloads?|people|lines?|members?|patients?|students?|orders?|devices?|visits?|visitors?|queries|tokens?|miles|km|tons?|tonnes?|square|sq|years?|hours?|minutes?|shipments?|parcels?|policies|accounts?|developers?|engineers?|employees|households|meters|metres|calls?|api)\b/i;

/** Amounts of money in a text, in order. Rates ("$60/hour") and counts ("2M users") are left out. */
export function amountsIn(text: string): Amount[] {
  const found: Amount[] = [];
  for (const [pattern, bare] of [
    [WITH_CURRENCY, false],
    [WITHOUT_CURRENCY, true],
  ] as const) {
    for (const match of text.matchAll(pattern)) {
      const start = match.index;
      const end = start + match[0].trimEnd().length;
      if (found.some((other) => start < other.end && end > other.start)) continue;
      const rest = text.slice(end);
      if (RATE.test(rest) || (bare && COUNTED.test(rest))) continue;
      found.push({ start, end, bare });
    }
  }
  return found.sort((a, b) => a.start - b.start);
}
