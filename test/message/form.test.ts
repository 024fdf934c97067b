import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readFormBody } from '../../src/intake/providers/form-body.ts';
import { changeForm, readForm } from '../../src/message/form.ts';

const TYPE = 'multipart/form-data; boundary=bb';
const URLENCODED = 'application/x-www-form-urlencoded';

const name = fc.stringMatching(/^[a-z:-]{1,8}$/);
/** Pieces that look like delimiters, so that values come near to what ends them. */
const value = fc
  .array(
    fc.oneof(
      fc.constantFrom('\r\n', '--', '--b', 'bb', '\n--bb', '\r', '', 'é'),
      fc.string({ maxLength: 5 }),
    ),
  )
  .map((pieces) => pieces.join(''))
  .filter((text) => !text.includes('\r\n--bb') && !text.startsWith('--bb'));
const form = fc.array(fc.record({ name, value, file: fc.boolean() }), { maxLength: 6 });

const written = (fields: { name: string; value: string; file: boolean }[]): Buffer =>
  Buffer.from(
    `${fields
      .map((field) => {
        const filename = field.file ? '; filename="a.bin"' : '';
        return `--bb\r\nContent-Disposition: form-data; name="${field.name}"${filename}\r\n\r\n${field.value}\r\n`;
      })
      .join('')}--bb--\r\n`,
  );

const request = (contentType: string, body: Buffer) => ({
  method: 'POST',
  url: '/',
  params: {},
  query: new URLSearchParams(),
  headers: { 'content-type': contentType },
  body,
});

const pairs = (fields: { name: string; value: Buffer | string }[]): [string, string][] =>
  fields.map((field) => [field.name, field.value.toString()]);

describe('a multipart form', () => {
  test('is read as it was written, or refused', async () => {
    await fc.assert(
      fc.asyncProperty(form, async (fields) => {
        const body = written(fields);
        const read = await readFormBody(request(TYPE, body)).catch(() => null);
        if (read) expect(pairs(read)).toEqual(pairs(fields));
      }),
    );
  });

  test('keeps every other byte when parts change, go or come', () => {
    fc.assert(
      fc.property(form, fc.nat(5), fc.nat(5), (fields, first, second) => {
        // Line feeds alone before a boundary end a part for some readers and not for others.
        fc.pre(fields.every((field) => !field.value.includes('\n--bb')));
        const body = written(fields);
        const kept = fields.flatMap((field, i) =>
          i === first ? [] : [i === second ? { ...field, value: 'new' } : field],
        );
        const changed = changeForm(TYPE, body, {
          remove: new Set([first]),
          replace: new Map([[second, 'new']]),
          append: [{ name: 'more', value: 'last' }],
        });
        const expected = written([...kept, { name: 'more', value: 'last', file: false }]);
        expect(changed.toString()).toBe(expected.toString());
        expect(changeForm(TYPE, body, {})).toBe(body);
      }),
    );
  });
});

describe('a urlencoded form', () => {
  test('is read as URLSearchParams reads it, and keeps every other byte', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.string({ unit: 'grapheme' }))), fc.nat(5), (fields, gone) => {
        const body = Buffer.from(new URLSearchParams(fields).toString());
        expect(pairs(readForm(URLENCODED, body))).toEqual(fields);
        const left = changeForm(URLENCODED, body, {
          remove: new Set([gone]),
          append: [{ name: 'a', value: 'ä&' }],
        });
        const kept = fields.filter((_, i) => i !== gone);
        expect(left.toString()).toBe(new URLSearchParams([...kept, ['a', 'ä&']]).toString());
      }),
    );
  });

  test('is read with names alone, empty pieces and bytes beyond ASCII', () => {
    const body = Buffer.from('&a&&b=&c=1=2&d=ä+%C3%A4&');
    expect(pairs(readForm(URLENCODED, body))).toEqual([
      ['a', ''],
      ['b', ''],
      ['c', '1=2'],
      ['d', 'ä ä'],
    ]);
  });
});

describe('a multipart form', () => {
  const part = (head: string) => `--xx\r\n${head}\r\n\r\nvalue\r\n`;
  const NAMED = 'Content-Disposition: form-data; name="o:tag"';
  const read = (body: string) => readForm('multipart/form-data; boundary=xx', Buffer.from(body));

  test('is read where nothing is odd about it', () => {
    expect(pairs(read(`${part(NAMED)}--xx--\r\n`))).toEqual([['o:tag', 'value']]);
  });

  test.each([
    [part(`${NAMED}; name="bcc"`)],
    [part(`${NAMED}\r\nContent-Disposition: form-data; name="bcc"`)],
    [part(`${NAMED}; name*=utf-8''bcc`)],
    [part(String.raw`Content-Disposition: form-data; name="o:tag\"; name=\"bcc"`)],
    [`${part(NAMED)}--xx--\r\n${part('Content-Disposition: form-data; name="bcc"')}`],
  ])('whose parts another reader may name otherwise is damaged: %j', (body) => {
    expect(() => read(`${body}--xx--\r\n`)).toThrow(/two names|behind the parts/);
  });

  test('with two boundaries is damaged', () => {
    const type = 'multipart/form-data; boundary=xx; boundary=yy';
    expect(() => readForm(type, Buffer.from(`${part(NAMED)}--xx--\r\n`))).toThrow(/boundary/);
  });
});
