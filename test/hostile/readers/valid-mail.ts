import type { Random } from '../../../src/evaluate/random.ts';

/** One header field of a part, name and body as written; a body may be folded. */
export interface Field {
  name: string;
  body: string;
}

/** A mail as it is about to be written: what mutations change. Text is bytes as Latin-1. */
export interface MailTree {
  fields: Field[];
  /** Encoded, of a part without children. */
  body: string;
  boundary: string;
  preamble: string;
  epilogue: string;
  children: MailTree[];
  /** Written between header and body. */
  gap: string;
}

export const pick = <T>(random: Random, items: readonly T[]): T => items[Math.floor(random() * items.length)];

const WORDS = (
  'hello we saw that your team raised funding and hires engineers in Berlin this spring would a short call next week be ' +
  'useful our people start within days at a fixed price Acme Northwind café naïve Zürich 14 €20 “yes” no'
).split(' ');

const sentence = (random: Random): string => {
  const words = Array.from({ length: 3 + Math.floor(random() * 12) }, () => pick(random, WORDS));
  return `${words.join(' ')}.`;
};

const bytes = (text: string): string => Buffer.from(text).toString('latin1');
const isPlain = (text: string): boolean => /^[\x20-\x7e\r\n\t]*$/.test(text);

export const asBase64 = (latin1: string): string =>
  Buffer.from(latin1, 'latin1')
    .toString('base64')
    .replace(/.{76}(?=.)/g, '$&\r\n');

