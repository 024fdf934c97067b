/**
 * Text folded for matching, with a map back to what is shown: zero-width and bidi controls removed,
 * compatibility forms and confusables mapped to plain letters, white space collapsed, typographic
 * quotes and dashes made ASCII. Case is kept.
 */
export interface FoldedText {
  /** The shown text. */
  shown: string;
  /** What rules match on. */
  text: string;
  /** `map[i]` is the offset in `shown` of the character that made `text[i]`; length `text.length + 1`. */
  map: Int32Array;
}
