import type { IncomingHttpHeaders } from 'node:http';
import busboy from 'busboy';
import { UnreadableEventError } from './errors.ts';

/** The text fields of a posted form, the last of a name counting. Attachments are skipped: nobody reads them here. */
export type Form = Map<string, string>;

const LIMITS = { fields: 500, parts: 1_000, files: 500, fieldNameSize: 200, fieldSize: 30 * 1024 * 1024 };

/**
 * Reads `multipart/form-data` (RFC 7578) or `application/x-www-form-urlencoded`.
 *
 * @param names the fields kept; others may be megabytes. Default: all
 * @throws UnreadableEventError
 */
export function readForm(
  body: Buffer,
  headers: IncomingHttpHeaders,
  names?: ReadonlySet<string>,
): Promise<Form> {
  return new Promise((resolve, reject) => {
    const refuse = (why: string) => reject(new UnreadableEventError(why));
    let parser: ReturnType<typeof busboy>;
    try {
      parser = busboy({ headers, limits: LIMITS });
    } catch {
      refuse('the body is no form: its content type lacks a boundary or is another');
      return;
    }
    const form = new Map<string, string>();
    parser.on('field', (name, value, { nameTruncated, valueTruncated }) => {
      if (nameTruncated || valueTruncated) refuse('a field of the form is too large');
      if (names === undefined || names.has(name)) form.set(name, value);
    });
    // A form that is cut off inside a file is told by the file too; an `error` that nobody hears would end the process.
    parser.on('file', (_name, file) => file.on('error', () => {}).resume());
    parser.on('fieldsLimit', () => refuse('the form has too many fields'));
    parser.on('partsLimit', () => refuse('the form has too many parts'));
    parser.on('error', () => refuse('the form is cut off or malformed'));
    parser.on('close', () => resolve(form));
    parser.end(body);
  });
}

/** The bytes of a field, which is then no longer in the form: a raw mail is as large as the form. */
export function takeBytes(form: Form, name: string): Buffer {
  const value = form.get(name) ?? '';
  form.delete(name);
  return Buffer.from(value, 'utf8');
}

export function isForm(headers: IncomingHttpHeaders): boolean {
  return /^(?:multipart\/form-data|application\/x-www-form-urlencoded)\b/i.test(
    headers['content-type'] ?? '',
  );
}
