/**
 * Letters that look like a Latin letter but are another character. A compact table of the ones met
 * in practice; the pairs are facts of the kind listed in Unicode UTS #39 (confusables).
 */

/** Letters of other scripts, mapped only where the word around them is Latin (see `fold.ts`). */
const OTHER_SCRIPTS = [
  // Cyrillic, lower and upper case
  'аa еe ёe оo рp сc уy хx іi їi јj ѕs ԁd һh ԛq ԝw ӏl ɡg ѵv кk мm тt вb нh пn гr иu ьb',
  'АA ВB ЕE ЁE КK МM НH ОO РP СC ТT УY ХX ІI ЇI ЈJ ЅS ԁd Ԛq ԜW ҮY ѴV ӀI ԌG ГF ЬB',
  // Greek
  'αa βb γy εe ηn ιi κk νv οo ρp σo τt υu χx ωw άa έe ίi όo ύu ϲc ϳj',
  'ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX ϹC ϜF',
  // Armenian
  'օo սu հh ոn ցg զq ԼL ՍU ՏS ՕO',
  // Cherokee
  'ᎪA ᏴB ᏟC ᎠD ᎬE ᎻH ᎥI ᎫJ ᏦK ᏞL ᎷM ᏢP ᎡR ᏚS ᎢT ᏙV ᎳW ᎩY ᏃZ',
  // Lisu
  'ꓮA ꓐB ꓚC ꓓD ꓰE ꓝF ꓖG ꓧH ꓲI ꓙJ ꓗK ꓡL ꓟM ꓠN ꓳO ꓑP ꓣR ꓢS ꓔT ꓴU ꓦV ꓪW ꓫX ꓬY ꓜZ',
];

/** Latin and symbol characters that stand for a Latin letter wherever they are. */
const LATIN_LOOKALIKES = [
  // small capitals and phonetic letters
  'ᴀa ʙb ᴄc ᴅd ᴇe ꜰf ɢg ʜh ɪi ᴊj ᴋk ʟl ᴍm ɴn ᴏo ᴘp ꞯq ʀr ꜱs ᴛt ᴜu ᴠv ᴡw ʏy ᴢz ɑa ɩi ꭓx ƽs',
  // strokes, hooks and dotless forms that do not decompose
  'ıi ȷj øo ØO đd ĐD łl ŁL ħh ĦH ŧt ŦT ƀb ɵo ɨi ƙk ɓb ɗd ɠg ƈc ƒf ǥg ʋv ƴy ɛe Ɛe ƖI',
  // … the rest of them
  'ʉu Ʉu ƶz ƵZ ƥp ƭt ƫt ʈt ƞn ɲn ɳn ŋn ɱm ɫl ɬl ɭl ƚl ɗd ɖd ƌd ɟj ʝj ɦh ʂs ȿs ɍr ɽr ɾr ɏy ɇe ȼc ɕc ʐz ʑz ɀz ⱥa ⱦt ⱪk ⱡl ⱬz ꞓc ꞗb ꝑp ꝓp ꝗq ꝟv ꞇt ȡd ȴl ȵn ȶt ɚe ɜe ɘe ǝe ɐa ɔo ɯw ɥh ʇt ʌv ʍw ʎy ɹr ɴn ʞk ᵽp ꬵf',
];

function tableOf(lines: readonly string[]): ReadonlyMap<string, string> {
  const table = new Map<string, string>();
  for (const pair of lines.flatMap((line) => line.split(' '))) {
    const [from = '', ...to] = pair;
    table.set(from, to.join(''));
  }
  return table;
}

export const CONFUSABLE = tableOf(OTHER_SCRIPTS);

/** Includes the ligatures and letters that are commonly written out. */
export const LOOKALIKE: ReadonlyMap<string, string> = new Map([
  ...tableOf(LATIN_LOOKALIKES),
  ['ß', 'ss'],
  ['ẞ', 'SS'],
  ['æ', 'ae'],
  ['Æ', 'AE'],
  ['œ', 'oe'],
  ['Œ', 'OE'],
  ['⁄', '/'],
  ['∕', '/'],
  ['∶', ':'],
  ['∗', '*'],
]);

/** Typographic quotes, dashes and the like, by what is typed on an ASCII keyboard. */
export const PUNCTUATION: ReadonlyMap<string, string> = new Map([
  ...Array.from('‘’‚‛′‹›ʹʻʼʽˈ´`＇', (c) => [c, "'"] as const),
  ...Array.from('“”„‟″«»〝〞＂', (c) => [c, '"'] as const),
  ...Array.from('‐‑‒–—―−⁃﹘﹣－˗➖', (c) => [c, '-'] as const),
]);
