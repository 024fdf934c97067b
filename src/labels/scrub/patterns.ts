/** What looks like an address, link, number or id, whoever it belongs to. All are matched on folded text. */

/** With a scheme or www, or a domain followed by a path. */
export const URL_PATTERN =
  /(?:[a-z][a-z0-9+.-]{1,20}:\/\/|www\.|(?:mailto|tel|sms|callto|skype):)[^\s<>"'()[\]{}]+|(?<![\p{L}\p{N}@._-])(?:[\p{L}\p{N}-]{1,63}\.){1,8}[a-z]{2,24}\/[^\s<>"'()[\]{}]*/giu;

/** Also "jane (at) harbour (dot) example". A local part may be broken off behind its @. */
export const ADDRESS_PATTERN =
  /(?<![\p{L}\p{N}._%+'-])(?:"[^"\n]{1,64}"|[\p{L}\p{N}._%+'&=~-]{1,64})(?:@\n?|\s?[[({]\s?at\s?[\])}]\s?)[\p{L}\p{N}-]{1,63}(?:(?:\.|\s?[[({]\s?dot\s?[\])}]\s?)[\p{L}\p{N}-]{1,63}){1,8}/giu;

/** In lower case only: "end.Next" is a sentence without a blank. */
export const DOMAIN_PATTERN =
  /(?<![\p{L}\p{N}@._-])(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}(?![\p{L}\p{N}_-])/gu;

export const HANDLE_PATTERN = /(?<![\p{L}\p{N}._])@[\p{L}\p{N}_.]{2,40}/gu;

/** UUIDs, ULIDs and long hexadecimal numbers. */
export const ID_PATTERN =
  /(?<![\p{L}\p{N}])(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{16,64}|[0-9A-HJKMNP-TV-Z]{26})(?![\p{L}\p{N}])/giu;

const NUMBER_PATTERN = /(?<![\p{L}\p{N}$€£¥.,#])(?:\+|\(|\d)[\d\s()./-]{5,22}\d(?![\p{L}\p{N}%]|[.,]\d)/gu;
const DATE =
  /^\(?(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{2,4}|(?:19|20)\d{2}\s?[-/]\s?(?:19|20)?\d{2})\b/u;
const CALLED =
  /(?:tel|telephone|phone|call|mobile|cell|fax|whatsapp|text|ring|direct|number)\W{0,6}(?:(?:me|us|is|on|at|line|number)\W{1,3}){0,2}$/iu;
const IN_GROUPS = /^\(?\d{3,4}\)?[-. ]\d{3}(?:[-. ]?\d{4})?$|^\d{3}[-.]\d{4}$/u;

/** Telephone numbers, and no amounts, dates or years. */
export function* phonesIn(text: string): Generator<{ start: number; end: number }> {
  for (const { 0: found, index } of text.matchAll(NUMBER_PATTERN)) {
    const digits = found.replace(/\D/gu, '').length;
    if (digits < 7 || digits > 15 || DATE.test(found)) continue;
    const shape = /^[+(0]/u.test(found) || IN_GROUPS.test(found);
    if (shape || CALLED.test(text.slice(Math.max(0, index - 30), index))) {
      yield { start: index, end: index + found.length };
    }
  }
}
