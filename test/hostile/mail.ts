import { escapeHtml } from '../../src/message/escape-html.ts';

/** A part of a mail as it is written on the wire, its text encoded as base64 so that no byte of it is special. */
export interface Part {
  type: string;
  text: string;
  /** Further header lines, without line breaks. */
  headers?: string[];
}

const base64 = (text: string): string =>
  Buffer.from(text)
    .toString('base64')
    .replace(/.{76}(?=.)/g, '$&\r\n');

/** RFC 2047 2: no encoded word is longer than 75 characters, and none cuts a character in two. */
function encodedWords(text: string): string {
  const words: string[] = [];
  let word = '';
  for (const char of text) {
    if (Buffer.byteLength(word + char) > 42) {
      words.push(word);
      word = '';
    }
    word += char;
  }
  return [...words, word].map((one) => `=?utf-8?B?${Buffer.from(one).toString('base64')}?=`).join('\r\n ');
}

function entity({ type, text, headers = [] }: Part): string {
  const lines = [`Content-Type: ${type}; charset=utf-8`, 'Content-Transfer-Encoding: base64', ...headers];
  return `${lines.join('\r\n')}\r\n\r\n${base64(text)}\r\n`;
}

/** A whole mail with these parts: one by itself, several as a multipart of `kind`. */
export function composeMail(
  subject: string | null,
  parts: readonly Part[],
  { kind = 'mixed', to = 'prospect@case.example' }: { kind?: string; to?: string } = {},
): Buffer {
  const head = [
    'From: Ann <ann@sender.example>',
    `To: ${to}`,
    'Date: Fri, 01 May 2026 12:00:00 +0000',
    ...(subject === null ? [] : [`Subject: ${encodedWords(subject)}`]),
    'MIME-Version: 1.0',
  ];
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return Buffer.from(`${head.join('\r\n')}\r\n${entity(only)}`);
  const body = parts.map((part) => `--hostile\r\n${entity(part)}`).join('');
  return Buffer.from(
    `${head.join('\r\n')}\r\nContent-Type: multipart/${kind}; boundary=hostile\r\n\r\n${body}--hostile--\r\n`,
  );
}

/** Plain text as HTML paragraphs. */
export function paragraphs(html: string): string {
  return html
    .split(/\n{2,}/)
    .map((paragraph) => `<p>${paragraph.replaceAll('\n', '<br>\n')}</p>`)
    .join('\n');
}

export const page = (body: string, head = ''): string =>
  `<html><head>${head}</head><body>${body}</body></html>`;

export { escapeHtml };
