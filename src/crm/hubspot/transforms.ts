import { type Field, headingKey } from '../fields.ts';
import type { FieldMapping } from './settings.ts';

export interface TransformContext {
  /** HubSpot owner id to e-mail address; deactivated owners are not in it. */
  owners: ReadonlyMap<string, string>;
}

/**
 * The value of a field as HubSpot has it.
 *
 * @param texts the properties' values, in the order of the mapping; null = empty in HubSpot
 * @param parse how the field reads what a person writes (crm/fields.ts)
 * @returns null where HubSpot has nothing, or nothing that means something here
 * @throws UserError when the field does not take the value
 */
export function transformed(
  mapping: FieldMapping,
  texts: readonly (string | null)[],
  { owners }: TransformContext,
  parse: Field['parse'],
): unknown {
  const filled = texts.flatMap((text) => (text === null || text.trim() === '' ? [] : [text.trim()]));
  const [first] = filled;
  if (first === undefined) return null;
  const text = ((): string | null => {
    switch (mapping.transform) {
      case 'text':
        return first;
      case 'words':
        return words(first);
      case 'join':
        return filled.join(' ');
      case 'list':
        return filled.join(';');
      case 'number':
        return upperNumber(first);
      case 'role':
        return roleOf(first);
      case 'owner':
        return owners.get(first) ?? null;
      case 'values':
        return mapping.values[first] ?? mapping.values[first.toLowerCase()] ?? first;
      default:
        return mapping.transform satisfies never;
    }
  })();
  return text === null ? null : parse(text, mapping.field);
}

/** HubSpot spells its own choices `COMPUTER_SOFTWARE`; what a person chose to write stays as it is. */
function words(text: string): string {
  return /^[A-Z0-9]+(?:_[A-Z0-9]+)*$/u.test(text) ? text.toLowerCase().replaceAll('_', ' ') : text;
}

/** One number: `1200.0` is 1200, and of a range (`51-200`, `10,001+`) the upper end, which is the stricter. */
function upperNumber(text: string): string {
  const numbers = text.match(/\d[\d,' ]*(?:\.\d+)?/gu) ?? [];
  const last = numbers.at(-1);
  const range = /^\s*\d[\d,' ]*(?:\s*(?:-|–|to)\s*\d[\d,' ]*|\s*\+)?\s*(?:employees|people)?\s*$/iu.test(
    text,
  );
  if (last !== undefined && (range || /^\s*\d+(?:\.\d+)?\s*$/u.test(text))) {
    return String(Math.round(Number(last.replace(/[,' ]/gu, ''))));
  }
  return text;
}

const FUNCTIONS: readonly (readonly [RegExp, string])[] = [
  [/engineer|technology|technical|software|platform|development|\bit\b/iu, 'eng'],
  [/product/iu, 'product'],
  [/marketing|growth|brand/iu, 'marketing'],
  [/sales|revenue|business development/iu, 'sales'],
  [/operations|\bops\b/iu, 'ops'],
  [/financ/iu, 'finance'],
  [/people|talent|human resources|\bhr\b|recruit/iu, 'people'],
  [/data|analytics/iu, 'data'],
];

/** Short role of a job title (`vp_eng`, `head_marketing`, `cto`); the title itself is kept beside it, and rules read both. */
function roleOf(title: string): string | null {
  const plain = title.replace(/\./gu, '');
  // An assistant of somebody is not that somebody.
  if (/\b(?:assistant|secretary|office of|advisor|to the|former|ex)\b/iu.test(plain)) return null;
  const chief = /\bc(?:e|t|f|o|i|m|p|r|s|h|d)o\b/iu.exec(plain);
  if (chief) return chief[0].toLowerCase();
  if (/\bchief\b.*\bofficer\b/iu.test(plain)) return 'c_level';
  if (/\b(?:co-?\s?)?founder\b/iu.test(plain)) return 'founder';
  const level = /\b(?:s?e?vp|vice president)\b/iu.test(plain)
    ? 'vp'
    : /\bhead of\b|\bhead,/iu.test(plain)
      ? 'head'
      : /\bdirector\b/iu.test(plain)
        ? 'director'
        : /\bmanager\b|\blead\b/iu.test(plain)
          ? 'manager'
          : null;
  if (level === null) return null;
  const area = FUNCTIONS.find(([pattern]) => pattern.test(plain))?.[1];
  return headingKey(area === undefined ? level : `${level}_${area}`);
}
