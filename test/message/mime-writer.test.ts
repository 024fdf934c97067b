import { describe, expect, it, test } from 'vitest';
import { parseMessage } from '../../src/message/parse.ts';
import { filePart, message, multipart, textPart } from '../../src/message/mime-writer.ts';

const file = (content: Buffer) =>
  filePart({ filename: 'a.bin', content, contentType: 'application/octet-stream', contentId: null });

describe('base64', () => {
  // Around a line, and around what is encoded at once.
  it.each([0, 1, 56, 57, 58, 56_999, 57_000, 57_001, 114_057])('of %i bytes has lines of 76', (size) => {
    const content = Buffer.from(Array.from({ length: size }, (_, i) => (i * 7) % 256));
    const lines = Buffer.concat(file(content).body).toString().split('\r\n');
    expect(Buffer.from(lines.join(''), 'base64')).toEqual(content);
    expect(lines.slice(0, -1).every((line) => line.length === 76)).toBe(true);
    expect(lines.at(-1)!.length).toBeLessThanOrEqual(76);
  });
});

test('a file is copied once, into the whole message', () => {
  const large = file(Buffer.alloc(1_000_000, 'x'));
  expect(large.body).toHaveLength(1);
  const inner = multipart('mixed', [textPart('plain', 'Hello'), large], 'inner');
  const outer = multipart('mixed', [inner], 'outer');
  expect(outer.body.includes(large.body[0])).toBe(true);
  const raw = message(['From: a@b.example'], outer);
  const body = raw.length - raw.indexOf('\r\n\r\n') - 4;
  expect(body).toBe(outer.body.reduce((sum, { length }) => sum + length, 0));
});

describe('a text', () => {
  it.each([
    ['short, of ASCII', 'Hello', '7bit'],
    ['of other letters', 'Grüße', 'quoted-printable'],
    ['of one line that is too long', 'a'.repeat(2_000), 'quoted-printable'],
    ['longer than anybody reads in the source', 'ü'.repeat(600_000), 'base64'],
  ])('%s is written as %s is best written', (_, text, encoding) => {
    const part = textPart('plain', text);
    expect(part.headers).toContain(`Content-Transfer-Encoding: ${encoding}`);
  });

  it('of base64 is read as it was written', async () => {
    const html = `<p data-note="${'ü'.repeat(600_000)}">Would a short call be useful?</p>`;
    const raw = message(['From: a@b.example', 'Subject: x'], textPart('html', html));
    expect(raw.toString()).toContain('Content-Transfer-Encoding: base64');
    expect((await parseMessage(raw)).draft.body).toContain('Would a short call be useful?');
  });
});
