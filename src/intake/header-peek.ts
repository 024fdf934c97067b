/** Longest header block looked at; a longer one is judged malformed later. */
const MAX_PEEK = 65_536;

/**
 * The few headers accept needs before the message is parsed: cheap, never throws, decodes nothing.
 *
 * @returns the first value of each, unfolded and trimmed; null when absent
 */
export function peekHeaders(raw: Buffer): { messageId: string | null; subject: string | null } {
  const block = raw.subarray(0, MAX_PEEK);
  const end = block.indexOf('\r\n\r\n');
  const text = block.subarray(0, end < 0 ? block.length : end).toString('utf8');
  const value = (name: string): string | null => {
    const match = new RegExp(`^${name}[ \\t]*:((?:.*)(?:\\r?\\n[ \\t].*)*)`, 'im').exec(text);
    return match?.[1]?.replace(/\r?\n[ \t]+/g, ' ').trim() || null;
  };
  return { messageId: value('message-id'), subject: value('subject') };
}
