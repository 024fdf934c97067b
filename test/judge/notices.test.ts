import { describe, expect, it } from 'vitest';
import { noticesOf } from '../../src/judge/notices.ts';
import { PARSE_LIMITS } from '../../src/message/limits.ts';
import { parseMessage } from '../../src/message/parse.ts';

const TEXT =
  'Hi Maria, we place engineers with teams that grow faster than they can hire, and two of them are free from Monday on. ' +
  'Would a short call next week about your plans for the data platform be useful to you or to somebody in your team?';

const htmlMail = (body: string, extra = ''): Buffer =>
  Buffer.from(
    `From: ann@sender.example\r\nSubject: Hello\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n${extra}\r\n${body}\r\n`,
  );

function mixedMail(...parts: string[]): Buffer {
  const all = [`Content-Type: text/plain\r\n\r\n${TEXT}`, ...parts].map((part) => `--b\r\n${part}\r\n`);
  return Buffer.from(
    `From: ann@sender.example\r\nSubject: Hello\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n${all.join('')}--b--\r\n`,
  );
}

/** `kind: detail` of each notice, and the trouble. */
async function told(raw: Buffer, limits = PARSE_LIMITS): Promise<{ notices: string[]; trouble: string[] }> {
  const { draft, trouble } = await parseMessage(raw, limits);
  return {
    notices: noticesOf(draft, null).map(({ kind, detail }) => `${kind}: ${detail}`),
    trouble: trouble.map(({ kind, detail }) => `${kind}: ${detail}`),
  };
}

describe('pictures that tell when a mail is opened', () => {
  it.each([
    ['one pixel large', '<img src="https://track.example/o?id=1" width="1" height="1">'],
    ['one pixel large by its style', '<img src="//track.example/o" style="width:1px;height:1px">'],
    ['hidden', '<img src="https://track.example/o" style="display:none">'],
    ['in something hidden', '<div style="display:none"><img src="https://track.example/o"></div>'],
    ['of no opacity', '<img src="https://track.example/o" width=20 style="opacity:0">'],
    [
      'behind a cell that is too small to see',
      '<table><tr><td width=1 background="https://track.example/o"></table>',
    ],
    ['behind a cell by its style', '<p style="width:1px;background:url(https://track.example/o)"></p>'],
  ])('are told of with their host where they are %s', async (_, picture) => {
    const { notices, trouble } = await told(htmlMail(`<p>${TEXT}</p>${picture}`));
    expect(notices).toEqual([
      'tracking_pixel: A picture that nobody sees tells track.example when the mail is opened.',
    ]);
    expect(trouble).toEqual([]);
  });

  it('are counted, with three hosts named', async () => {
    const pixels = ['a', 'b', 'c', 'd', 'a'].map((host) => `<img src="http://${host}.example/o" width=1>`);
    expect((await told(htmlMail(`<p>${TEXT}</p>${pixels.join('')}`))).notices).toEqual([
      'tracking_pixel: 5 pictures that nobody sees tell a.example, b.example, c.example and 1 more when the mail is opened.',
    ]);
  });

  it('are no notice where they come with the mail or can be seen', async () => {
    const small = '<img src="cid:logo" width=1><img src="data:image/gif;base64,R0lGOD" width=1>';
    const logo = '<img src="https://cdn.example/logo.png" width=120 height=40>';
    expect((await told(htmlMail(`<p>${TEXT}</p>${small}${logo}`))).notices).toEqual([]);
  });

  it('are told of where there is nothing else in the mail, which is held', async () => {
    const { notices, trouble } = await told(htmlMail('<img src="https://track.example/o" width=1>'));
    expect(notices).toEqual([
      'tracking_pixel: A picture that nobody sees tells track.example when the mail is opened.',
      'tracking_only: The mail shows nothing but its subject: all that is in it is for tracking.',
    ]);
    expect(trouble).toEqual(['unreadable: nothing but tracking pixels']);
  });
});

