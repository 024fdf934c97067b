import type { Random } from '../../../src/evaluate/random.ts';
import type { Mutation } from './mutations.ts';
import { entities, fieldOf, leaves, multiparts, partWith } from './parts.ts';
import { type Field, type MailTree, pick } from './valid-mail.ts';

const TYPES = [
  'text/plain',
  'text/html',
  'TEXT/HTML',
  'text',
  'text/',
  '/html',
  'html',
  '',
  'text/html/x',
  'text / html',
  'text/html,text/plain',
  'text/html text/plain',
  'text/html;',
  '"text/html"',
  'text/(c)html',
  'text/enriched',
  'text/markdown',
  'text/calendar',
  'text/x-amp-html',
  'text/rtf',
  'text/css',
  'text/xml',
  'application/xhtml+xml',
  'application/octet-stream',
  'image/svg+xml',
  'message/rfc822',
  'message/partial; number=1; total=2; id=x',
  'message/external-body; access-type=URL; URL="https://x.example/"',
  'message/delivery-status',
  'multipart/mixed',
  'multipart/mixed; boundary=""',
  'multipart/alternative; boundary=b1',
];

const CHARSETS = [
  'us-ascii',
  'utf-8',
  'UTF8',
  '"utf-8"',
  "'utf-8'",
  '"utf-8',
  'utf-8"',
  'utf-8 (c)',
  'utf-7',
  'unicode-1-1-utf-7',
  'utf-16',
  'utf-16le',
  'utf-32',
  'iso-8859-1',
  'iso-8859-15',
  'windows-1252',
  'cp1252',
  'windows-1251',
  'koi8-r',
  'iso-2022-jp',
  'iso-2022-kr',
  'hz-gb-2312',
  'gb18030',
  'big5',
  'shift_jis',
  'x-user-defined',
  'x-none',
  'ebcdic-cp-us',
  'ibm037',
  'cp037',
  'rot13',
  'base64',
  'utf-8,us-ascii',
  'utf-8;charset=utf-16',
  'unknown-8bit',
  'macintosh',
  'cp437',
];

const ENCODINGS = [
  '7bit',
  '8bit',
  'binary',
  'base64',
  'BASE64',
  'quoted-printable',
  'Quoted-Printable',
  'quoted_printable',
  'base-64',
  '"base64"',
  'base64;',
  'base64 (c)',
  '(c) base64',
  'base64, 7bit',
  'base 64',
  'x-base64',
  'x-uuencode',
  'uuencode',
  'x-yencode',
  'q',
  'b',
  '8-bit',
  'none',
  '',
];

const DISPOSITIONS = [
  'inline',
  'attachment',
  'ATTACHMENT',
  '"attachment"',
  'attachment;',
  'attachment (c)',
  '(c) attachment',
  'inline; attachment',
  'attachment; inline',
  'attach',
  'form-data; name=x',
  'inline; filename=x.txt',
  'filename=x.txt',
  '; attachment',
  '',
  'attachment, inline',
  'x-unknown',
];

function parameters(random: Random, name: string, value: string): string {
  const half = Math.floor(value.length / 2);
  const [a, b] = [value.slice(0, half), value.slice(half)];
  return pick(random, [
    `${name}*=utf-8''${value}`,
    `${name}*0=${a}; ${name}*1=${b}`,
    `${name}*1=${b}; ${name}*0=${a}`,
    `${name}*0*=utf-8''${a}; ${name}*1=${b}`,
    `${name}*0="${a}"; ${name}*1="${b}"`,
    `${name}=${value}; ${name}=other`,
    `${name}=other; ${name}=${value}`,
    `${name}=${value}; ${name}*=utf-8''other`,
    `${name}=${value};;`,
    `${name} = ${value}`,
    `${name}= "${value}"`,
    `${name}="${value}" x`,
    `${name}="${value}`,
    `${name}='${value}'`,
    `${name}=${value} (c)`,
    `(${name}=other) ${name}=${value}`,
    `${name.toUpperCase()}=${value}`,
    `x="; ${name}=other"; ${name}=${value}`,
    `x="\\"; ${name}=other"; ${name}=${value}`,
    `x='; ${name}=other; '; ${name}=${value}`,
    `x=\\"; ${name}=${value}`,
    `${name}="\\${value}"`,
    `${name}=${value}\t`,
    `${name}="${value} "`,
    `${name}=" ${value}"`,
    `${name}=${value},x=y`,
    `${name}=${value} x=y`,
    `${name}=\r\n ${value}`,
    `${name}="${a}\r\n ${b}"`,
    `${name}="${a}"${b}`,
    `${name}==${value}`,
    `${name}:${value}`,
    `${name}="=?utf-8?Q?${value}?="`,
    `${name}=<${value}>`,
    name,
    `${name}=`,
  ]);
}

