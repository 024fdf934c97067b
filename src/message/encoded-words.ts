const WORD = /=\?([\w.:-]{1,40})(?:\*[\w-]*)?\?([bq])\?([^?\s]*)\?=/gi;

/**
 * Text with its encoded words (RFC 2047) read, as clients write names into addresses. What cannot be read stays.
 */
export function decodeWords(text: string): string {
  // Blanks between two encoded words are not shown (6.2).
  return text
    .replace(/(\?=)\s+(?==\?[\w.:*-]{1,80}\?[bq]\?)/gi, '$1')
    .replaceAll(WORD, (word, charset: string, kind: string, content: string) => {
      const bytes = /b/i.test(kind) ? Buffer.from(content, 'base64') : unquoted(content);
      try {
        return new TextDecoder(charset, { fatal: true }).decode(bytes);
      } catch {
        return word;
      }
    });
}

function unquoted(content: string): Buffer {
  const text = content
    .replaceAll('_', ' ')
    .replaceAll(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(text, 'latin1');
}
