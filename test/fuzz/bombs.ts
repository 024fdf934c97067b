/** Mail written to cost its reader much more than it cost to write. Every one is valid enough to be accepted and read. */

export interface Bomb {
  name: string;
  /** @param bytes about how large the raw message is to be */
  make: (bytes: number) => Buffer;
}

const FROM = 'From: Ann <ann@sender.example>\r\n';
const TO = 'To: Bob <bob@prospect.example>\r\n';
const SUBJECT = 'Subject: Engineering capacity\r\n';
const MIME = 'MIME-Version: 1.0\r\n';

/** `piece` over and over until about `bytes` are reached; `index` makes each different. */
function repeat(bytes: number, piece: (index: number) => string): string {
  const pieces: string[] = [];
  let size = 0;
  for (let index = 0; size < bytes; index++) {
    const next = piece(index);
    pieces.push(next);
    size += next.length;
  }
  return pieces.join('');
}

/** Lines of at most 72 characters, as any transfer needs them. */
function wrapped(text: string, end = '\r\n'): string {
  return text.replace(/.{72}/gs, (line) => line + end);
}

function mail(headers: string, body: string): Buffer {
  return Buffer.from(`${FROM}${headers}\r\n${body}`, 'latin1');
}

function textMail(body: string, type = 'text/plain; charset=utf-8', encoding = '8bit'): Buffer {
  const headers = `${TO}${SUBJECT}${MIME}Content-Type: ${type}\r\nContent-Transfer-Encoding: ${encoding}\r\n`;
  return Buffer.from(`${FROM}${headers}\r\n${body}\r\n`, 'utf8');
}

const html = (body: string): Buffer => textMail(body, 'text/html; charset=utf-8');

/** HTML that is base64-encoded, so that it may have lines of any length. */
const encoded = (text: string, type: string): Buffer =>
  textMail(wrapped(Buffer.from(text).toString('base64')), type, 'base64');

const headerMail = (headers: string): Buffer => mail(`${TO}${SUBJECT}${headers}`, 'Hello there.\r\n');

/** A multipart around `inner`. */
function around(boundary: string, inner: string, type = 'mixed'): string {
  return `Content-Type: multipart/${type}; boundary="${boundary}"\r\n\r\n--${boundary}\r\n${inner}\r\n--${boundary}--\r\n`;
}

function nestedMultiparts(depth: number): string {
  const opening = Array.from(
    { length: depth },
    (_, i) => `Content-Type: multipart/mixed; boundary="b${i}"\r\n\r\n--b${i}\r\n`,
  ).join('');
  const closing = Array.from({ length: depth }, (_, i) => `\r\n--b${depth - 1 - i}--\r\n`).join('');
  return `${opening}Content-Type: text/plain\r\n\r\nHello there.${closing}`;
}

function attachedMails(depth: number): string {
  return `${'Content-Type: message/rfc822\r\n\r\n'.repeat(depth)}Subject: Inner\r\n\r\nHello there.\r\n`;
}

const text = (line: (index: number) => string) => (bytes: number) => textMail(repeat(bytes, line));
const markup = (piece: (index: number) => string) => (bytes: number) => html(repeat(bytes, piece));
/** Text within the limit of what is judged, hard on whatever reads it. */
const shortText =
  (piece: string, length = 39_000) =>
  () =>
    encoded(piece.repeat(Math.ceil(length / piece.length)).slice(0, length), 'text/plain; charset=utf-8');
const style = (css: (bytes: number) => string) => (bytes: number) =>
  html(`<html><head><style>\r\n${css(bytes)}\r\n</style></head><body><p>Hello there.</p></body></html>`);

