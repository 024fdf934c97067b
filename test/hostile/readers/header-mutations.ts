import type { Random } from '../../../src/evaluate/random.ts';
import type { Mutation } from './mutations.ts';
import { entities, fieldOf, partWith, spliced } from './parts.ts';
import { type MailTree, encodedWord, pick } from './valid-mail.ts';

const NAMES = [
  'Subject',
  'From',
  'To',
  'Date',
  'MIME-Version',
  'Content-Type',
  'Content-Transfer-Encoding',
  'Content-Disposition',
];

const OTHER: Record<string, readonly string[]> = {
  Subject: ['Another subject', ''],
  From: ['Eve <eve@sender.example>', ''],
  To: ['eve@prospect.example'],
  Date: ['Mon, 2 Mar 2020 10:00:00 +0000'],
  'MIME-Version': ['1.0', '2.0', '1.0 (x)', ''],
  'Content-Type': ['text/html; charset=utf-8', 'text/plain', 'multipart/mixed; boundary=b1', ''],
  'Content-Transfer-Encoding': ['base64', 'quoted-printable', '7bit', ''],
  'Content-Disposition': ['attachment', 'inline', 'attachment; filename=x.txt'],
};

/** Bytes of UTF-8 as Latin-1. */
const NBSP = '\u00c2\u00a0';

const SUBJECTS = (text: string): string[] => [
  encodedWord(text, 'Q').toLowerCase().replace('utf-8', 'UTF-8'),
  `${encodedWord('Hello', 'B')}${encodedWord(text, 'Q')}`,
  `${encodedWord('Hello', 'B')} ${text}`,
  `${text}${encodedWord('Hello', 'B')}`,
  `"${encodedWord(text, 'B')}"`,
  `(${encodedWord(text, 'Q')})`,
  encodedWord(encodedWord(text, 'B'), 'Q'),
  encodedWord(text, 'B').replace('?=', ''),
  encodedWord(text, 'B').replace('=?=', '?='),
  encodedWord(text, 'B').replace('?B?', '?X?'),
  encodedWord(text, 'B').replace('utf-8', 'utf-8*en'),
  encodedWord(text, 'B').replace('utf-8', 'x-unknown'),
  encodedWord(text, 'B').replace('utf-8', 'utf-7'),
  encodedWord(text, 'Q').replace('utf-8', 'iso-8859-1'),
  encodedWord(text, 'Q').replaceAll('_', ' '),
  encodedWord(text, 'Q').replaceAll('_', '=0D=0A'),
  encodedWord(text, 'Q').replaceAll('_', '?'),
  encodedWord(text, 'Q').replace(/_/, '=00'),
  encodedWord(text.repeat(9), 'B'),
  `=?utf-8?B?${Buffer.from(text).toString('base64').slice(0, 7)}?= =?utf-8?B?${Buffer.from(text).toString('base64').slice(7)}?=`,
  '=?utf-8?Q?caf=C3?= =?utf-8?Q?=A9?=',
  '=?utf-8?Q??=',
  `${text} =?`,
  `=? utf-8 ?Q?${text}?=`,
  `=?utf-8?Q?=?= ${text}`,
];

const ADDRESSES = [
  'ann@sender.example (Eve)',
  'ann@sender.example (eve@sender.example)',
  'ann@sender.example (x).other.sender.example',
  'ann@sender.example, eve@sender.example',
  'eve@sender.example <ann@sender.example>',
  '"eve@sender.example" <ann@sender.example>',
  '<eve@sender.example> <ann@sender.example>',
  'Ann <<ann@sender.example>>',
  'Ann <ann@sender.example',
  'Ann ann@sender.example>',
  'Ann <ann@sender.example> Eve',
  'Ann <ann@sender.example>; Eve <eve@sender.example>',
  'Ann <@relay.example:ann@sender.example>',
  'Ann <ann @ sender.example>',
  'Ann <"ann"@sender.example>',
  'Ann <"eve@x"@sender.example>',
  'Team: ann@sender.example, eve@sender.example;',
  'Team:;',
  'Team: ann@sender.example',
  '"Ann" "Eve" <ann@sender.example>',
  '"Ann \\"Eve\\" <eve@sender.example>" <ann@sender.example>',
  '"Ann <ann@sender.example>',
  '=?utf-8?Q?eve=40sender.example=2C?= <ann@sender.example>',
  '=?utf-8?Q?Eve_<eve@sender.example>=2C?= <ann@sender.example>',
  '=?utf-8?Q?ann=40sender.example?=',
  '<=?utf-8?Q?ann?=@sender.example>',
  'ann@sender.example.',
  'ann@sender..example',
  '.ann@sender.example',
  'ann%eve@sender.example',
  'ann@[sender.example]',
  'ann(comment)@sender.example',
  'Ann (a (nested) <eve@sender.example>) <ann@sender.example>',
  'Ann (open <ann@sender.example>',
  ', ann@sender.example',
  'Cole, Ann <ann@sender.example>',
  'ann@sender.example,',
  'Ann\t<ann@sender.example>',
  'mailto:ann@sender.example',
  'ann@sender.example\u00c2\u00a0',
  'Ann \u00c2\u00ab <ann@sender.example>',
];