const change = (name: string, apply: (mail: MailTree, random: Random) => boolean | void): Mutation => ({
  name,
  apply: (mail, random) => apply(mail, random) ?? true,
});

function setField(part: MailTree, name: string, body: string): void {
  const field: Field | undefined = fieldOf(part, name);
  if (field === undefined) part.fields.push({ name, body });
  else field.body = body;
}

export const typeMutations: readonly Mutation[] = [
  change('another Content-Type', (mail, random) => {
    const type = pick(random, TYPES);
    setField(pick(random, entities(mail)), 'Content-Type', type);
  }),
  change('another charset', (mail, random) => {
    const texts = leaves(mail).filter((part) => fieldOf(part, 'Content-Type')?.body.startsWith('text/'));
    if (texts.length === 0) return false;
    const part = pick(random, texts);
    const type = (fieldOf(part, 'Content-Type')?.body ?? 'text/plain').split(';')[0];
    setField(part, 'Content-Type', `${type}; charset=${pick(random, CHARSETS)}`);
    return true;
  }),
  change('another transfer encoding', (mail, random) => {
    setField(pick(random, entities(mail)), 'Content-Transfer-Encoding', pick(random, ENCODINGS));
  }),
  change('another disposition', (mail, random) => {
    setField(pick(random, entities(mail)), 'Content-Disposition', pick(random, DISPOSITIONS));
  }),
  change('a charset written otherwise', (mail, random) => {
    const part = partWith(mail, 'Content-Type', random);
    if (part === undefined || part.children.length > 0) return false;
    const type = (fieldOf(part, 'Content-Type')?.body ?? '').split(';')[0];
    setField(part, 'Content-Type', `${type}; ${parameters(random, 'charset', 'utf-8')}`);
    return true;
  }),
  change('a boundary written otherwise', (mail, random) => {
    const all = multiparts(mail);
    if (all.length === 0) return false;
    const part = pick(random, all);
    const type = (fieldOf(part, 'Content-Type')?.body ?? '').split(';')[0];
    part.boundary = 'abcdef';
    setField(part, 'Content-Type', `${type}; ${parameters(random, 'boundary', 'abcdef')}`);
    return true;
  }),
  change('a file name written otherwise', (mail, random) => {
    const part = partWith(mail, 'Content-Disposition', random);
    if (part === undefined) return false;
    setField(part, 'Content-Disposition', `attachment; ${parameters(random, 'filename', 'plan.txt')}`);
    return true;
  }),
  change('another kind of multipart', (mail, random) => {
    const all = multiparts(mail);
    if (all.length === 0) return false;
    const part = pick(random, all);
    const kind = pick(random, [
      'mixed',
      'alternative',
      'related',
      'signed',
      'report',
      'digest',
      'parallel',
      'x-other',
      'encrypted',
      'related; start="<2@x>"',
    ]);
    const field = fieldOf(part, 'Content-Type');
    if (field === undefined) return false;
    field.body = field.body.replace(/^multipart\/\w+/, `multipart/${kind}`);
    return true;
  }),
  change('flowed text', (mail, random) => {
    const texts = leaves(mail).filter((part) => fieldOf(part, 'Content-Type')?.body.startsWith('text/plain'));
    if (texts.length === 0) return false;
    const part = pick(random, texts);
    part.fields = part.fields.filter(({ name }) => name !== 'Content-Transfer-Encoding');
    setField(
      part,
      'Content-Type',
      `text/plain; charset=utf-8; format=${pick(random, ['flowed', 'FLOWED', '"flowed"', 'fixed'])}${pick(random, ['', '; delsp=yes', '; DelSp=Yes', '; delsp=no'])}`,
    );
    part.body = pick(random, [
      'would a short \r\ncall be use \r\nful',
      '> quoted \r\n>> deeper \r\nown',
      ' stuffed \r\n From here',
      '-- \r\nAnn',
      'raised fund\r\ning',
    ]);
    return true;
  }),
];
