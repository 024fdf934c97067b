/** Longest header block looked at; a longer one is judged malformed later. */
const MAX_PEEK = 262_144;

function headerBlock(raw: Buffer): string {
  const block = raw.subarray(0, MAX_PEEK);
  const end = block.indexOf('\r\n\r\n');
  return `\r\n${block.subarray(0, end < 0 ? block.length : end).toString('latin1')}`;
}

/**
 * All values of a header, unfolded and trimmed, before the message is parsed: cheap, never throws, decodes nothing.
 */
export function headerValues(raw: Buffer, name: string): string[] {
  const pattern = new RegExp(`\\r\\n${name}[ \\t]*:([^\\r]*(?:\\r\\n[ \\t][^\\r]*)*)`, 'gi');
  return [...headerBlock(raw).matchAll(pattern)].map((match) =>
    // Matched byte by byte, since some Unicode characters count as line ends; read as UTF-8 after that.
    Buffer.from((match[1] ?? '').replace(/\r\n[ \t]+/g, ' ').trim(), 'latin1').toString('utf8'),
  );
}

/** Does the header block end where `headerValues` still looks? */
export function hasReadableHeader(raw: Buffer): boolean {
  const end = raw.subarray(0, MAX_PEEK).indexOf('\r\n\r\n');
  return end >= 0 || raw.length <= MAX_PEEK;
}

/** The two headers accept stores. null when absent or empty. */
export function peekHeaders(raw: Buffer): { messageId: string | null; subject: string | null } {
  return {
    messageId: headerValues(raw, 'message-id')[0] || null,
    subject: headerValues(raw, 'subject')[0] || null,
  };
}