describe('pictures that carry the text', () => {
  it.each([
    [
      'one large one and no text: held',
      '<img src="https://cdn.example/a.png" width=600 height=800>',
      'text_in_pictures: The text has 0 words beside 1 picture from cdn.example, the largest 600 × 800 pixels: what pictures say was not read.',
      ['unreadable: images only'],
    ],
    [
      'one of unknown size beside few words',
      '<p>Hi Maria</p><img src="https://cdn.example/a.png">',
      'text_in_pictures: The text has 2 words beside 1 picture from cdn.example: what pictures say was not read.',
      [],
    ],
    [
      'slices of one',
      `<p>Hi Maria</p>${'<img src="cid:x" width=600 height=50>'.repeat(4)}`,
      'text_in_pictures: The text has 2 words beside 4 pictures, the largest 600 × 50 pixels: what pictures say was not read.',
      [],
    ],
    [
      'a whole page beside a short text',
      `<p>${TEXT}</p><div style="width:600px;height:900px;background-image:url('https://cdn.example/b.png')"></div>`,
      'text_in_pictures: The text has 46 words beside 1 picture from cdn.example, the largest 600 × 900 pixels: what pictures say was not read.',
      [],
    ],
  ])('are told of: %s', async (_, html, notice, trouble) => {
    expect(await told(htmlMail(html))).toEqual({ notices: [notice], trouble });
  });

  it('are no notice in a signature or beside a long text', async () => {
    const logo = '<img src="https://cdn.example/logo.png" width=200 height=60>';
    expect((await told(htmlMail(`<p>Hi Maria, does Monday suit?</p>${logo}`))).notices).toEqual([]);
    const banner = '<img src="https://cdn.example/banner.png" width=600 height=900>';
    expect((await told(htmlMail(`<p>${TEXT}</p><p>${TEXT}</p>${banner}`))).notices).toEqual([]);
  });
});

describe('attachments', () => {
  const file = (type: string, name: string, text: string): string =>
    `Content-Type: ${type}; name=${name}\r\nContent-Disposition: attachment; filename=${name}\r\n\r\n${text}`;
  const limits = { ...PARSE_LIMITS, attachmentChars: 1_000 };

  it('are told of with what was read of them', async () => {
    const raw = mixedMail(
      file('text/plain', 'note.txt', 'Until Monday.'),
      file('application/pdf', 'plan.pdf', '%PDF-1.4'),
      file('text/html', 'empty.html', '<p></p>'),
      file('image/png', 'logo.png', 'x'),
    );
    expect((await told(raw)).notices).toEqual([
      'attachment: note.txt (text/plain, 13 bytes): its text was read.',
      'attachment: plan.pdf (application/pdf, 8 bytes): it was not read.',
      'attachment: empty.html (text/html, 7 bytes): no text was found in it.',
      'image: logo.png (image/png, 1 byte): it was not read.',
    ]);
  });

  it.each([
    ['text/plain', 'note.txt', 'word '.repeat(250)],
    ['text/html', 'page.html', `<p>${'word '.repeat(2_000)}</p>`],
    ['text/calendar', 'call.ics', `BEGIN:VCALENDAR\r\nDESCRIPTION:${'word '.repeat(250)}`],
  ])('of type %s that are longer than is read hold the mail, and say so', async (type, name, text) => {
    const { notices, trouble } = await told(mixedMail(file(type, name, text)), limits);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(/: only the first [\d,]+ characters of its text were read\.$/);
    expect(trouble).toEqual([`too_complex: more text in the attachment ${name} than is read`]);
  });

  it('that are data are told of as cut, and hold nothing', async () => {
    const { notices, trouble } = await told(
      mixedMail(file('application/json', 'a.json', '1, '.repeat(500))),
      limits,
    );
    expect(notices).toEqual([
      'attachment: a.json (application/json, 1,500 bytes): only the first 1,000 characters of its text were read.',
    ]);
    expect(trouble).toEqual([]);
  });

  it('that are messages hold the mail for what is wrong in them', async () => {
    const message = (head: string, text = 'Hello'): string =>
      `Content-Type: message/rfc822\r\n\r\nFrom: ann@sender.example\r\n${head}\r\n\r\n${text}`;
    const twice = await told(mixedMail(message('Subject: a\r\nSubject: b')));
    expect(twice.trouble).toEqual(['ambiguous_mime: in an attached message: header subject twice']);
    const hidden = await told(
      mixedMail(
        message('Content-Type: text/html', `Hello <p style="display:none">${'secret words '.repeat(9)}</p>`),
      ),
    );
    expect(hidden.trouble[0]).toMatch(/^hidden_text: in an attached message: /);
    const ciphered = await told(mixedMail(message('Content-Type: application/pkcs7-mime', 'x')));
    expect(ciphered.trouble).toEqual([]);
  });
});
