import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMessage } from '../../src/message/parse.ts';
import type { ParsedMessage } from '../../src/message/types.ts';
import { mailFixtures } from './mail-fixtures.ts';

/** Whatever the bytes, the answer is whole: segments cover the body, kinds are named. */
function expectWhole({ draft, trouble }: ParsedMessage): void {
  let at = 0;
  for (const segment of draft.segments) {
    expect(segment.start).toBe(at);
    expect(segment.end).toBeGreaterThan(segment.start);
    at = segment.end;
  }
  expect(at).toBe(draft.body.length);
  for (const { kind, detail } of trouble) expect(`${kind}${detail}`).not.toBe('');
}

describe('parseMessage on any bytes', () => {
  const fixtures = mailFixtures()
    .map(({ raw }) => raw)
    .filter((raw) => raw.length < 20_000);

  it('answers for random bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        expectWhole(await parseMessage(Buffer.from(bytes)));
      }),
      { numRuns: 100 },
    );
  });

  it('answers for fixtures that are cut, doubled or overwritten', async () => {
    const change = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.nat(40),
      insert: fc.constantFrom(
        '',
        '\r\n',
        '\r',
        '\n\n',
        '--b1',
        '--b1--',
        '\0',
        '=?utf-8?B?',
        '<!--',
        '"',
        ':',
        'Ä',
      ),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...fixtures),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        async (fixture, changes) => {
          let raw = fixture;
          for (const { at, length, insert } of changes) {
            const start = Math.floor(at * raw.length);
            raw = Buffer.concat([raw.subarray(0, start), Buffer.from(insert), raw.subarray(start + length)]);
          }
          expectWhole(await parseMessage(raw));
        },
      ),
      { numRuns: 250 },
    );
  });

  it('shows a claim, lists its part as attachment or reports trouble, whichever byte is lost', async () => {
    const raw = Buffer.from(
      [
        'From: a@b.example',
        'Subject: s',
        'MIME-Version: 1.0',
        'Content-Type: multipart/mixed; boundary=b',
        '',
        '--b',
        'Content-Type: text/plain',
        '',
        'First',
        '--b',
        'Content-Type: text/html',
        '',
        'CLAIM',
        '--b--',
        '',
      ].join('\r\n'),
    );
    for (let at = 0; at < raw.length; at++) {
      const cut = Buffer.concat([raw.subarray(0, at), raw.subarray(at + 1)]);
      const { draft, trouble } = await parseMessage(cut);
      const seen = /CLAIM|CLAM|CLIM|CAIM|LAIM|CLAI/.test(draft.body);
      const told = draft.attachments.length > 0 || trouble.length > 0;
      expect(seen || told, `byte ${at}: ${cut.toString()}`).toBe(true);
    }
  });
});
