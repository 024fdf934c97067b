import { createHash } from 'node:crypto';
import { escapeHtml } from '../message/escape-html.ts';
import {
  mailDate,
  message,
  messageIdFor,
  multipart,
  plainLine,
  rawHeader,
  textHeader,
  textPart,
} from '../message/mime-writer.ts';
import type { ContentItem, ContentSection, NotificationContent } from './content.ts';
import type { LinkMaker } from './links.ts';

export interface NotificationMail {
  id: string;
  content: NotificationContent;
  /** The gate's address. */
  from: string;
  to: string;
  hostname: string;
  /** When it was written, milliseconds since the epoch: a retry is the same mail. */
  at: number;
  links: LinkMaker;
}

/** A notification as a mail: plain text and simple HTML, the same bytes for the same input. Texts of prospects are untrusted. */
export function composeNotification(mail: NotificationMail): Buffer {
  const { id, content, from, to, hostname, at } = mail;
  const headers = [
    rawHeader('From', `presend <${from}>`),
    rawHeader('To', `<${to}>`),
    textHeader('Subject', content.title),
    rawHeader('Date', mailDate(at)),
    rawHeader('Message-ID', messageIdFor(id, 'notification', hostname)),
    // No mail has this id: mail programs join those that name the same one.
    rawHeader('References', messageIdFor(threadOf(content.thread), 'thread', hostname)),
    // RFC 3834 5; the second keeps vacation notices of Exchange away.
    'Auto-Submitted: auto-generated',
    'X-Auto-Response-Suppress: All',
  ];
  const body = multipart(
    'alternative',
    [textPart('plain', asText(mail)), textPart('html', asHtml(mail))],
    id,
  );
  return message(headers, body);
}

const threadOf = (thread: string): string => createHash('sha256').update(thread).digest('hex').slice(0, 24);

const SUBJECT_MAX = 150;

function about(item: ContentItem): string {
  const parts = [
    plainLine(item.recipient),
    `“${plainLine(item.subject ?? '(no subject)', SUBJECT_MAX)}”`,
    plainLine(item.reason),
    ...(item.due === null ? [] : [item.due]),
  ];
  return parts.join(' · ');
}

/** The mail's text, which `presend notify preview` prints as well. */
export function asText({ content, links }: Pick<NotificationMail, 'content' | 'links'>): string {
  const section = ({ headline, lines, items }: ContentSection): string[] => [
    headline,
    ...lines.map((line) => `- ${plainLine(line)}`),
    ...items.flatMap((item) => [
      '',
      about(item),
      ...(item.why === null ? [] : [`  ${plainLine(item.why)}`]),
      `  Open: ${links.open(item.delivery_id)}`,
      ...links.acts(item).map(({ label, url }) => `  ${label}: ${url}`),
    ]),
    '',
  ];
  return [...content.sections.flatMap(section), `Held queue: ${links.queue}`, '', FOOTER, ''].join('\n');
}

const FOOTER =
  'Links that act show the mail first, work once and for you alone. What you hear, and when, is in your account in presend.';

function asHtml({ content, links }: NotificationMail): string {
  const link = (url: string, label: string): string =>
    `<a href="${escapeHtml(url)}">${escapeHtml(label)}</a>`;
  const item = (one: ContentItem): string => {
    const all = [
      link(links.open(one.delivery_id), 'Open'),
      ...links.acts(one).map(({ label, url }) => link(url, label)),
    ];
    const why = one.why === null ? '' : `<br>${escapeHtml(plainLine(one.why))}`;
    return `<p><strong>${escapeHtml(about(one))}</strong>${why}<br>${all.join(' &middot; ')}</p>`;
  };
  const section = ({ headline, lines, items }: ContentSection): string => {
    const list = lines.map((line) => `<li>${escapeHtml(plainLine(line))}</li>`).join('');
    return `<h3>${escapeHtml(headline)}</h3>${list === '' ? '' : `<ul>${list}</ul>`}${items.map(item).join('\n')}`;
  };
  return [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(content.title)}</title></head><body>`,
    ...content.sections.map(section),
    `<p>${link(links.queue, 'Held queue')}</p>`,
    `<p><small>${escapeHtml(FOOTER)}</small></p>`,
    '</body></html>',
    '',
  ].join('\n');
}
