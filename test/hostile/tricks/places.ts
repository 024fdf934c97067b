import { escapeHtml, page, paragraphs } from '../mail.ts';
import { type Disguise, type MailTrick, plainBody } from './trick.ts';

/** Tricks with where the telling words stand: beside, behind or before what is judged. */

const telling = ({ pieces }: Disguise): string =>
  pieces
    .filter((piece) => piece.telling)
    .map(({ text }) => text)
    .join(' ');
const innocent = ({ pieces }: Disguise): string => plainBody(pieces.filter((piece) => !piece.telling));

const INNOCENT = 'The garden behind the office was full of birds this morning and nobody minded the rain. ';
const text = (body: string) => ({ type: 'text/plain', text: body });
const asHtml = (body: string, extra = '') => ({
  type: 'text/html',
  text: page(paragraphs(escapeHtml(body)) + extra),
});

export const PLACE_TRICKS: MailTrick[] = [
  {
    name: 'subject only',
    mail: (disguise) => ({ subject: telling(disguise), parts: [text(innocent(disguise))] }),
  },
  {
    name: 'long quote before',
    mail: (disguise) => ({
      subject: disguise.subject,
      parts: [text(`${`> ${INNOCENT}\n`.repeat(200)}\n${plainBody(disguise.pieces)}`)],
    }),
  },
  {
    name: 'long quote after',
    mail: (disguise) => ({
      subject: disguise.subject,
      parts: [
        text(
          `${plainBody(disguise.pieces)}\n\nOn 3 May 2026 at 10:11 Kim <kim@case.example> wrote:\n${`> ${INNOCENT}\n`.repeat(200)}`,
        ),
      ],
    }),
  },
  {
    name: 'whole mail as a quote',
    mail: (disguise) => ({
      subject: disguise.subject,
      parts: [text(`Hi,\n\nSee below.\n\n${plainBody(disguise.pieces).replace(/^/gm, '> ')}`)],
    }),
  },
  {
    name: 'below a made-up attribution',
    mail: (disguise) => ({
      subject: disguise.subject,
      parts: [
        text(
          `Hi,\n\nPlease see below.\n\nOn 3 May 2026 at 10:11 Kim <kim@case.example> wrote:\n\n${plainBody(disguise.pieces)}`,
        ),
      ],
    }),
  },
  {
    name: 'below a made-up Outlook header',
    mail: (disguise) => ({
      subject: disguise.subject,
      parts: [
        text(
          `Hi,\n\nPlease see below.\n\nFrom: Kim\nSent: Monday\nTo: Ann\nSubject: Hello\n\n${plainBody(disguise.pieces)}`,
        ),
      ],
    }),
  },
  {
    name: 'below an original-message line',
    mail: (disguise) => ({
      subject: disguise.subject,
      parts: [
        text(`Hi,\n\nPlease see below.\n\n-----Original Message-----\n\n${plainBody(disguise.pieces)}`),
      ],
    }),
  },
  {
    name: 'telling words as a quote',
    mail: (disguise) => ({
      subject: disguise.subject,
      parts: [text(`${innocent(disguise)}\n\n> ${telling(disguise)}\n`)],
    }),
  },
  {
    name: 'blockquote',
    mail: (disguise) => ({
      subject: disguise.subject,
      parts: [
        {
          type: 'text/html',
          text: page(
            `<p>Hi,</p><blockquote>${paragraphs(escapeHtml(plainBody(disguise.pieces)))}</blockquote>`,
          ),
        },
      ],
    }),
  },
  {
    name: 'quote container',
    mail: (disguise) => ({
      subject: disguise.subject,
      parts: [
        {
          type: 'text/html',
          text: page(
            `<p>Hi,</p><div class="gmail_quote">${paragraphs(escapeHtml(plainBody(disguise.pieces)))}</div>`,
          ),
        },
      ],
    }),
  },
  {
    name: 'signature',
    mail: (disguise) => ({
      subject: disguise.subject,
      parts: [text(`${innocent(disguise)}\n\n-- \n${telling(disguise)}\n`)],
    }),
  },
  {
    name: 'signature container',
    mail: (disguise) => ({
      subject: disguise.subject,
      parts: [
        {
          type: 'text/html',
          text: page(
            `<p>Hi,</p><div class="gmail_signature">${paragraphs(escapeHtml(plainBody(disguise.pieces)))}</div>`,
          ),
        },
      ],
    }),
  },
  {
    name: 'below a closing',
    mail: (disguise) => ({
      subject: disguise.subject,
      parts: [text(`Hi,\n\nWould a short call suit you?\n\nBest,\n${telling(disguise)}\n`)],
    }),
  },
  {
    name: 'five megabytes of padding after',
    mail: (disguise) => ({
      subject: disguise.subject,
      parts: [text(plainBody(disguise.pieces) + `\n\n${INNOCENT}`.repeat(60_000))],
    }),
  },
  {
    name: 'five megabytes of padding before',
    mail: (disguise) => ({
      subject: disguise.subject,
      parts: [text(`${INNOCENT}\n\n`.repeat(60_000) + plainBody(disguise.pieces))],
    }),
  },
  {
    name: 'padding up to the limit',
    mail: (disguise) => ({
      subject: disguise.subject,
      parts: [text(`${INNOCENT}\n\n`.repeat(420) + plainBody(disguise.pieces))],
    }),
  },
  {
    name: 'one endless sentence around',
    mail: (disguise) => ({
      subject: disguise.subject,
      parts: [text(`${INNOCENT.replace('. ', ' and ').repeat(30)}${plainBody(disguise.pieces)}`)],
    }),
  },
  {
    name: 'text part only',
    mail: (disguise) => ({
      subject: disguise.subject,
      kind: 'alternative',
      parts: [text(plainBody(disguise.pieces)), asHtml(innocent(disguise))],
    }),
  },
  {
    name: 'HTML part only',
    mail: (disguise) => ({
      subject: disguise.subject,
      kind: 'alternative',
      parts: [text(innocent(disguise)), asHtml(plainBody(disguise.pieces))],
    }),
  },
  {
    name: 'plain text after HTML',
    mail: (disguise) => ({
      subject: disguise.subject,
      kind: 'alternative',
      parts: [asHtml(innocent(disguise)), text(plainBody(disguise.pieces))],
    }),
  },
  {
    name: 'second text part',
    mail: (disguise) => ({
      subject: disguise.subject,
      parts: [text(innocent(disguise)), text(telling(disguise))],
    }),
  },
  {
    name: 'hidden preheader',
    mail: (disguise) => ({
      subject: disguise.subject,
      parts: [
        {
          type: 'text/html',
          text: page(
            `<div style="display:none">${escapeHtml(telling(disguise))}</div>${paragraphs(escapeHtml(innocent(disguise)))}`,
          ),
        },
      ],
    }),
  },
  {
    name: 'hidden in pieces',
    mail: (disguise) => ({
      subject: disguise.subject,
      parts: [
        {
          type: 'text/html',
          text: page(
            paragraphs(escapeHtml(innocent(disguise))) +
              telling(disguise)
                .split(' ')
                .map((word) => `<p>See you.</p><span style="opacity:0">${escapeHtml(word)}</span>`)
                .join(''),
          ),
        },
      ],
    }),
  },
  {
    name: 'text attachment',
    mail: (disguise) => ({
      subject: disguise.subject,
      parts: [
        text(innocent(disguise)),
        { ...text(telling(disguise)), headers: ['Content-Disposition: attachment; filename=note.txt'] },
      ],
    }),
  },
  {
    name: 'inline text attachment',
    mail: (disguise) => ({
      subject: disguise.subject,
      parts: [
        text(innocent(disguise)),
        { ...text(telling(disguise)), headers: ['Content-Disposition: inline; filename=note.txt'] },
      ],
    }),
  },
  {
    name: 'HTML attachment',
    mail: (disguise) => ({
      subject: disguise.subject,
      parts: [
        text(innocent(disguise)),
        { ...asHtml(telling(disguise)), headers: ['Content-Disposition: attachment; filename=note.html'] },
      ],
    }),
  },
  {
    name: 'attached message',
    mail: (disguise) => ({
      subject: disguise.subject,
      parts: [
        text(innocent(disguise)),
        {
          type: 'message/rfc822',
          text: `Subject: Note\r\nContent-Type: text/plain\r\n\r\n${telling(disguise)}\r\n`,
        },
      ],
    }),
  },
  {
    name: 'calendar invitation',
    mail: (disguise) => ({
      subject: disguise.subject,
      parts: [
        text(innocent(disguise)),
        {
          type: 'text/calendar; method=REQUEST',
          text: `BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Call\r\nDESCRIPTION:${telling(disguise).replace(/\n/g, '\\n')}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`,
        },
      ],
    }),
  },
  {
    name: 'SVG attachment',
    mail: (disguise) => ({
      subject: disguise.subject,
      parts: [
        text(innocent(disguise)),
        {
          type: 'image/svg+xml',
          text: `<svg xmlns="http://www.w3.org/2000/svg"><text>${escapeHtml(telling(disguise))}</text></svg>`,
          headers: ['Content-Disposition: inline', 'Content-ID: <x>'],
        },
      ],
    }),
  },
];
