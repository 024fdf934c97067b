import { describe, expect, it } from 'vitest';
import { parseMessage } from '../../src/message/parse.ts';
import { mailFixtures } from './mail-fixtures.ts';

describe('parseMessage', () => {
  it.each(
    mailFixtures().map((fixture) => [fixture.name, fixture.expected.about, fixture] as const),
  )('%s: %s', async (_name, _about, { raw, expected }) => {
    const { headers, draft, trouble } = await parseMessage(raw);
    const kinds = [...new Set(trouble.map(({ kind }) => kind))].sort();
    expect(kinds, JSON.stringify(trouble)).toEqual((expected.trouble ?? []).toSorted());
    if (expected.subject !== undefined) expect(draft.subject).toBe(expected.subject);
    if (expected.body !== undefined) expect(draft.body).toBe(expected.body);
    for (const text of expected.contains ?? []) expect(draft.body).toContain(text);
    for (const text of expected.lacks ?? []) expect(draft.body).not.toContain(text);
    const reasons = [...new Set(draft.hidden.map(({ reason }) => reason))].sort();
    expect(reasons, JSON.stringify(draft.hidden)).toEqual((expected.hidden ?? []).toSorted());
    if (expected.links !== undefined) expect(draft.links).toEqual(expected.links);
    if (expected.attachments !== undefined) {
      expect(draft.attachments.map(({ filename, contentType }) => ({ filename, contentType }))).toEqual(
        expected.attachments.map(({ filename, contentType }) => ({ filename, contentType })),
      );
      for (const [index, { contains }] of expected.attachments.entries()) {
        if (contains !== undefined) expect(draft.attachments[index]?.text).toContain(contains);
      }
    }
    if (expected.segments !== undefined) {
      expect(draft.segments.map(({ kind }) => kind)).toEqual(expected.segments.map(([kind]) => kind));
      for (const [index, [, text]] of expected.segments.entries()) {
        const segment = draft.segments[index];
        expect(draft.body.slice(segment?.start, segment?.end)).toContain(text);
      }
    }
    if (expected.headers !== undefined) expect(headers).toMatchObject(expected.headers);
  });
});

const part = (type: string, text: string) => `--b\r\nContent-Type: ${type}\r\n\r\n${text}\r\n`;
const mailOf = (...parts: string[]) =>
  Buffer.from(
    [
      'From: Ann <ann@sender.example>',
      'Subject: Hello',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      `${parts.join('')}--b--`,
      '',
    ].join('\r\n'),
  );
const LONG = 'word '.repeat(6_000);

describe('a mail with more text than is read', () => {
  it.each([
    ['two parts that are short enough by themselves', [part('text/plain', LONG), part('text/plain', LONG)]],
    [
      'an HTML part after all that may be read',
      [...Array(3).fill(part('text/plain', LONG)), part('text/html', '<p>You raised $40M.</p>')],
    ],
    ['HTML whose last words do not fit', [part('text/html', `<p>${'word '.repeat(8_000)}</p><p>$40M</p>`)]],
  ])('is too complex: %s', async (_name, parts) => {
    const { trouble } = await parseMessage(mailOf(...parts));
    expect(trouble).toContainEqual({ kind: 'too_complex', detail: 'more text than anyone reads' });
  });
});

describe('a mail with more other texts than are read', () => {
  const attached = (count: number) =>
    Array.from({ length: count }, (_, at) =>
      part(`text/plain; name=a${at}.txt\r\nContent-Disposition: attachment`, `Note ${at}`),
    );

  it.each([
    [24, []],
    [25, [{ kind: 'too_complex', detail: 'more than 24 texts besides the body' }]],
  ])('with %i of them', async (count, expected) => {
    const { draft, trouble } = await parseMessage(mailOf(part('text/plain', 'Hi'), ...attached(count)));
    expect(draft.versions).toHaveLength(24);
    expect(trouble).toEqual(expected);
  });
});

it('keeps nothing of one mail for the next', async () => {
  const alternatives = (first: string, second: string): Buffer =>
    Buffer.from(
      [
        'From: ann@sender.example',
        'Content-Type: multipart/alternative; boundary=b',
        ...[first, second].flatMap((text) => ['', '--b', 'Content-Type: text/plain', '', text]),
        '--b--',
        '',
      ].join('\r\n'),
    );
  const before = await parseMessage(alternatives('one two three', 'one two four'));
  const after = await parseMessage(Buffer.from('From: ann@sender.example\r\n\r\nHello\r\n'));
  expect(before.draft.versions).toEqual([{ how: 'in its plain text part', text: 'one two three' }]);
  expect(after.draft.versions).toBeUndefined();
});
