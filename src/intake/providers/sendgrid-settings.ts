import { Refusal } from '../refusal.ts';
import type { IntakeTrouble } from '../submission.ts';
import {
  type SendGridMail,
  attachmentSchema,
  mailSettingsSchema,
  sendgridSchema,
  trackingSettingsSchema,
} from './sendgrid-schema.ts';
import { unknownFields } from './unknown-fields.ts';

const BYPASSES = [
  'bypass_list_management',
  'bypass_spam_management',
  'bypass_bounce_management',
  'bypass_unsubscribe_management',
] as const;

const BOX = new Set(['email', 'name']);

/** A tag that nobody takes for a word of the text, e.g. `%open-track%`. */
const PLAIN_TAG = /^[^\p{L}\p{N}\s]+[\w.-]+[^\p{L}\p{N}\s]+$/u;

/**
 * Refuses settings with which SendGrid would send to people who opted out, or to others than the gate knows of, or text
 * that nobody here has read.
 *
 * @throws Refusal naming the setting
 */
export function refuseSettings({ mail_settings: settings }: SendGridMail): void {
  for (const name of BYPASSES) {
    if (settings?.[name]?.enable !== true) continue;
    const field = `mail_settings.${name}`;
    throw new Refusal(
      'invalid_field',
      `The \`${field}\` field would send to people on SendGrid's suppression lists. Leave it out.`,
      { field },
    );
  }
  if (settings?.bcc?.enable === true) {
    throw new Refusal(
      'invalid_field',
      'The `mail_settings.bcc` field adds a recipient to every mail. Name it in `personalizations.bcc`, where it is judged.',
      { field: 'mail_settings.bcc' },
    );
  }
  if (settings?.footer?.enable === true) {
    throw new Refusal(
      'unreadable',
      'The `mail_settings.footer` field adds text at SendGrid, which presend cannot read in its place and cannot judge. Put it into `content`.',
      { field: 'mail_settings.footer' },
    );
  }
}

/** What of a request nobody here can say the effect of; concerns all its mails. */
export function* requestTrouble(mail: SendGridMail, accepted: ReadonlySet<string>): Generator<IntakeTrouble> {
  yield* unknownFields(mail, names(sendgridSchema), accepted);
  for (const box of [mail.from, mail.reply_to, mail.reply_to_list].flatMap((one) => one ?? [])) {
    yield* unknownFields(box, BOX, accepted, 'from.');
  }
  const { mail_settings: settings, tracking_settings: tracking, sections } = mail;
  yield* unknownFields(settings ?? {}, names(mailSettingsSchema), accepted, 'mail_settings.');
  yield* unknownFields(tracking ?? {}, names(trackingSettingsSchema), accepted, 'tracking_settings.');
  for (const one of mail.attachments ?? []) {
    yield* unknownFields(one, names(attachmentSchema), accepted, 'attachments.');
  }
  for (const part of mail.content ?? []) {
    yield* unknownFields(part, new Set(['type', 'value']), accepted, 'content.');
  }
  const unread = (detail: string): IntakeTrouble => ({ kind: 'unreadable', detail });
  if (Object.keys(sections ?? {}).length > 0) yield unread('its sections are filled in at SendGrid');
  if (settings?.spam_check?.enable && settings.spam_check.post_to_url) {
    yield unread('its spam check sends a copy to another address');
  }
  const { subscription_tracking: subscription, open_tracking: open } = tracking ?? {};
  if (subscription?.enable && (subscription.text || subscription.html)) {
    yield unread('its subscription tracking adds text at SendGrid');
  }
  for (const tag of [
    subscription?.enable ? subscription.substitution_tag : null,
    open?.enable ? open.substitution_tag : null,
  ]) {
    if (tag && !PLAIN_TAG.test(tag)) yield unread('its tracking replaces words of the text at SendGrid');
  }
  for (const { disposition, type } of mail.attachments ?? []) {
    if (disposition === 'inline' && /^(?:text|message)\//i.test(type ?? '')) {
      yield unread('an attached text is shown inside the mail');
    }
  }
}

const names = ({ shape }: { shape: object }): ReadonlySet<string> => new Set(Object.keys(shape));
