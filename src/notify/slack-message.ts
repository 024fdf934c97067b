/** Slack's Block Kit (https://docs.slack.dev/reference/block-kit/blocks), as incoming webhooks take it. */
import { plainLine } from '../message/mime-writer.ts';
import type { ContentItem, ContentSection, NotificationContent } from './content.ts';
import type { LinkMaker } from './links.ts';

/** `verbatim`: Slack makes no links and mentions of what only looks like an address or a name. */
interface Mrkdwn {
  type: 'mrkdwn';
  text: string;
  verbatim: true;
}

export type Block =
  | { type: 'header'; text: { type: 'plain_text'; text: string; emoji: boolean } }
  | { type: 'section'; text: Mrkdwn }
  | { type: 'context'; elements: Mrkdwn[] };

export interface SlackMessage {
  /** Shown in notices and by screen readers, where blocks are not. */
  text: string;
  blocks: Block[];
  unfurl_links: false;
  unfurl_media: false;
}

const MAX_BLOCKS = 50;
const MAX_SECTION = 3_000;
const MAX_HEADER = 150;
const MAX_FALLBACK = 3_000;

/**
 * Text in mrkdwn: these three characters are its syntax for links and mentions; the zero-width space disarms formatting and emoji
 * codes.
 */
export function escapeMrkdwn(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[*_~`]/g, (sign) => `${sign}\u200b`)
    .replaceAll(/:(?=[\w+'-]+:)/g, ':\u200b');
}

/** A notification for the channel: who is read by many links into the app only, which asks for signing in. */
export function slackMessage(content: NotificationContent, links: LinkMaker): SlackMessage {
  const footer: Block = {
    type: 'context',
    elements: [mrkdwn(`<${links.queue}|Held queue>${content.mentions.map((id) => ` <@${id}>`).join('')}`)],
  };
  const blocks: Block[] = [
    {
      type: 'header',
      text: { type: 'plain_text', text: plainLine(content.title, MAX_HEADER), emoji: false },
    },
    ...content.sections.flatMap((section) => blocksOf(section, links)),
  ];
  if (blocks.length > MAX_BLOCKS - 1) {
    blocks.splice(MAX_BLOCKS - 2);
    blocks.push(section('… and more: see the held queue.'));
  }
  return {
    text: cut(escapeMrkdwn(plainLine(content.summary, MAX_FALLBACK)), MAX_FALLBACK),
    blocks: [...blocks, footer],
    unfurl_links: false,
    unfurl_media: false,
  };
}

function blocksOf({ headline, lines, items }: ContentSection, links: LinkMaker): Block[] {
  const head = [`*${escapeMrkdwn(headline)}*`, ...lines.map((line) => `• ${escapeMrkdwn(plainLine(line))}`)];
  return [...packed(head), ...items.map((item) => section(itemText(item, links)))];
}

function itemText(item: ContentItem, links: LinkMaker): string {
  const line = [
    `*${escapeMrkdwn(plainLine(item.recipient))}*`,
    escapeMrkdwn(plainLine(item.subject ?? '(no subject)', 150)),
    escapeMrkdwn(item.reason),
    ...(item.due === null ? [] : [escapeMrkdwn(item.due)]),
  ].join(' · ');
  // A line that begins with the sign would be a quotation.
  const why =
    item.why === null ? '' : `\n${escapeMrkdwn(plainLine(item.why)).replace(/^&gt;/, '\u200b&gt;')}`;
  const open = `\n<${links.open(item.delivery_id)}|Open>`;
  // The link stays whole however long the rest is.
  return cut(`${line}${why}`, MAX_SECTION - open.length) + open;
}

/** Lines in as few sections as hold them. */
function packed(lines: readonly string[]): Block[] {
  const texts: string[] = [];
  for (const line of lines) {
    const last = texts.at(-1);
    if (last !== undefined && last.length + line.length + 1 <= MAX_SECTION) {
      texts[texts.length - 1] = `${last}\n${line}`;
    } else texts.push(line);
  }
  return texts.map(section);
}

function section(text: string): Block {
  return { type: 'section', text: mrkdwn(cut(text, MAX_SECTION)) };
}

function mrkdwn(text: string): Mrkdwn {
  return { type: 'mrkdwn', text, verbatim: true };
}

/** Cut so that no entity is left in half. */
function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1).replace(/&[a-z]*$/, '')}…`;
}