export function asQuotedPrintable(latin1: string): string {
  return latin1
    .split('\r\n')
    .map((line) => {
      const encoded = line
        .replace(
          /[^\x20-\x3c\x3e-\x7e]/g,
          (char) => `=${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
        )
        .replace(/ $/, '=20');
      return (encoded.match(/(?:=..|[^=]){1,24}/g) ?? ['']).join('=\r\n');
    })
    .join('\r\n');
}

export function encodedWord(text: string, kind: 'B' | 'Q'): string {
  const data = Buffer.from(text);
  if (kind === 'B') return `=?utf-8?B?${data.toString('base64')}?=`;
  const quoted = Array.from(data, (byte) => {
    const char = String.fromCharCode(byte);
    if (/[A-Za-z0-9]/.test(char)) return char;
    return char === ' ' ? '_' : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  });
  return `=?utf-8?Q?${quoted.join('')}?=`;
}

function subject(random: Random): string {
  const words = Array.from({ length: 2 + Math.floor(random() * 5) }, () => pick(random, WORDS));
  const text = words.join(' ');
  if (!isPlain(text) || random() < 0.25) {
    // A word at a time: none may be longer than 75 characters.
    return words
      .map((word, at) => encodedWord(at === 0 ? word : ` ${word}`, pick(random, ['B', 'Q'])))
      .join(pick(random, [' ', '\r\n ']));
  }
  return random() < 0.2 ? text.replace(' ', '\r\n ') : text;
}

const FROM = [
  'ann@sender.example',
  'Ann <ann@sender.example>',
  '"Ann, of Sales" <ann@sender.example>',
  '=?utf-8?Q?Ann_B=C3=B6hm?= <ann@sender.example>',
  'Ann B. Cole <ann@sender.example>',
];

function textPart(random: Random, html: boolean, text: string): MailTree {
  const latin1 = bytes(
    html ? `<html><body><p>${text.replaceAll('\r\n', '</p>\r\n<p>')}</p></body></html>\r\n` : `${text}\r\n`,
  );
  const kinds = isPlain(latin1)
    ? ['7bit', '', 'base64', 'quoted-printable']
    : ['8bit', 'base64', 'quoted-printable'];
  const encoding = pick(random, kinds);
  const charset = encoding === '' || random() < 0.1 ? '' : `; charset=${pick(random, ['utf-8', '"UTF-8"'])}`;
  const type = `text/${html ? 'html' : 'plain'}${isPlain(latin1) || charset !== '' ? charset : '; charset=utf-8'}`;
  const flowed = !html && random() < 0.1 ? '; format=flowed' : '';
  return leaf(
    [
      { name: 'Content-Type', body: type + flowed },
      ...(encoding === '' ? [] : [{ name: 'Content-Transfer-Encoding', body: encoding }]),
      ...(random() < 0.1 ? [{ name: 'Content-Disposition', body: 'inline' }] : []),
    ],
    encoding === 'base64'
      ? asBase64(latin1)
      : encoding === 'quoted-printable'
        ? asQuotedPrintable(latin1)
        : latin1.replace(/\r\n$/, ''),
  );
}

function leaf(fields: Field[], body: string): MailTree {
  return { fields, body, boundary: '', preamble: '', epilogue: '', children: [], gap: '\r\n' };
}

function attachment(random: Random): MailTree {
  const [type, name] = pick(random, [
    ['application/pdf', 'plan.pdf'],
    ['image/png', 'logo.png'],
    ['text/plain', 'note.txt'],
  ] as const);
  return leaf(
    [
      { name: 'Content-Type', body: `${type}; name="${name}"` },
      { name: 'Content-Disposition', body: `attachment; filename="${name}"` },
      { name: 'Content-Transfer-Encoding', body: 'base64' },
    ],
    asBase64(`attached ${sentence(random)}`.replace(/[^ -~]/g, 'x')),
  );
}

function multipart(random: Random, kind: string, children: MailTree[]): MailTree {
  const boundary = pick(random, ['b1', '----=_Part_7', 'x.y', "ab'c(d)+e"]) + Math.floor(random() * 1e6);
  const quote = /^[\w.-]+$/.test(boundary) && random() < 0.5 ? '' : '"';
  return {
    ...leaf([{ name: 'Content-Type', body: `multipart/${kind}; boundary=${quote}${boundary}${quote}` }], ''),
    boundary,
    preamble: pick(random, ['', '', 'This is a multi-part message in MIME format.\r\n']),
    children,
  };
}

/** A mail as ordinary libraries write it: every program reads it alike. */
export function validMail(random: Random): MailTree {
  const text = Array.from({ length: 1 + Math.floor(random() * 3) }, () => sentence(random)).join('\r\n');
  const both = (): MailTree =>
    multipart(random, 'alternative', [textPart(random, false, text), textPart(random, true, text)]);
  const content = pick<() => MailTree>(random, [
    () => textPart(random, false, text),
    () => textPart(random, true, text),
    both,
    both,
    () => multipart(random, 'mixed', [textPart(random, random() < 0.5, text), attachment(random)]),
    () => multipart(random, 'mixed', [both(), attachment(random)]),
    () => multipart(random, 'related', [textPart(random, true, text), attachment(random)]),
  ])();
  content.fields.unshift(
    { name: 'From', body: pick(random, FROM) },
    { name: 'To', body: 'Bob <bob@prospect.example>' },
    { name: 'Subject', body: subject(random) },
    { name: 'Date', body: 'Fri, 27 Nov 2026 10:00:00 +0000' },
    { name: 'Message-ID', body: '<1@sender.example>' },
    { name: 'MIME-Version', body: '1.0' },
  );
  return content;
}

/** As bytes on the wire. */
export function writeMail(tree: MailTree): Buffer {
  return Buffer.from(`${writePart(tree)}\r\n`, 'latin1');
}

function writePart({ fields, body, boundary, preamble, epilogue, children, gap }: MailTree): string {
  const head = fields
    .map(({ name, body: value }) => (name === '' ? value : `${name}: ${value}`))
    .join('\r\n');
  if (children.length === 0) return `${head}\r\n${gap}${body}`;
  const parts = children.map((child) => `--${boundary}\r\n${writePart(child)}\r\n`).join('');
  return `${head}\r\n${gap}${preamble}${parts}--${boundary}--${epilogue}`;
}
