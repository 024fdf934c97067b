/** Elements that start and end a line. */
export const BLOCKS: ReadonlySet<string> = new Set(
  (
    'address article aside blockquote body center dd details dir div dl dt fieldset figcaption figure ' +
    'footer form h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol option p pre section ' +
    'summary table tbody tfoot thead tr ul caption'
  ).split(' '),
);

/** Those of them that leave a blank line around. */
export const PARAGRAPHS: ReadonlySet<string> = new Set(
  'blockquote dl h1 h2 h3 h4 h5 h6 ol p pre ul'.split(' '),
);

/**
 * Elements whose content no mail program shows. `code` is not text at all; `text` could be read as
 * text, so it is reported as hidden. `noscript` is shown: mail programs run no scripts.
 */
export const NEVER_SHOWN: ReadonlyMap<string, 'code' | 'text'> = new Map([
  ['script', 'code'],
  ['style', 'code'],
  ['title', 'code'],
  ['xml', 'code'],
  ['template', 'text'],
  ['iframe', 'text'],
  ['noembed', 'text'],
  ['noframes', 'text'],
  ['datalist', 'text'],
  ['audio', 'text'],
  ['video', 'text'],
  ['object', 'text'],
  ['canvas', 'text'],
  ['meter', 'text'],
  ['progress', 'text'],
]);

/** Documents inside an address that are no picture made of points. */
export const EMBEDDED = /^\s*data:(?!image\/(?:png|jpe?g|gif|webp|avif|bmp|x-icon|vnd\.microsoft\.icon)\b)/i;
export const EMBEDDED_IN_STYLE =
  /url\(\s*["']?\s*data:(?!image\/(?:png|jpe?g|gif|webp|avif|bmp|x-icon|vnd\.microsoft\.icon)\b|font\/|application\/(?:x-)?font)/i;

/** Containers that mail programs put around quoted mail and signatures. */
const QUOTE_CLASSES = /^(?:gmail_quote|gmail_attr|yahoo_quoted|moz-cite-prefix|protonmail_quote|zmail_extra)/;
const SIGNATURE_CLASSES = /^(?:gmail_signature|moz-signature|signature)$/;
const QUOTE_IDS = new Set(['divRplyFwdMsg', 'appendonsend', 'isForwardContent', 'reply-intro']);

export function quoteKind(
  tag: string,
  attribs: Readonly<Record<string, string>>,
  classes: readonly string[],
): 'quote' | 'signature' | null {
  if (tag === 'blockquote' || QUOTE_IDS.has(attribs['id'] ?? '')) return 'quote';
  if (classes.some((name) => QUOTE_CLASSES.test(name))) return 'quote';
  return classes.some((name) => SIGNATURE_CLASSES.test(name)) ? 'signature' : null;
}
