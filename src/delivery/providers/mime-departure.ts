import type { Departure } from './dialect.ts';

/**
 * The MIME message as it leaves.
 *
 * @throws Error when it was edited and the edited bytes were not given
 */
export function departMime(message: Buffer, { edit, raw, headers }: Departure): Buffer {
  if (edit && !raw) throw new Error('the request holds MIME, and the edited message is not at hand');
  const kept = (edit && raw) || message;
  if (headers.length === 0) return kept;
  const eol = kept.includes('\r\n') ? '\r\n' : '\n';
  return Buffer.concat([
    Buffer.from(headers.map(({ name, value }) => `${name}: ${value}${eol}`).join('')),
    kept,
  ]);
}
