const ONES =
  'one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const ORDINALS =
  'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth'.split(
    ' ',
  );
const DAYS = new Map<string, number>([
  ...ONES.map((word, index): [string, number] => [word, index + 1]),
  ...ORDINALS.map((word, index): [string, number] => [word, index + 1]),
  ...['twenty', 'twentieth'].map((word): [string, number] => [word, 20]),
  ...['thirty', 'thirtieth'].map((word): [string, number] => [word, 30]),
  ...[...ONES.slice(0, 9), ...ORDINALS.slice(0, 9)].map((word, index): [string, number] => [
    `twenty-${word}`,
    21 + (index % 9),
  ]),
  ...['thirty-one', 'thirty-first'].map((word): [string, number] => [word, 31]),
]);
const DAY = Array.from(DAYS.keys())
  .toSorted((a, b) => b.length - a.length)
  .join('|')
  .replaceAll('-', '[- ]');
const MONTH = '(?:january|february|march|april|may|june|july|august|september|october|november|december)';
const BEFORE = new RegExp(String.raw`\b(${DAY})(?=(?: of)? ${MONTH}\b)`, 'gi');
const BEHIND = new RegExp(String.raw`(?<=\b${MONTH}(?: the)? )(${DAY})\b`, 'gi');

/** Days of a month written as words put into figures: "by twenty February", "on the twenty-first of May". */
export function daysInFigures(text: string): string {
  const figure = (word: string): string => String(DAYS.get(word.toLowerCase().replace(' ', '-')) ?? word);
  return text.replace(BEFORE, figure).replace(BEHIND, figure);
}
