import {
  addBusinessDays,
  addDays,
  addMonths,
  type DayRange,
  isoDate,
  monthRange,
  partOf,
  parts,
  quarterRange,
  weekdayOf,
  weekRange,
} from './calendar.ts';

/** A time named in a text, as the days it can mean. */
export interface TimeMention extends DayRange {
  start: number;
  end: number;
  text: string;
  /** `now`: at once; `span`: counted from today ("in 3 weeks"); `date`: on the calendar. */
  kind: 'now' | 'span' | 'date';
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH =
  '(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)';
const PART =
  '(?:(?<part>early|mid|middle|late|end|close|start|beginning|first half|last week|back)(?:[- ]+(?:of|in))?(?:[- ]+(?:the|this))?[- ]+)?';
const DAY = '(?<day>[0-3]?\\d)(?:st|nd|rd|th)?';
const ORDINALS = [
  '',
  'first',
  'second',
  'third',
  'fourth',
  'fifth',
  'sixth',
  'seventh',
  'eighth',
  'ninth',
  'tenth',
];
const YEAR = '(?<year>20\\d\\d)';
const NUMBER =
  '(?<count>\\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fourteen|fifteen|eighteen|twenty(?:-one)?|thirty|forty(?:-five)?|sixty|ninety|half a dozen|a dozen|a few|a couple of|several)';
const UNIT = '(?<unit>(?:business |working |calendar )?(?:hour|day|week|month|quarter|year)s?|fortnights?)';
const COUNTS: Record<string, number> = {
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  eleven: 11,
  twelve: 12,
  fourteen: 14,
  fifteen: 15,
  eighteen: 18,
  twenty: 20,
  'twenty-one': 21,
  thirty: 30,
  forty: 40,
  'forty-five': 45,
  sixty: 60,
  ninety: 90,
  'half a dozen': 6,
  'a dozen': 12,
  'a few': 3,
  'a couple of': 2,
  several: 4,
};
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

type Groups = Record<string, string | undefined>;
interface Form {
  pattern: RegExp;
  kind: TimeMention['kind'];
  days: (groups: Groups, today: string) => DayRange | null;
}

const form = (
  kind: TimeMention['kind'],
  source: string,
  days: (groups: Groups, today: string) => DayRange | null,
  flags = 'giu',
): Form => ({ pattern: new RegExp(source, flags), kind, days });

/** British day-month order where both are possible; each form is tried everywhere, longer finds win. */
const FORMS: Form[] = [
  form('date', `\\b${YEAR}-(?<month>\\d\\d)-(?<day>\\d\\d)\\b`, (g) =>
    oneDay(num(g.year), num(g.month), num(g.day)),
  ),
  form('date', `\\b${YEAR}-(?<month>0[1-9]|1[0-2])\\b(?!-)`, (g) => monthRange(num(g.year), num(g.month))),
  form('date', '\\b(?<day>\\d{1,2})[/.](?<month>\\d{1,2})[/.](?<year>(?:20)?\\d\\d)\\b', (g) => {
    const year = num(g.year) < 100 ? 2000 + num(g.year) : num(g.year);
    return oneDay(year, num(g.month), num(g.day)) ?? oneDay(year, num(g.day), num(g.month));
  }),
  form(
    'date',
    `\\b(?<name>${MONTH})\\.? ${DAY}(?!\\d|[- ]?(?:%|k\\b|weeks?|engineers?))(?:,? ${YEAR})?`,
    named,
  ),
  form('date', `\\b${DAY}(?: of)? (?<name>${MONTH})\\b\\.?(?:,? ${YEAR})?`, named),
  form('date', `\\b(?<ordinal>${ORDINALS.slice(1).join('|')}) of (?<name>${MONTH})\\b(?:,? ${YEAR})?`, named),
  // "by the 20th": only where nothing follows that it could be the 20th of.
  form(
    'date',
    `(?<=\\b(?:by|on|from|until|till|before|after|through) (?:the |(?:mon|tues|wednes|thurs|fri|satur|sun)day (?:the )?))(?<day>[0-3]?\\d)(?:st|nd|rd|th)(?=[^\\w\\s]|$| (?:for|at|and|if|or|so|to|with|until|we|you|on|onwards?)\\b)`,
    nextDay,
  ),
  form(
    'date',
    `\\b(?<holiday>christmas|xmas|easter|thanksgiving|black friday|halloween|new year'?s(?: eve| day)?|labou?r day|memorial day)\\b`,
    holiday,
  ),
  form('date', `\\b${PART}(?<name>${MONTH})\\b,? (?:of )?${YEAR}\\b`, named),
  // Without a year "may" and "march" are verbs more often than not: a capital and a cue are asked for.
  form(
    'date',
    `(?<=\\b(?:[Ii]n|[Oo]n|[Ff]rom|[Bb]y|[Uu]ntil|[Tt]ill?|[Tt]hrough|[Tt]hrough to|[Bb]efore|[Aa]fter|[Ss]ince|[Oo]f|[Ss]tarting|[Nn]ext|[Tt]his|[Aa]nd|[Oo]r|[Tt]o|[Ee]arly|[Ll]ate|[Pp]ost|[Uu]nless|[Aa]round|[Dd]uring|[Ff]or|[Mm]id|[Ll]ast)[- ])(?<name>May|March|Mar)\\b(?! \\d)`,
    named,
    'gu',
  ),
  form(
    'date',
    `\\b${PART.replace('early', '[Ee]arly').replace('mid|', '[Mm]id|').replace('|late', '|[Ll]ate').replace('|end', '|[Ee]nd')}(?<name>Jan(?:uary)?|Feb(?:ruary)?|Apr(?:il)?|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?|(?<=[a-z][- ])(?:May|March))\\b`,
    named,
    'gu',
  ),
  form('date', `\\b${PART}Q(?<quarter>[1-4])(?:[ ,/-]*(?:of )?(?<year>20\\d\\d|'?\\d\\d))?\\b`, quarter),
  form(
    'date',
    `\\b(?<part>end|close|start|beginning|middle|mid|rest|remainder)[- ](?:of[- ])?(?:the |this )?(?:calendar )?(?<unit>year|quarter|month|week)\\b`,
    within,
  ),
  form('date', `\\byear[- ]end\\b|\\bEOY\\b`, (_g, today) => partOf(yearOf(today), 'end')),
  form('date', `\\b(?:the |in the )?new year\\b`, (_g, today) =>
    partOf(yearOf(addMonths(today, 12)), 'early'),
  ),
  form(
    'date',
    `\\b(?<which>this|next|coming|following) (?<unit>week|month|quarter|year|sprint|fortnight)\\b`,
    nextUnit,
  ),
  form('date', `\\b(?<which>this|next|coming)?(?: |\\b)(?<season>spring|summer|autumn|winter)\\b`, season),
  form(
    'date',
    `\\b(?<which>this|next|coming)? ?\\b(?<weekday>mon|tues?|wednes|thurs?|fri|satur|sun)day\\b`,
    weekday,
  ),
  form(
    'span',
    `\\b(?:in|within|under|inside|after|about|approximately|around|roughly|over)?\\s?(?:(?:just|as little as|about|only|approximately|around|roughly|under|less than|the next|next) )?(?:\\d{1,3}\\s?(?:-|to|or)\\s?)?${NUMBER}[- ]?${UNIT}(?:'? time| from now| out)?\\b`,
    counted,
  ),
  form(
    'now',
    `\\b(?:immediate(?:ly)?|right away|straight ?away|right now|now|asap|a\\.s\\.a\\.p\\.|at once|today|instantly|without (?:any )?delay|as of today|as soon as possible|first thing)\\b`,
    (_g, today) => ({ from: today, to: today }),
  ),
  form('date', `\\btomorrow\\b`, (_g, today) => ({ from: addDays(today, 1), to: addDays(today, 1) })),
];

/** Times named in `text`, in order; where two overlap the longer one is kept. `today` is an ISO date. */
export function timeMentions(text: string, today: string): TimeMention[] {
  const found: TimeMention[] = [];
  for (const { pattern, kind, days } of FORMS) {
    for (const match of text.matchAll(pattern)) {
      const range = days(match.groups ?? {}, today);
      if (range === null) continue;
      const lead = match[0].length - match[0].trimStart().length;
      const start = match.index + lead;
      found.push({ ...range, kind, start, end: match.index + match[0].length, text: match[0].trim() });
    }
  }
  found.sort((a, b) => b.end - b.start - (a.end - a.start) || a.start - b.start);
  const kept: TimeMention[] = [];
  const taken = new Uint8Array(found.length === 0 ? 0 : text.length);
  for (const one of found) {
    if (taken.subarray(one.start, one.end).includes(1)) continue;
    taken.fill(1, one.start, one.end);
    kept.push(one);
  }
  kept.sort((a, b) => a.start - b.start);
  return kept.filter((one, at) => !namesDayOf(one, kept[at + 1], text));
}

/** "Monday" of "Monday 19 October" adds nothing, and by itself would be another day. */
function namesDayOf(one: TimeMention, next: TimeMention | undefined, text: string): boolean {
  return (
    next?.kind === 'date' && /day$/i.test(one.text) && /^,? (?:the )?$/.test(text.slice(one.end, next.start))
  );
}

/** The mentions within a piece of the text, the first dozen: a sentence with more is a list of dates. */
export function timesWithin(
  times: readonly TimeMention[],
  { start, end }: { start: number; end: number },
): TimeMention[] {
  let low = 0;
  for (let high = times.length; low < high; ) {
    const middle = (low + high) >> 1;
    if ((times[middle]?.start ?? end) < start) low = middle + 1;
    else high = middle;
  }
  return times.slice(low, low + 12).filter((time) => time.start < end);
}

/** A single date or period, as a record's field holds it; null when there is none. */
export function readDate(value: string, today: string): DayRange | null {
  return timeMentions(value, today)[0] ?? null;
}

function num(digits: string | undefined): number {
  return Number((digits ?? '').replace("'", ''));
}

function oneDay(year: number, month: number, day: number): DayRange | null {
  const iso = isoDate(year, month, day);
  return iso === null ? null : { from: iso, to: iso };
}

/** A month by name, with a day or a year or neither: then the next such month, the present one included. */
function named(groups: Groups, today: string): DayRange | null {
  const month = MONTHS.indexOf((groups.name ?? '').slice(0, 3).toLowerCase()) + 1;
  if (month === 0) return null;
  const now = parts(today);
  const year = groups.year === undefined ? now.year + (month < now.month ? 1 : 0) : num(groups.year);
  const ordinal = ORDINALS.indexOf((groups.ordinal ?? '').toLowerCase());
  if (ordinal > 0) return oneDay(year, month, ordinal);
  if (groups.day !== undefined) return oneDay(year, month, num(groups.day));
  return partOf(monthRange(year, month), groups.part ?? '');
}

/** The next day of that number, today included. */
function nextDay(groups: Groups, today: string): DayRange | null {
  const { year, month, day } = parts(addMonths(today, num(groups.day) < parts(today).day ? 1 : 0));
  return day === 0 ? null : oneDay(year, month, num(groups.day));
}

/** The next one; Easter Sunday by the Gregorian computus. */
function holiday(groups: Groups, today: string): DayRange | null {
  const name = (groups.holiday ?? '').toLowerCase();
  const year = parts(today).year;
  const days = [holidayOf(name, year), holidayOf(name, year + 1)];
  const day = days.find((one) => one !== null && one >= today) ?? null;
  return day === null ? null : { from: day, to: day };
}

function holidayOf(name: string, year: number): string | null {
  if (/^(?:christ|x)mas$/.test(name)) return isoDate(year, 12, 25);
  if (name === 'halloween') return isoDate(year, 10, 31);
  if (name.startsWith('new year')) return name.endsWith('eve') ? isoDate(year, 12, 31) : isoDate(year, 1, 1);
  if (name === 'easter') return easter(year);
  if (name === 'memorial day') return nthWeekday(year, 5, 1, -1);
  if (name.startsWith('lab')) return nthWeekday(year, 9, 1, 1);
  const thanksgiving = nthWeekday(year, 11, 4, 4);
  return name === 'thanksgiving' ? thanksgiving : addDays(thanksgiving, 1);
}

/** `nth` counts from the start of the month; -1 is the last. `day` 0 is Sunday. */
function nthWeekday(year: number, month: number, day: number, nth: number): string {
  const { from, to } = monthRange(year, month);
  if (nth < 0) return addDays(to, -((weekdayOf(to) - day + 7) % 7));
  return addDays(from, ((day - weekdayOf(from) + 7) % 7) + (nth - 1) * 7);
}

function easter(year: number): string | null {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const moon =
    (century - Math.floor(century / 4) - Math.floor((8 * century + 13) / 25) + 19 * golden + 15) % 30;
  const full =
    moon - Math.floor(moon / 28) * (1 - Math.floor(29 / (moon + 1)) * Math.floor((21 - golden) / 11));
  const weekday = (year + Math.floor(year / 4) + full + 2 - century + Math.floor(century / 4)) % 7;
  const offset = full - weekday;
  const month = 3 + Math.floor((offset + 40) / 44);
  return isoDate(year, month, offset + 28 - 31 * Math.floor(month / 4));
}

function quarter(groups: Groups, today: string): DayRange {
  const now = parts(today);
  const number = num(groups.quarter);
  let year = now.year + (number * 3 < now.month ? 1 : 0);
  if (groups.year !== undefined) year = num(groups.year) < 100 ? 2000 + num(groups.year) : num(groups.year);
  return partOf(quarterRange(year, number), groups.part ?? '');
}

function yearOf(iso: string): DayRange {
  return { from: `${iso.slice(0, 4)}-01-01`, to: `${iso.slice(0, 4)}-12-31` };
}

function unitRange(unit: string, today: string, on: number): DayRange {
  if (unit === 'week') return weekRange(today, on);
  if (unit === 'sprint' || unit === 'fortnight') return weekRange(today, on * 2);
  const { year, month } = parts(addMonths(today, on * (unit === 'month' ? 1 : unit === 'quarter' ? 3 : 12)));
  if (unit === 'month') return monthRange(year, month);
  return unit === 'quarter'
    ? quarterRange(year, Math.ceil(month / 3))
    : { from: `${year}-01-01`, to: `${year}-12-31` };
}

function within(groups: Groups, today: string): DayRange {
  const range = unitRange((groups.unit ?? '').toLowerCase(), today, 0);
  return /^re/i.test(groups.part ?? '') ? { from: today, to: range.to } : partOf(range, groups.part ?? '');
}

function nextUnit(groups: Groups, today: string): DayRange {
  return unitRange((groups.unit ?? '').toLowerCase(), today, /this/i.test(groups.which ?? '') ? 0 : 1);
}

function season(groups: Groups, today: string): DayRange | null {
  const first = { spring: 3, summer: 6, autumn: 9, winter: 12 }[(groups.season ?? '').toLowerCase()];
  if (first === undefined) return null;
  const now = parts(today);
  const year = now.year + (first + 2 < now.month ? 1 : 0);
  return { from: monthRange(year, first).from, to: addMonths(monthRange(year, first).to, 2) };
}

function weekday(groups: Groups, today: string): DayRange {
  const wanted = WEEKDAYS.indexOf((groups.weekday ?? '').slice(0, 3).toLowerCase());
  const ahead = ((wanted - weekdayOf(today) + 6) % 7) + 1;
  return { from: addDays(today, ahead), to: addDays(today, ahead) };
}

function counted(groups: Groups, today: string): DayRange | null {
  const word = (groups.count ?? '').toLowerCase();
  const count = COUNTS[word] ?? Number(word);
  const unit = (groups.unit ?? '').toLowerCase();
  let to = addDays(today, unit.startsWith('hour') ? Math.ceil(count / 24) : count);
  if (/^(?:business|working)/.test(unit)) to = addBusinessDays(today, count);
  else if (unit.startsWith('week')) to = addDays(today, count * 7);
  else if (unit.startsWith('fortnight')) to = addDays(today, count * 14);
  else if (unit.startsWith('month')) to = addMonths(today, count);
  else if (unit.startsWith('quarter')) to = addMonths(today, count * 3);
  else if (unit.startsWith('year')) to = addMonths(today, count * 12);
  return { from: to, to };
}
