/** Longest header block looked at; a longer one is judged malformed later. */
const MAX_PEEK = 262_144;

function headerBlock(raw: Buffer): string {
  const block = raw.subarray(0, MAX_PEEK);
  const end = block.indexOf('\r\n\r\n');
  return block.subarray(0, end < 0 ? block.length : end).toString('utf8');
}

/**
 * All values of a header, unfolded and trimmed, before the message is parsed: cheap, never throws, decodes nothing.
 */
export function headerValues(raw: Buffer, name: string): string[] {
  const pattern = new RegExp(`^${name}[ \\t]*:((?:.*)(?:\\r\\n[ \\t].*)*)`, 'gim');
  return [...headerBlock(raw).matchAll(pattern)].map((match) =>
    (match[1] ?? '').replace(/\r\n[ \t]+/g, ' ').trim(),
  );
}

/** The two headers accept stores. null when absent or empty. */
export function peekHeaders(raw: Buffer): { messageId: string | null; subject: string | null } {
  return {
    messageId: headerValues(raw, 'message-id')[0] || null,
    subject: headerValues(raw, 'subject')[0] || null,
  };
}
