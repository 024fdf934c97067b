import type { IncomingHttpHeaders } from 'node:http';
import busboy from 'busboy';
import { UnreadableEventError } from './errors.ts';

/** The text fields of a posted form, the last of a name counting. Attachments are skipped: nobody reads them here. */
export type Form = ReadonlyMap<string, string>;

const LIMITS = { fields: 500, parts: 1_000, files: 500, fieldNameSize: 200, fieldSize: 30 * 1024 * 1024 };

/**
 * Reads `multipart/form-data` (RFC 7578) or `application/x-www-form-urlencoded`.
 *
 * @throws UnreadableEventError
 */
export function readForm(body: Buffer, headers: IncomingHttpHeaders): Promise<Form> {
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
      form.set(name, value);
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

export function isForm(headers: IncomingHttpHeaders): boolean {
  return /^(?:multipart\/form-data|application\/x-www-form-urlencoded)\b/i.test(
    headers['content-type'] ?? '',
  );
}
