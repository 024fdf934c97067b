import { headersOf } from './mime.ts';
import type { MimePart } from './mime.ts';

/**
 * Header lines by which mail relays take orders: other recipients, text put in place of tags, templates, another time. What they
 * do is done after the mail was judged. Those that hold JSON name fields that change nothing of that, such as categories.
 *
 * Sources: SendGrid ("X-SMTPAPI"), SparkPost ("SMTP API"), Mailchimp Transactional ("Customize messages with SMTP headers"),
 * Mailgun ("Sending via SMTP"), Mailjet ("SMTP relay, custom headers"), Amazon SES ("Using subscription management").
 */
const ACTING: readonly { name: string; harmless: readonly string[] | null }[] = [
  { name: 'x-smtpapi', harmless: ['category', 'unique_args', 'asm_group_id', 'ip_pool'] },
  { name: 'x-msys-api', harmless: ['campaign_id', 'metadata', 'tags'] },
  ...[
    'x-mc-bccaddress',
    'x-mc-template',
    'x-mc-mergevars',
    'x-mc-mergelanguage',
    'x-mc-sendat',
    'x-mailgun-recipient-variables',
    'x-mailgun-template-name',
    'x-mailgun-template-variables',
    'x-mailgun-deliver-by',
    'x-mj-templateid',
    'x-mj-templatelanguage',
    'x-mj-vars',
    'x-ses-list-management-options',
  ].map((name) => ({ name, harmless: null })),
];

/** The headers of a message that a relay acts on in a way that nobody here can read. */
export function actingHeaders(root: MimePart): string[] {
  return ACTING.filter(({ name, harmless }) =>
    headersOf(root, name).some(({ value }) => harmless === null || !holdsOnly(value, harmless)),
  ).map(({ name }) => name);
}

function holdsOnly(json: string, names: readonly string[]): boolean {
  try {
    const value = JSON.parse(json) as unknown;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    return Object.keys(value).every((name) => names.includes(name));
  } catch {
    return false;
  }
}
