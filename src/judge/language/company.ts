import { remember } from './remember.ts';

const SUFFIX =
  /[\s,]+(?:inc|incorporated|ltd|limited|llc|plc|corp|corporation|co|company|gmbh|ag|sa|s\.a|ab|bv|nv|oy|as|aps|srl|spa|pty|pvt|group|holdings?)\.?$/i;
/** First words of company names that are everyday words: alone they name nobody. */
const EVERYDAY =
  /^(?:the|first|next|new|open|clear|bright|blue|green|red|black|white|north|south|east|west|global|digital|data|cloud|smart|home|health|care|local|core|prime|better|simple|fast|true|good|great|big|one|two|our|your|team|people|work|build|scale|growth|early|seed|series|capital|fund|public|square|stage|signal|market|united|general|national|international|american|european|african)$/i;

/**
 * Matches a company as mails name it: in full, without its legal form, or by a distinctive first word. One and the same expression
 * for a name, so that it is for `search` and `matchAll`, which leave no place in it.
 */
export function companyPattern(company: string | null): RegExp | null {
  return company === null ? null : patternOf(company);
}

const patternOf = remember((company: string): RegExp | null => {
  const full = company.trim();
  let short = full;
  while (SUFFIX.test(short)) short = short.replace(SUFFIX, '');
  const first = short.split(/\s+/)[0] ?? '';
  const names = [full, short];
  if (first.length >= 4 && !EVERYDAY.test(first)) names.push(first);
  const spelled = [...new Set(names.filter((name) => name.length >= 2))].sort((a, b) => b.length - a.length);
  if (spelled.length === 0) return null;
  const escaped = spelled.map((name) =>
    name.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`).replace(/\s+/g, String.raw`\s+`),
  );
  return new RegExp(String.raw`(?<![\p{L}\p{N}])(?:${escaped.join('|')})(?![\p{L}\p{N}])`, 'giu');
}, 500);
