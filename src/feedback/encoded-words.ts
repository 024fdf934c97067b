/** Decodes the encoded words (RFC 2047) of a display name. What cannot be decoded stays as it is. */
export function decodeWords(text: string): string {
  return text
    .replace(/(\?=)\s+(?==\?)/g, '$1')
    .replace(
      /=\?([\w-]+)(?:\*[\w-]*)?\?([bq])\?([^?]*)\?=/gi,
      (word, charset: string, way: string, data: string) => {
        try {
          const bytes = /b/i.test(way) ? Buffer.from(data, 'base64') : fromQ(data);
          return new TextDecoder(charset).decode(bytes);
        } catch {
          return word;
        }
      },
    );
}

/** RFC 2047 4.2. */
function fromQ(data: string): Buffer {
  const text = data
    .replaceAll('_', ' ')
    .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(text, 'latin1');
}
