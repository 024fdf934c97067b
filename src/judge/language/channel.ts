import { rememberSentences } from './remember.ts';

/** Channels under one name each; `none` for words that name no channel. */
export type Channel = 'email' | 'sms' | 'linkedin' | 'phone' | 'whatsapp' | 'post' | 'all' | 'none';

const SPELLINGS: [Channel, RegExp][] = [
  [
    'all',
    /^\s*\*\s*$|\b(?:all|every(?:thing| channel| contact)|any(?:thing| channel)?|global|do not contact|no contact|entire(?:ly)?)\b/,
  ],
  ['linkedin', /\b(?:linked ?in|in ?mails?)\b/],
  ['email', /\b(?:e ?mails?|mails?|mailings?|newsletters?|smtp)\b/],
  ['sms', /\b(?:sms|mms|texts?|text messages?|texting)\b/],
  ['whatsapp', /\bwhats ?app\b/],
  ['phone', /\b(?:phones?|calls?|calling|cold calls?|voice|telephone|dial)\b/],
  ['post', /\b(?:post|postal|letters?)\b/],
];

/** The channel a spelling names ("E-Mail", "all channels", "email_opt_out"); `otherwise` when none. */
export function channelOf(spelled: string, otherwise: Channel = 'none'): Channel {
  const words = spelled
    .replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b}`)
    .toLowerCase()
    .replace(/[_\-./]+/g, ' ')
    .replace('linked in', 'linkedin');
  return SPELLINGS.find(([, pattern]) => pattern.test(words))?.[0] ?? otherwise;
}

const MEDIUM = '(?:linked ?in|in-?mail|sms|text(?: message)?|whats ?app|phone|telephone)';
/** The draft goes to another channel, or says that its sender will. */
const GOES = [
  // "a quick SMS to follow up", "SMS follow-up:", "this LinkedIn message"
  new RegExp(
    String.raw`\b(?:quick|short|this|brief|friendly|my|another)\s+(${MEDIUM})\b(?!\s*(?:post|profile|article|page|poll|comment|activity|update))`,
    'i',
  ),
  new RegExp(
    String.raw`^\W*(?:hi|hey|hello)?[\w .]{0,20},?\s*(${MEDIUM})\s+(?:follow-?up|message|reminder)\b`,
    'i',
  ),
  // "reaching out via LinkedIn", "I'll text you", "switching to LinkedIn", "message you on LinkedIn"
  new RegExp(
    String.raw`\b(?:reach(?:ing|ed)? out|writ(?:e|ing)|contact(?:ing)?|messag(?:e|ing)|ping(?:ing)?|connect(?:ing)?|follow(?:ing)?[- ]up|send(?:ing)?|drop(?:ping)?|switch(?:ing)?|mov(?:e|ing)|try(?:ing)?|com(?:e|ing)|get(?:ting)? in touch|nudg(?:e|ing)|chas(?:e|ing))\b[^.?!]{0,60}?\b(?:on|over|via|through|by|to|using|a|as an?)\s+(${MEDIUM})\b(?!\s*(?:post|profile|article|page|poll|comment|activity|update))`,
    'i',
  ),
  // "noticed your profile on LinkedIn and wanted to reach out directly", "... as an alternative to email"
  new RegExp(
    String.raw`\b(${MEDIUM})\b[^.?!]{0,40}\b(?:reach(?:ing)? out|writing|messaging|connecting)\b[^.?!]{0,30}\b(?:directly|instead|alternative|here)\b`,
    'i',
  ),
  /\b(?:i|we)(?:'ll| will| can|'d like to| would like to|'m going to)(?: also| then)? (text|call|phone|whatsapp) you\b/i,
];

/** The channel other than mail that a draft redirects to, with its place in `text`; null when none. */
export const redirectOf = rememberSentences(
  (text): { channel: Channel; start: number; end: number } | null => {
    for (const pattern of GOES) {
      const match = pattern.exec(text);
      if (match?.[1] === undefined) continue;
      // "Text me if easier": the reader's choice of channel, not the sender's.
      return { channel: channelOf(match[1]), start: match.index, end: match.index + match[0].length };
    }
    return null;
  },
);