const change = (name: string, apply: (mail: MailTree, random: Random) => boolean | void): Mutation => ({
  name,
  apply: (mail, random) => apply(mail, random) ?? true,
});

function anyField(mail: MailTree, random: Random) {
  const part = pick(random, entities(mail));
  return part.fields.length === 0 ? null : pick(random, part.fields);
}

export const headerMutations: readonly Mutation[] = [
  change('a header twice', (mail, random) => {
    const name = pick(random, NAMES);
    const part = name.startsWith('Content') ? pick(random, entities(mail)) : mail;
    const other = { name, body: pick(random, OTHER[name] ?? []) };
    if (random() < 0.5) part.fields.push(other);
    else part.fields.unshift(other);
  }),
  change('a header folded', (mail, random) => {
    const field = anyField(mail, random);
    if (field === null) return false;
    const fold = pick(random, ['\r\n ', '\r\n\t', '\r\n   ', '\r\n \r\n ', '\r\n\u000b', '\r\n']);
    if (random() < 0.5) field.body = field.body.replace(' ', fold);
    else field.body = spliced(field.body, fold, random);
    return true;
  }),
  change('a header that begins with a fold', (mail, random) => {
    const field = anyField(mail, random);
    if (field === null) return false;
    field.body = `\r\n ${field.body}`;
    return true;
  }),
  change('another spelling of a header name', (mail, random) => {
    const field = anyField(mail, random);
    if (field === null) return false;
    const { name } = field;
    field.name = pick(random, [
      name.toUpperCase(),
      `${name} `,
      `${name}\t`,
      ` ${name}`,
      name.replace('-', '_'),
      name.replace('-', ' '),
      `X-${name}`,
      `${name}:`,
      `${name}${NBSP}`,
      `${NBSP}${name}`,
      name.replace('e', '\u00d0\u00b5'),
      `${name}\u0000`,
    ]);
    return true;
  }),
  change('a line among the headers', (mail, random) => {
    const part = pick(random, entities(mail));
    const line = pick(random, [
      'no header at all',
      ' continued',
      '\t',
      ' ',
      ':',
      ': value',
      'From eve Mon Mar  2 10:00:00 2020',
      '>From: eve@sender.example',
      'X-Empty:',
      'X Y: z',
      '\u00ef\u00bb\u00bf',
      'X-Long: '.padEnd(1200, 'x'),
      'Resent-From: eve@sender.example',
      'Thread-Topic: Another subject',
    ]);
    const at = Math.floor(random() * (part.fields.length + 1));
    part.fields.splice(at, 0, { name: '', body: line });
  }),
  change('a byte in a header', (mail, random) => {
    const field = anyField(mail, random);
    if (field === null) return false;
    const byte = pick(random, [
      '\u0000',
      '\r',
      '\n',
      '\r\r\n',
      '\u000b',
      '\u000c',
      '\u0085',
      '\u00ff',
      '\u00c2\u0085',
      '\u00e2\u0080\u00a8',
      '\u007f',
      '\u0008',
      '\u001b',
      '"',
      '\\',
      '(',
      ')',
      ';',
      '<',
      '=',
      '?',
    ]);
    field.body = spliced(field.body, byte, random);
    return true;
  }),
  change('a subject in encoded words', (mail, random) => {
    const field = fieldOf(mail, 'Subject');
    if (field === undefined) return false;
    field.body = pick(random, SUBJECTS('A call next week'));
    if (random() < 0.2) field.body = spliced(field.body, pick(random, ['\r\n ', ' ', '?']), random);
    return true;
  }),
  change('an odd address', (mail, random) => {
    const field = fieldOf(mail, 'From');
    if (field === undefined) return false;
    field.body = pick(random, ADDRESSES);
    if (random() < 0.2) field.body = field.body.replace(' ', '\r\n ');
    return true;
  }),
  change('a header without a value', (mail, random) => {
    const field = anyField(mail, random);
    if (field === null) return false;
    field.body = pick(random, ['', ' ', '\t', '\r\n ']);
    return true;
  }),
  change('a header left out', (mail, random) => {
    const part = partWith(mail, pick(random, NAMES), random);
    if (part === undefined) return false;
    part.fields.splice(Math.floor(random() * part.fields.length), 1);
    return true;
  }),
  change('what stands between header and body', (mail, random) => {
    const part = pick(random, entities(mail));
    part.gap = pick(random, ['', ' \r\n', '\t\r\n\r\n', '\r\n\r\n', '\n', '\r', '\r\r\n\r\n', '--\r\n']);
  }),
  change('what stands before the header', (mail, random) => {
    const first = pick(random, [
      '',
      ' ',
      '\u00ef\u00bb\u00bf',
      'From eve Mon Mar  2 10:00:00 2020',
      '>From eve Mon Mar  2 10:00:00 2020',
      'no header at all',
    ]);
    mail.fields.unshift({ name: '', body: first });
  }),
];
