import type { Random } from '../../../src/evaluate/random.ts';
import type { Mutation } from './mutations.ts';
import { entities, fieldOf, leaves, multiparts, spliced } from './parts.ts';
import { type MailTree, asBase64, pick } from './valid-mail.ts';

const change = (name: string, apply: (mail: MailTree, random: Random) => boolean | void): Mutation => ({
  name,
  apply: (mail, random) => apply(mail, random) ?? true,
});

function leafEncoded(mail: MailTree, encoding: string, random: Random): MailTree | undefined {
  const all = leaves(mail).filter((part) => fieldOf(part, 'Content-Transfer-Encoding')?.body === encoding);
  return all.length === 0 ? undefined : pick(random, all);
}

export const bodyMutations: readonly Mutation[] = [
  change('junk in base64', (mail, random) => {
    const part = leafEncoded(mail, 'base64', random);
    if (part === undefined) return false;
    const junk = pick(random, [
      '=',
      '==',
      '====',
      '\r\n',
      '\r\n\r\n',
      ' ',
      '\t',
      '-',
      '_',
      '!',
      '.',
      'A',
      'AA',
      '\u00e4',
      '\u0000',
      'QUJD',
      'QQ==',
      '\r\n--\r\n',
    ]);
    part.body =
      random() < 0.3
        ? part.body.replace(/=*\s*$/, junk)
        : spliced(part.body, junk, random, pick(random, [0, 1]));
    return true;
  }),
  change('more behind base64', (mail, random) => {
    const part = leafEncoded(mail, 'base64', random);
    if (part === undefined) return false;
    part.body += pick(random, [
      asBase64(' and more'),
      `\r\n${asBase64(' and more')}`,
      '\r\n\r\nplain words follow',
    ]);
    return true;
  }),
  change('odd quoted-printable', (mail, random) => {
    const part = leafEncoded(mail, 'quoted-printable', random);
    if (part === undefined) return false;
    const odd = pick(random, [
      '=',
      '=\r\n',
      '= \r\n',
      '=\t\r\n',
      '=\r\n\r\n',
      '=4',
      '=4\r\n1',
      '=\r\n41',
      '=c3=a9',
      '=C3=A9',
      '=c3',
      '=G1',
      '==41',
      '=0D=0A',
      '=0A',
      '=00',
      '   \r\n',
      '=20\r\n',
      '\u00e9',
      '=E2=80=AE',
      '=3D41',
      '_',
    ]);
    part.body = random() < 0.2 ? part.body + odd : spliced(part.body, odd, random);
    return true;
  }),
  change('bytes in a body', (mail, random) => {
    const part = pick(random, leaves(mail));
    const byte = pick(random, [
      '\u0000',
      '\r',
      '\n',
      '\u00ff',
      '\u00e9',
      '\u00c3\u00a9',
      '\u00ef\u00bb\u00bf',
      '\u00ef\u00bc\u00a1',
      '\u0080',
      '\u000c',
      '\u001b$B',
      '\u000e',
      '+AGE-',
      '\r\n.\r\n',
      '\r\nFrom here\r\n',
      '\u001a',
    ]);
    part.body = spliced(part.body, byte, random);
  }),
  change('delimiter lines', (mail, random) => {
    const all = multiparts(mail);
    if (all.length === 0) return false;
    const part = pick(random, all);
    const { boundary } = part;
    const line = pick(random, [
      `\r\n--${boundary}\r\n`,
      `\r\n--${boundary}--\r\n`,
      `\r\n--${boundary} \r\n`,
      `\r\n--${boundary}\t\r\n\r\nsmuggled`,
      `\r\n--${boundary}x\r\n\r\nsmuggled`,
      `\r\n--${boundary} x\r\n\r\nsmuggled`,
      `\r\n--${boundary}--x\r\n`,
      `\r\n--${boundary}-\r\n\r\nsmuggled`,
      `\r\n --${boundary}\r\n\r\nsmuggled`,
      `\r\n-- ${boundary}\r\n\r\nsmuggled`,
      `\r\n---${boundary}\r\n\r\nsmuggled`,
      `\r\n--${boundary.slice(0, -1)}\r\n\r\nsmuggled`,
      `\r\n--${boundary.toUpperCase()}\r\n\r\nsmuggled`,
      `--${boundary}\r\n\r\nsmuggled`,
      `\r\n--${boundary}\r\nContent-Type: text/html\r\n\r\nsmuggled`,
    ]);
    const inside = pick(
      random,
      entities(part).filter(({ children }) => children.length === 0),
    );
    inside.body = spliced(inside.body, line, random);
    return true;
  }),
  change('preamble or epilogue', (mail, random) => {
    const all = multiparts(mail);
    if (all.length === 0) return false;
    const part = pick(random, all);
    const text = pick(random, [
      'smuggled words',
      'Content-Type: text/html\r\n\r\nsmuggled words',
      `--${part.boundary}x\r\n\r\nsmuggled`,
      ' ',
      '\r\n\r\n',
      `--${part.boundary}\r\n\r\nsmuggled\r\n--${part.boundary}--`,
    ]);
    if (random() < 0.5) part.preamble = `${text}\r\n`;
    else part.epilogue = `\r\n${text}`;
    return true;
  }),
  change('one boundary for two multiparts', (mail, random) => {
    const all = multiparts(mail);
    if (all.length < 2) return false;
    const [outer, inner] = all as [MailTree, MailTree];
    const boundary = pick(random, [outer.boundary, `${outer.boundary}x`, outer.boundary.slice(0, -1)]);
    const field = fieldOf(inner, 'Content-Type');
    if (field === undefined) return false;
    inner.boundary = boundary;
    field.body = field.body.replace(/boundary=.*/, `boundary="${boundary}"`);
    return true;
  }),
  change('parts in another order', (mail, random) => {
    const all = multiparts(mail);
    if (all.length === 0) return false;
    pick(random, all).children.reverse();
    return true;
  }),
  change('one part more', (mail, random) => {
    const all = multiparts(mail);
    if (all.length === 0) return false;
    const part = pick(random, all);
    const fields = pick(random, [
      [],
      [{ name: 'Content-Type', body: 'text/plain' }],
      [{ name: 'Content-Type', body: 'text/html' }],
      [{ name: 'Content-Disposition', body: 'attachment' }],
      [{ name: 'Content-Type', body: 'message/rfc822' }],
    ]);
    part.children.push({
      fields: [...fields],
      body: pick(random, ['more words', 'Subject: x\r\n\r\ninner words', '<p>more words</p>', '']),
      boundary: '',
      preamble: '',
      epilogue: '',
      children: [],
      gap: '\r\n',
    });
    return true;
  }),
];
