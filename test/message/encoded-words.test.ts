import { describe, expect, test } from 'vitest';
import { withoutBcc } from '../../src/message/bcc.ts';
import { decodeWords } from '../../src/message/encoded-words.ts';

test.each([
  ['=?UTF-8?B?TcO8bGxlcg==?=', 'Müller'],
  ['=?utf-8?q?M=C3=BCller?= GmbH', 'Müller GmbH'],
  ['=?iso-8859-1?Q?M=FCller_AG?=', 'Müller AG'],
  ['=?UTF-8?Q?M=C3=BC?= =?UTF-8?Q?ller?=', 'Müller'],
  ['=?UTF-8?Q?=FF?=', '=?UTF-8?Q?=FF?='],
  ['=?unheard-of?Q?a?=', '=?unheard-of?Q?a?='],
  ['plain =? text ?=', 'plain =? text ?='],
])('the encoded words %s are read as %s', (text, read) => {
  expect(decodeWords(text)).toBe(read);
});

describe('a message that leaves', () => {
  test('loses its Bcc lines, folded ones and their other spellings too, and nothing else', () => {
    const raw =
      'A: 1\r\nBCC: a@x,\r\n b@x\r\nX-Bcc: kept\r\nbcc : c@x\r\nResent-Bcc: d@x\r\n\r\nBcc: text\r\n';
    expect(withoutBcc(Buffer.from(raw)).toString()).toBe('A: 1\r\nX-Bcc: kept\r\n\r\nBcc: text\r\n');
    const without = Buffer.from('Bc: a\r\n\r\nx');
    expect(withoutBcc(without)).toBe(without);
  });
});
