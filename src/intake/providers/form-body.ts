import { createHash } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import busboy from 'busboy';
import { type FormField, readForm } from '../../message/form.ts';
import { Refusal } from '../refusal.ts';
import type { HttpRequest } from './front.ts';

/** One field of a form; a file brings its name and type. */
export interface FormEntry {
  name: string;
  value: Buffer;
  file: { filename: string; contentType: string } | null;
}

const LIMITS = {
  fieldNameSize: 300,
  fieldSize: 8 * 1024 * 1024,
  fields: 2_500,
  files: 100,
  parts: 2_600,
  headerPairs: 20,
};

/**
 * The fields of a multipart or urlencoded form, in order. What is passed on later is cut out of these bytes by another
 * reader, so a form that the two read differently is refused.
 *
 * @throws Refusal `content_type`, `malformed` or `too_large`
 */
export async function readFormBody({ headers, body }: HttpRequest): Promise<FormEntry[]> {
  const contentType = headers['content-type'] ?? '';
  const multipart = /^multipart\/form-data\b/i.test(contentType);
  if (!multipart && !/^application\/x-www-form-urlencoded\b/i.test(contentType)) {
    throw new Refusal('content_type', 'Send a form, as multipart/form-data or x-www-form-urlencoded.');
  }
  // Before they are taken apart, which takes a second for a million.
  if (!multipart && hasMoreThan(body, 0x26, LIMITS.fields)) throw tooMany();
  const fields = placesOf(contentType, body);
  if (fields.length > LIMITS.fields) throw tooMany();
  if (!multipart) return fields.map(({ name, value }) => ({ name, value, file: null }));
  const entries = await parseMultipart(contentType, body);
  const same =
    entries.length === fields.length &&
    entries.every(({ name, value }, i) => name === fields[i]!.name && value.equals(fields[i]!.value));
  if (!same) throw new Refusal('malformed', 'The form can be read in more than one way; it is damaged.');
  return entries;
}

/** What a form says, apart from the boundary, which a retry makes anew. */
export function formContent(entries: readonly FormEntry[]): Buffer {
  const hashed = entries.map(({ name, value, file }) => [
    name,
    file?.filename ?? null,
    file?.contentType ?? null,
    createHash('sha256').update(value).digest('base64'),
  ]);
  return Buffer.from(JSON.stringify(hashed));
}

function placesOf(contentType: string, body: Buffer): FormField[] {
  try {
    return readForm(contentType, body);
  } catch (error) {
    throw new Refusal('malformed', `The body is damaged: ${(error as Error).message}.`);
  }
}

function parseMultipart(contentType: string, body: Buffer): Promise<FormEntry[]> {
  return new Promise((resolve, reject) => {
    const damaged = (error: unknown): void => {
      const why = error instanceof Error ? error.message : 'it cannot be read';
      reject(new Refusal('malformed', `The form is damaged: ${why.slice(0, 100)}.`));
    };
    let parser: busboy.Busboy;
    try {
      parser = busboy({
        headers: { 'content-type': contentType },
        defParamCharset: 'utf8',
        fileHwm: 1024 * 1024,
        limits: LIMITS,
      });
    } catch (error) {
      damaged(error);
      return;
    }
    const entries: FormEntry[] = [];
    parser.on('field', (name, value: string | undefined, { valueTruncated, nameTruncated, encoding }) => {
      // A charset that busboy does not know leaves no value, whatever its types say.
      if (typeof value !== 'string') damaged(new Error(`the charset of ${name.slice(0, 60)} is unknown`));
      else if (valueTruncated || nameTruncated) {
        reject(new Refusal('too_large', `The field ${name.slice(0, 60)} is too large.`));
      } else if (!isPlain(encoding)) reject(encodedPart());
      else entries.push({ name, value: Buffer.from(value), file: null });
    });
    parser.on('file', (name, stream, { filename, mimeType, encoding }) => {
      if (!isPlain(encoding)) reject(encodedPart());
      const chunks: Buffer[] = [];
      const place = entries.length;
      entries.push({
        name,
        value: Buffer.alloc(0),
        file: { filename: filename ?? '', contentType: mimeType },
      });
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.once('end', () => (entries[place]!.value = Buffer.concat(chunks)));
      stream.on('error', damaged);
    });
    for (const limit of ['fieldsLimit', 'filesLimit', 'partsLimit'] as const) {
      parser.once(limit, () => reject(tooMany()));
    }
    // Not `once`: it may fail again at the end, and an error nobody listens to would end the process.
    parser.on('error', damaged);
    parser.once('close', () => resolve(entries));
    parser.end(body);
  });
}

function hasMoreThan(body: Buffer, byte: number, most: number): boolean {
  let at = -1;
  for (let count = 0; count <= most; count++) {
    at = body.indexOf(byte, at + 1);
    if (at < 0) return false;
  }
  return true;
}

/** Clients of forms send bytes as they are (RFC 7578 4.7). */
const isPlain = (encoding: string): boolean => ['7bit', '8bit', 'binary'].includes(encoding);

const encodedPart = (): Refusal =>
  new Refusal('malformed', 'A part of the form has a Content-Transfer-Encoding; send its bytes as they are.');

const tooMany = (): Refusal => new Refusal('too_large', 'The form has too many fields or files.');

/**
 * A field as text.
 *
 * @throws Refusal `invalid_field`
 */
export function textOf({ name, value, file }: FormEntry): string {
  if (file) throw new Refusal('invalid_field', `The ${name} parameter must not be a file.`, { field: name });
  if (!isUtf8(value))
    throw new Refusal('invalid_field', `The ${name} parameter is not UTF-8.`, { field: name });
  return value.toString();
}
