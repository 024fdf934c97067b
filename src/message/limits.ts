/**
 * How much of a message is read. A mail beyond any of these is `too_complex` and held: real outreach
 * stays far below, and each bound keeps a crafted message from stalling the gate for everyone else.
 */
export interface ParseLimits {
  /** Bytes of one header block, and header lines in it. */
  headerBytes: number;
  headerLines: number;
  /** MIME parts in all, and multiparts inside each other. */
  parts: number;
  nesting: number;
  /** Attached messages inside each other that are read for their text. */
  attachedMessages: number;
  /** Bytes of one plain text part, encoded as it came, and of one HTML part. */
  textBytes: number;
  htmlBytes: number;
  /** Decoded characters of one HTML part, its elements, and elements inside each other. */
  htmlChars: number;
  htmlElements: number;
  htmlDepth: number;
  /** Characters of style sheets, and rules in them. */
  cssChars: number;
  cssRules: number;
  /** Stretches of hidden text and comments. */
  hiddenPieces: number;
  /** Links in the body. */
  links: number;
  /** Characters of the subject, and of visible text. */
  subjectChars: number;
  bodyChars: number;
  /** Characters kept of one text attachment. */
  attachmentChars: number;
  /** Other texts of the same mail. */
  versions: number;
}

export const PARSE_LIMITS: Readonly<ParseLimits> = {
  headerBytes: 128 * 1024,
  headerLines: 500,
  parts: 100,
  nesting: 12,
  attachedMessages: 3,
  // Quoted-printable makes three bytes of one, and UTF-8 up to four of one character.
  textBytes: 512 * 1024,
  htmlBytes: 3 * 1024 * 1024,
  htmlChars: 1_500_000,
  htmlElements: 100_000,
  htmlDepth: 6_000,
  cssChars: 200_000,
  cssRules: 3_000,
  hiddenPieces: 1_000,
  links: 1_000,
  subjectChars: 2_000,
  // A sales mail has a few hundred words; the rules read each of these characters several times.
  bodyChars: 40_000,
  attachmentChars: 100_000,
  versions: 24,
};
