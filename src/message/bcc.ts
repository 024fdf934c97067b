import { PARSE_LIMITS } from './limits.ts';
import { parseHeaderBlock } from './mime-headers.ts';

/** The message without its Bcc lines: whoever gets the bytes as they are would read there who else does. */
export function withoutBcc(raw: Buffer): Buffer {
  const { lines } = parseHeaderBlock(raw, 0, raw.length, PARSE_LIMITS);
  const pieces: Buffer[] = [];
  let from = 0;
  for (const { key, start, end } of lines) {
    if (key !== 'bcc' && key !== 'resent-bcc') continue;
    pieces.push(raw.subarray(from, start));
    from = end;
  }
  return from === 0 ? raw : Buffer.concat([...pieces, raw.subarray(from)]);
}
