import type { Response } from 'express';
import type { AttachedPart } from '../message/reading.ts';

/** Pictures without script in them, by their first bytes: what the sender calls them proves nothing. */
const PICTURES: { type: string; is: (bytes: Buffer) => boolean }[] = [
  { type: 'image/png', is: (bytes) => bytes.subarray(0, 8).toString('latin1') === '\x89PNG\r\n\x1a\n' },
  { type: 'image/jpeg', is: (bytes) => bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff },
  { type: 'image/gif', is: (bytes) => /^GIF8[79]a/.test(bytes.subarray(0, 6).toString('latin1')) },
  {
    type: 'image/webp',
    is: (bytes) => /^RIFF[\s\S]{4}WEBP/.test(bytes.subarray(0, 12).toString('latin1')),
  },
];

/** Types that a browser only ever shows as what they are; everything else is bytes to be saved. */
const PLAIN = [
  'application/pdf',
  'text/plain',
  'text/csv',
  'text/calendar',
  ...PICTURES.map((one) => one.type),
];

/** The type of a picture that may be shown inside the mail; null for anything else. */
export function pictureType({ content }: Pick<AttachedPart, 'content'>): string | null {
  return PICTURES.find((one) => one.is(content))?.type ?? null;
}

/** Bytes that somebody else wrote: never a page of this origin. */
export function guard(res: Response): Response {
  return res.set({
    'Content-Security-Policy': "sandbox; default-src 'none'",
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Resource-Policy': 'same-origin',
  });
}

/** Sends an attachment to be saved. */
export function sendAttachment(res: Response, part: AttachedPart, index: number): void {
  res.attachment(fileName(part.filename) ?? `attachment-${index + 1}`);
  // After the name: express sets a type of its own by it.
  guard(res).type(PLAIN.includes(part.contentType) ? part.contentType : 'application/octet-stream');
  res.send(part.content);
}

/** A name without a path, control characters or turned text. */
function fileName(name: string | null): string | null {
  const base = (name ?? '').split(/[\\/]/).at(-1) ?? '';
  const clean = base.replace(/[\p{Cc}\p{Cf}]/gu, '').trim();
  return clean === '' || /^\.+$/.test(clean) ? null : clean.slice(0, 200);
}
