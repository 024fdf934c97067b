import * as fc from 'fast-check';

const BREAK = '\r\n';

const charset = fc.constantFrom(
  'utf-8',
  'us-ascii',
  'iso-8859-1',
  'utf-7',
  'windows-1252',
  'x-none',
  '"utf-8"',
);
const encoding = fc.constantFrom('7bit', '8bit', 'base64', 'quoted-printable', 'BASE64', 'base-64', 'binary');
const word = fc.constantFrom(
  'raised',
  '$14M',
  'café',
  'the',
  'Acme Inc.',
  '=?utf-8?q?caf=C3=A9?=',
  '=?utf-8?b?w6k=?=',
  '=?x?q?y?=',
  '&amp;',
  '\u200b',
  '\u202e',
  'https://x.example/',
  'a@b.example',
);
const sentence = fc.array(word, { minLength: 1, maxLength: 12 }).map((words) => words.join(' '));

const address = fc.constantFrom(
  'bob@prospect.example',
  'Bob <bob@prospect.example>',
  '"Bob, \\"the\\" b" <bob@prospect.example>',
  'bob@prospect.example (a (nested) comment)',
  'group: a@b.example, c@d.example;',
  '<@relay.example:bob@prospect.example>',
  '=?utf-8?q?B=C3=B6b?= <bob@prospect.example>',
  '<<bob@prospect.example>',
  '',
);

const header = fc.oneof(
  sentence.map((text) => `Subject: ${text}`),
  fc.array(address, { minLength: 1, maxLength: 4 }).map((all) => `To: ${all.join(', ')}`),
  fc.array(address, { minLength: 1, maxLength: 3 }).map((all) => `Cc: ${all.join(`,${BREAK} `)}`),
  fc.constantFrom(
    'MIME-Version: 1.0',
    'Message-ID: <x@y.example>',
    'References: <a@b> <c@d>',
    'Date: Mon, 3 Mar 2025 10:00:00 +0000',
    'Received: from a by b; Mon, 3 Mar 2025 10:00:00 +0000',
    'X-Empty:',
    'no header at all',
    ' a continuation',
    'List-Unsubscribe: <https://x.example/u>',
    'Content-Type: text/plain; charset=utf-8; charset=utf-16',
    'X-SMTPAPI: {"to":["x@y.example"]}',
  ),
);

const tag = fc.constantFrom(
  '<p>',
  '</p>',
  '<div style="display:none">',
  '</div>',
  '<b>',
  '<table><tr><td>',
  '<br>',
  '<!-- x -->',
  '<!--[if mso]>',
  '<![endif]-->',
  '<style>.a{display:none}</style>',
  '<style>',
  '<span class="a">',
  '<a href="https://x.example/">',
  '</a>',
  '<img src="cid:1" alt="x">',
  '<bdo dir=rtl>',
  '<',
  '&',
  '&#x41',
);

const textBody = fc.array(sentence, { maxLength: 8 }).map((lines) => lines.join(BREAK));
const htmlBody = fc.array(fc.oneof(tag, sentence), { maxLength: 30 }).map((pieces) => pieces.join(''));

/** Mostly as the header says, now and then not. */
function encodedAs(text: string, name: string): string {
  if (/^base64$/i.test(name)) return Buffer.from(text).toString('base64').replace(/.{76}/g, `$&${BREAK}`);
  if (name === 'quoted-printable') return text.replace(/[=\u0080-\uffff]/g, (c) => `=${hex(c)}`);
  return text;
}

const hex = (char: string): string =>
  [...Buffer.from(char)].map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('=');

const leaf = fc
  .record({
    html: fc.boolean(),
    charset,
    encoding,
    honest: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
    text: textBody,
    markup: htmlBody,
    disposition: fc.constantFrom(
      '',
      '',
      '',
      'attachment; filename=a.txt',
      'inline',
      'attachment; filename*0=a; filename*1=b',
    ),
  })
  .map((part) => {
    const body = part.html ? part.markup : part.text;
    const head = [
      `Content-Type: text/${part.html ? 'html' : 'plain'}; charset=${part.charset}`,
      `Content-Transfer-Encoding: ${part.encoding}`,
      ...(part.disposition === '' ? [] : [`Content-Disposition: ${part.disposition}`]),
    ];
    return `${head.join(BREAK)}${BREAK}${BREAK}${part.honest ? encodedAs(body, part.encoding) : body}`;
  });

/** An entity: a leaf, an attached mail, or a multipart of entities, at times without its last boundary. */
const { entity } = fc.letrec<{ entity: string; multipart: string; attached: string }>((tie) => ({
  entity: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, tie('multipart'), tie('attached')),
  multipart: fc
    .record({
      subtype: fc.constantFrom('mixed', 'alternative', 'related', 'signed', 'digest', 'report'),
      boundary: fc.constantFrom('b', 'bb', 'b c', "'b()+_,-./:=?", ''),
      children: fc.array(tie('entity'), { maxLength: 4 }),
      closed: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
      preamble: fc.constantFrom('', 'This is a multi-part message.', '--b x'),
    })
    .map(({ subtype, boundary, children, closed, preamble }) =>
      [
        `Content-Type: multipart/${subtype}; boundary="${boundary}"`,
        '',
        preamble,
        ...children.map((child) => `--${boundary}${BREAK}${child}`),
        ...(closed ? [`--${boundary}--`, ''] : []),
      ].join(BREAK),
    ),
  attached: tie('entity').map(
    (inner) => `Content-Type: message/rfc822${BREAK}${BREAK}Subject: inner${BREAK}${inner}`,
  ),
}));

/** A mail: valid, nearly valid, or broken in ways that mail in the wild is. */
export const mailText: fc.Arbitrary<Buffer> = fc
  .tuple(fc.array(header, { maxLength: 8 }), entity)
  .map(([headers, inner]) =>
    Buffer.from(['From: Ann <ann@sender.example>', ...headers, inner, ''].join(BREAK)),
  );
