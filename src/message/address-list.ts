/**
 * The addresses of a list such as `jane@example.com, "Doe, J." <doe@example.com>`, apart and as written, trimmed. A comma
 * in a quoted name (RFC 5322 3.2.4) separates nothing.
 *
 * @returns null when a quote stays open or nothing stands between two commas
 */
export function splitAddressList(text: string): string[] | null {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i];
    if (quoted && char === '\\') i += 1;
    else if (char === '"') quoted = !quoted;
    else if (char === ',' && !quoted) {
      parts.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  parts.push(text.slice(start).trim());
  return quoted || parts.includes('') ? null : parts;
}