export const BOMBS: readonly Bomb[] = [
  // Structure.
  {
    name: 'multiparts inside each other',
    make: (n) =>
      mail(
        `${TO}${SUBJECT}${MIME}${nestedMultiparts(Math.floor(n / 75)).trimStart()}`.replace(/\r\n$/, ''),
        '',
      ),
  },
  {
    name: 'multiparts inside each other, as deep as is read, then many parts',
    make: (n) => {
      const parts = repeat(n, (i) => `--in\r\nContent-Type: text/plain\r\n\r\nPart ${i}\r\n`);
      const inner = `Content-Type: multipart/mixed; boundary=in\r\n\r\n${parts}--in--\r\n`;
      return Buffer.from(
        `${FROM}${TO}${SUBJECT}${MIME}${Array.from({ length: 10 }, (_, i) => i).reduce((all, i) => around(`o${i}`, all), inner)}`,
      );
    },
  },
  {
    name: 'many parts',
    make: (n) =>
      mail(
        `${TO}${SUBJECT}${MIME}Content-Type: multipart/mixed; boundary=b\r\n`,
        `${repeat(n, () => '--b\r\n\r\nx\r\n')}--b--\r\n`,
      ),
  },
  {
    name: 'a boundary that nearly matches on every line',
    make: (n) =>
      mail(
        `${TO}${SUBJECT}${MIME}Content-Type: multipart/mixed; boundary=b\r\n`,
        `--b\r\n\r\nHello\r\n${repeat(n, () => '--bx\r\n')}--b--\r\n`,
      ),
  },
  {
    name: 'a boundary of one dash, in a body of dashes',
    make: (n) =>
      mail(
        `${TO}${SUBJECT}${MIME}Content-Type: multipart/mixed; boundary="-"\r\n`,
        `-----\r\n\r\n${repeat(n, () => `${'-'.repeat(70)}\r\n`)}`,
      ),
  },
  {
    name: 'attached mails inside each other',
    make: (n) => mail(`${TO}${SUBJECT}${MIME}${attachedMails(Math.floor(n / 30))}`.replace(/\r\n$/, ''), ''),
  },
  {
    name: 'an attached mail with all the text',
    make: (n) =>
      mail(
        `${TO}${SUBJECT}${MIME}Content-Type: multipart/mixed; boundary=b\r\n`,
        `--b\r\n\r\nHello\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\n${repeat(n, () => 'A line of text that is of no interest.\r\n')}--b--\r\n`,
      ),
  },
  // Header.
  {
    name: 'one huge header line, folded',
    make: (n) => headerMail(`X-Long: ${repeat(n, () => `${'x'.repeat(70)}\r\n `)}x\r\n`),
  },
  {
    name: 'one huge header line, folded, that still is read',
    make: () => headerMail(`X-Long: ${repeat(120_000, () => `${'x'.repeat(70)}\r\n `)}x\r\n`),
  },
  { name: 'many header lines', make: (n) => headerMail(repeat(n, (i) => `X-${i}: x\r\n`)) },
  {
    name: 'header lines that continue with blanks only',
    make: () => headerMail(`X-Blank: x\r\n${' \r\n'.repeat(40_000)}`),
  },
  { name: 'blanks in a header', make: () => headerMail(`X-Blank: x${' '.repeat(90_000)}x\r\n`) },
  {
    name: 'blanks in a header of a mail that the loop reads itself',
    make: () => headerMail(`X-Blank: x${' '.repeat(15_000)}x\r\n`),
  },
  {
    name: 'addresses in To',
    make: (n) =>
      mail(
        `To: ${repeat(n, (i) => `p${i}@prospect.example,\r\n `)}bob@prospect.example\r\n${SUBJECT}`,
        'Hello\r\n',
      ),
  },
  {
    name: 'addresses in To, as many as are read',
    make: () =>
      mail(
        `To: ${repeat(120_000, (i) => `p${i}@p.example,\r\n `)}bob@prospect.example\r\n${SUBJECT}`,
        'Hello\r\n',
      ),
  },
  {
    name: 'comments inside each other in To',
    make: () =>
      mail(
        `To: ${repeat(60_000, () => `${'('.repeat(70)}\r\n `)}bob@prospect.example${repeat(60_000, () => `\r\n ${')'.repeat(70)}`)}\r\n${SUBJECT}`,
        'Hello\r\n',
      ),
  },
  {
    name: 'quotes left open in To',
    make: () =>
      mail(`To: ${repeat(120_000, () => '"a\\" <b>,\r\n ')}bob@prospect.example\r\n${SUBJECT}`, 'Hello\r\n'),
  },
  {
    name: 'groups in To',
    make: () =>
      mail(
        `To: ${repeat(120_000, () => 'g:a@b.example;,\r\n ')}bob@prospect.example\r\n${SUBJECT}`,
        'Hello\r\n',
      ),
  },
  {
    name: 'angle brackets in From',
    make: () =>
      Buffer.from(
        `From: ${repeat(100_000, () => `${'<'.repeat(70)}\r\n `)}<ann@sender.example>\r\n${TO}${SUBJECT}\r\nHello\r\n`,
      ),
  },
  {
    name: 'encoded words in the subject',
    make: () =>
      mail(`${TO}Subject: ${repeat(120_000, () => '=?utf-8?q?=61=62=63?=\r\n ')}x\r\n`, 'Hello\r\n'),
  },
  {
    name: 'encoded words that never end',
    make: () => mail(`${TO}Subject: ${repeat(120_000, () => '=?utf-8?q?\r\n ')}x\r\n`, 'Hello\r\n'),
  },
  {
    name: 'encoded words with a charset of dashes',
    make: () =>
      mail(
        `${TO}Subject: ${repeat(120_000, () => `=?${'a-'.repeat(18)}*${'-a'.repeat(10)}\r\n `)}x\r\n`,
        'Hello\r\n',
      ),
  },
  {
    name: 'a long subject',
    make: () =>
      mail(`${TO}Subject: ${repeat(120_000, () => `${'long words '.repeat(6)}\r\n `)}x\r\n`, 'Hello\r\n'),
  },
  {
    name: 'a long Message-ID',
    make: () => headerMail(`Message-ID: <${repeat(120_000, () => `${'x'.repeat(70)}\r\n `)}@x>\r\n`),
  },
  {
    name: 'many References',
    make: () => headerMail(`References: ${repeat(120_000, (i) => `<${i}@x.example>\r\n `)}<x@x>\r\n`),
  },
  {
    name: 'angle brackets in References',
    make: () => headerMail(`References: ${repeat(120_000, () => `${'<'.repeat(70)}\r\n `)}<x@x>\r\n`),
  },
  {
    name: 'RFC 2231 continuations',
    make: () =>
      mail(
        `${TO}${SUBJECT}${MIME}Content-Type: text/plain;\r\n ${repeat(120_000, (i) => `name*${i}*=utf-8''%41;\r\n `)}charset=utf-8\r\n`,
        'Hello\r\n',
      ),
  },
  {
    name: 'parameters',
    make: () =>
      mail(
        `${TO}${SUBJECT}${MIME}Content-Type: text/plain;\r\n ${repeat(120_000, (i) => `a${i}="b\\"";\r\n `)}charset=utf-8\r\n`,
        'Hello\r\n',
      ),
  },
  // HTML.
  { name: 'tables inside each other', make: markup(() => '<table><tr><td>x\r\n') },
  { name: 'divs inside each other', make: markup(() => '<div>x\r\n') },
  { name: 'divs inside each other, as deep as is read', make: () => html('<div>x\r\n'.repeat(5_900)) },
  { name: 'blockquotes inside each other', make: markup(() => '<blockquote>x\r\n') },
  { name: 'tags never closed', make: markup(() => '<b><i><p><a href=x>x\r\n') },
  {
    name: 'closing tags that close nothing, deep inside',
    make: () => html(`${'<div>\r\n'.repeat(5_000)}${'</p></b></i>\r\n'.repeat(90_000)}`),
  },
  { name: 'an attribute that never ends', make: markup(() => '<a href="x\r\n') },
  { name: 'attributes', make: (n) => html(`<p ${repeat(n, (i) => `a${i}=b\r\n`)}>Hello</p>`) },
  {
    name: 'a class attribute of many classes',
    make: () =>
      encoded(`<style>.a{color:red}</style><p class="${'a '.repeat(600_000)}">Hello</p>`, 'text/html'),
  },
  {
    name: 'entities',
    make: markup(() => '&amp;&lt;&#x41;&notanentity;&CounterClockwiseContourIntegral;\r\n'),
  },
  { name: 'comments', make: markup(() => '<!-- x -->\r\n') },
  {
    name: 'one comment',
    make: (n) => html(`<!-- ${repeat(n, () => 'text of a comment \r\n')} --><p>Hello</p>`),
  },
  { name: 'conditional comments', make: markup(() => '<!--[if mso]><p>x</p><![endif]-->\r\n') },
  {
    name: 'conditional comments that never end',
    make: () => encoded(`${'<!--[if mso]>'.repeat(90_000)}<p>x</p>`, 'text/html'),
  },
  { name: 'hidden text, alternating', make: markup((i) => `<i style="display:none">${i}</i>y\r\n`) },
  {
    name: 'hidden text in one piece',
    make: (n) =>
      html(`<div style="display:none">${repeat(n, () => 'words nobody sees \r\n')}</div><p>Hello</p>`),
  },
  {
    name: 'hidden text in 900 pieces',
    make: () =>
      html(
        repeat(1_400_000, (i) => `<i style="display:none">${'w '.repeat(700)}</i>${i < 900 ? 'y' : ''}\r\n`),
      ),
  },
  {
    name: 'styles, each different',
    make: markup(
      (i) => `<p style="color:#${(i % 0xffffff).toString(16).padStart(6, '0')};font-size:${i}px">x</p>\r\n`,
    ),
  },
  {
    name: 'a style attribute of comments',
    make: () => encoded(`<p style="color:/*${'*'.repeat(9_000)}">Hello</p>`.repeat(150), 'text/html'),
  },
  {
    name: 'a style attribute of white space',
    make: () => encoded(`<p style="margin:${' '.repeat(9_000)}x">Hello</p>`.repeat(150), 'text/html'),
  },
  { name: 'a style sheet of 5 MB', make: style(() => repeat(5_000_000, (i) => `.c${i}{color:red}\r\n`)) },
  {
    name: 'a style sheet, as large as is read',
    make: () =>
      html(
        `<style>${repeat(190_000, (i) => `.c${i} .d .e{display:none}\r\n`).slice(0, 190_000)}</style>${'<p class="c1 d e">x</p>\r\n'.repeat(50_000)}`,
      ),
  },
  {
    name: 'selectors that climb',
    make: () =>
      html(
        `<style>${repeat(100_000, () => 'i b i b i b u{color:red}\r\n')}</style>${'<b><i>'.repeat(2_900)}${'<u>x</u>\r\n'.repeat(20_000)}`,
      ),
  },
  {
    name: 'one selector list',
    make: () =>
      html(`<style>${repeat(190_000, () => 'p,\r\n')}p{color:red}</style>${'<p>x</p>\r\n'.repeat(100_000)}`),
  },
  {
    name: 'CSS brackets inside each other',
    make: () => html(`<style>${repeat(190_000, () => '@media all{\r\n')}p{color:red}</style><p>Hello</p>`),
  },
  {
    name: 'links',
    make: (n) => html(repeat(n, (i) => `<a href="https://x.example/${i}">link ${i}</a>\r\n`)),
  },
  {
    name: 'links inside each other',
    make: () => html('<div><a href="https://x.example/">x\r\n'.repeat(2_900)),
  },
  {
    name: 'cid: images',
    make: (n) => html(repeat(n, (i) => `<img src="cid:${i}@x" alt="picture ${i}">\r\n`)),
  },
  {
    name: 'cid: images with their parts',
    make: (n) => {
      const parts = repeat(
        n / 2,
        (i) => `--b\r\nContent-Type: image/gif\r\nContent-ID: <${i}@x>\r\n\r\nx\r\n`,
      );
      const images = repeat(n / 2, (i) => `<img src="cid:${i}@x">\r\n`);
      return mail(
        `${TO}${SUBJECT}${MIME}Content-Type: multipart/related; boundary=b\r\n`,
        `--b\r\nContent-Type: text/html\r\n\r\n${images}${parts}--b--\r\n`,
      );
    },
  },
  {
    name: 'white space in HTML',
    make: (n) => html(`<p>Hello${repeat(n, () => `${' '.repeat(70)}\r\n`)}there</p>`),
  },
  { name: 'style elements', make: markup(() => '<style>p{color:red}</style>\r\n') },
  { name: 'half a style tag, over and over', make: markup(() => '<style\r\n') },
  { name: 'CDATA and declarations', make: markup(() => '<![CDATA[x]]><!DOCTYPE x><?php x ?>\r\n') },
  // Text and its encodings.
  { name: 'text', make: text(() => 'A line of text that is of no interest to anyone.\r\n') },
  { name: 'one word, wrapped', make: text(() => `${'x'.repeat(72)}\r\n`) },
  { name: 'one word', make: (n) => encoded('x'.repeat(n * 0.7), 'text/plain') },
  { name: 'empty lines', make: text(() => '\r\n') },
  { name: 'quote marks', make: text(() => `${'>'.repeat(72)}\r\n`) },
  { name: 'attributions', make: text(() => 'On Monday, 3 March 2025\r\n') },
  { name: 'combining marks', make: (n) => textMail(repeat(n / 2, () => `a${'\u0301'.repeat(60)}\r\n`)) },
  {
    name: 'combining marks, as many as are read',
    make: shortText(`a${'\u0301\u0323\u0327'.repeat(2_000)} `),
  },
  { name: 'ligatures that unfold to 18 letters', make: shortText('\ufdfa') },
  { name: 'look-alikes', make: shortText('а\u0435\u043e ') },
  { name: 'single letters apart', make: shortText('o f ') },
  {
    name: 'base64 with line noise',
    make: (n) =>
      textMail(
        repeat(n, () => '!!!@@###$$%%^^&&**((QUJD))__--==~~``||\\\\::;;??<<>>,,..\r\n'),
        'text/plain',
        'base64',
      ),
  },
  {
    name: 'base64 of one character a line',
    make: (n) =>
      textMail(
        repeat(n, () => 'Q\r\n'),
        'text/plain',
        'base64',
      ),
  },
  {
    name: 'base64 of padding',
    make: (n) =>
      textMail(
        repeat(n, () => '====\r\n'),
        'text/plain',
        'base64',
      ),
  },
  {
    name: 'quoted-printable of =3D only',
    make: (n) =>
      textMail(
        repeat(n, () => `${'=3D'.repeat(24)}=\r\n`),
        'text/plain',
        'quoted-printable',
      ),
  },
  {
    name: 'quoted-printable of soft line breaks',
    make: (n) =>
      textMail(
        repeat(n, () => '=\r\n'),
        'text/plain',
        'quoted-printable',
      ),
  },
  {
    name: 'quoted-printable of trailing blanks',
    make: (n) =>
      textMail(
        repeat(n, () => `=${' '.repeat(74)}\r\n`),
        'text/plain',
        'quoted-printable',
      ),
  },
  {
    name: 'an unknown charset',
    make: (n) =>
      textMail(
        repeat(n, () => 'Text of a kind.\r\n'),
        'text/plain; charset=iso-2022-jp',
      ),
  },
  {
    name: 'UTF-16',
    make: (n) =>
      textMail(
        wrapped(Buffer.from('long text '.repeat(n / 30), 'utf16le').toString('base64')),
        'text/plain; charset=utf-16le',
        'base64',
      ),
  },
  {
    name: 'format=flowed',
    make: (n) =>
      textMail(
        repeat(n, () => 'flowed text \r\n'),
        'text/plain; format=flowed; delsp=yes',
      ),
  },
  {
    name: 'a calendar',
    make: (n) =>
      mail(
        `${TO}${SUBJECT}${MIME}Content-Type: multipart/mixed; boundary=b\r\n`,
        `--b\r\n\r\nHello\r\n--b\r\nContent-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\n${repeat(n, (i) => `DESCRIPTION:x\\n\\,${i}\r\n folded\r\n`)}END:VCALENDAR\r\n--b--\r\n`,
      ),
  },
  {
    name: 'alternatives that differ, as long as is read',
    make: () => {
      const words = repeat(38_000, (i) => `w${i} ${i % 12 === 11 ? '\r\n' : ''}`);
      const others = repeat(38_000, (i) => `v${i} ${i % 12 === 11 ? '\r\n' : ''}`);
      return mail(
        `${TO}${SUBJECT}${MIME}Content-Type: multipart/alternative; boundary=b\r\n`,
        `--b\r\nContent-Type: text/plain\r\n\r\n${words}\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>${others}</p>\r\n--b--\r\n`,
      );
    },
  },
  {
    name: 'ninety alternatives',
    make: () => {
      const part = (i: number) =>
        `--b\r\nContent-Type: text/plain\r\n\r\n${repeat(38_000, (k) => `w${i}x${k} ${k % 12 === 11 ? '\r\n' : ''}`)}\r\n`;
      return mail(
        `${TO}${SUBJECT}${MIME}Content-Type: multipart/alternative; boundary=b\r\n`,
        `${Array.from({ length: 90 }, (_, i) => part(i)).join('')}--b--\r\n`,
      );
    },
  },
  {
    name: 'ninety texts, one below the other',
    make: () => {
      const part = (i: number) =>
        `--b\r\nContent-Type: text/plain\r\n\r\n${repeat(38_000, (k) => `word${i}x${k} ${k % 12 === 11 ? '\r\n' : ''}`)}\r\n`;
      return mail(
        `${TO}${SUBJECT}${MIME}Content-Type: multipart/mixed; boundary=b\r\n`,
        `${Array.from({ length: 90 }, (_, i) => part(i)).join('')}--b--\r\n`,
      );
    },
  },
  // What the judge's expressions could stumble over, within the limit of text that is judged.
  ...[
    ['blanks', ' '],
    ['line breaks', '\n'],
    ['tabs', '\t'],
    ['no-break spaces', '\u00a0'],
    ['full stops', '.'],
    ['full stops apart', '. '],
    ['commas', ', '],
    ['hyphens', '-'],
    ['quotes', '"'],
    ['brackets', '('],
    ['digits', '1'],
    ['digits with commas', '1,'],
    ['digits with stops', '1.'],
    ['numbers', '12 '],
    ['dollars', '$'],
    ['amounts', '$5 million '],
    ['amounts without space', '$1,000,000'],
    ['percent', '50% '],
    ['dates', '3 March 2026 '],
    ['ISO dates', '2026-03-01 '],
    ['months', 'March '],
    ['weekdays', 'Monday '],
    ['capitals', 'A'],
    ['capitalised words', 'Alpha '],
    ['capitalised words with joiners', 'Bank of '],
    ['one capitalised word a line', 'Alpha\n'],
    ['companies', 'Acme Inc., '],
    ['peers', 'companies like Acme, Globex, '],
    ['brand domains', 'booking.com '],
    ['small words', 'the and of '],
    ['a words', 'a '],
    ['not', 'not '],
    ['raised', 'you raised '],
    ['reportedly', 'reportedly raised $5m '],
    ['rounds', 'Series B '],
    ['we can start', 'we can start '],
    ['engineers', '5 engineers in 2 weeks '],
    ['ignore', 'ignore all previous '],
    ['addresses', 'a@b.example '],
    ['at signs', '@'],
    ['one address', 'a.'],
    ['links', 'https://x.example/ '],
    ['schemes', 'https://'],
    ['www', 'www.'],
    ['On … wrote', 'On 3 March '],
    ['From lines', 'From: x\n'],
    ['Sent lines', 'From: x\nSent: y\n'],
    ['closings', 'Best,\n'],
    ['postscripts', 'PS\n'],
    ['quote marks', '>\n'],
    ['opt out', 'opt out unsubscribe '],
    ['streets', '12 Alpha Beta Gamma '],
    ['P.O.', 'P.O. '],
    ['underscores', '_'],
    ['apostrophes', "a'b'"],
    ['ampersands', 'a & '],
    ['slashes', 'a/'],
    ['stars', '*a*'],
    ['emoji', '\u{1f600}'],
    ['lone marks', '\u0301'],
    ['zero width', '\u200b'],
    ['soft hyphens in a word', 'a\u00ad'],
    ['full width', '\uff41\uff42 '],
    ['Cyrillic', '\u043f\u0440\u0438\u0432\u0435\u0442 '],
    ['Chinese', '\u4f60\u597d'],
    ['Arabic', '\u0645\u0631\u062d\u0628\u0627 '],
    ['German', 'wir haben das nicht gesehen '],
    ['customers', 'our customer Acme told us '],
    ['last call', 'as we discussed on our last call '],
    ['questions', 'why? '],
    ['ellipsis', '\u2026'],
    ['e.g.', 'e.g. '],
    ['seed', 'pre-seed '],
    ['GDPR', 'subject to your compliance review '],
    ['long words', `${'abcdefghij'.repeat(30)} `],
    ['one word', 'x'],
    ['one word of vowels', 'aeiou'],
  ].map(([name, piece]): Bomb => ({ name: `39,000 characters of ${name}`, make: shortText(piece) })),
];
