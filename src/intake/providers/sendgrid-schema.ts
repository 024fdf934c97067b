import { z } from 'zod';

const box = z.looseObject({ email: z.string(), name: z.string().nullish() });
const strings = z.record(z.string(), z.string()).nullish();
const seconds = z.int().min(0).nullish();
const args = z.record(z.string(), z.unknown()).nullish();
const enabled = { enable: z.boolean().nullish() };
const words = z.string().nullish();

export const personalizationSchema = z.looseObject({
  to: z.array(box).min(1),
  cc: z.array(box).nullish(),
  bcc: z.array(box).nullish(),
  from: box.nullish(),
  subject: words,
  headers: strings,
  substitutions: strings,
  dynamic_template_data: args,
  custom_args: args,
  send_at: seconds,
});

export const attachmentSchema = z.looseObject({
  content: z.string(),
  filename: z.string(),
  type: words,
  disposition: z.enum(['attachment', 'inline']).nullish(),
  content_id: words,
  // Sent by SDKs that forget to spell it as the rest.
  contentId: words,
});

export const mailSettingsSchema = z.looseObject({
  bypass_list_management: z.looseObject(enabled).nullish(),
  bypass_spam_management: z.looseObject(enabled).nullish(),
  bypass_bounce_management: z.looseObject(enabled).nullish(),
  bypass_unsubscribe_management: z.looseObject(enabled).nullish(),
  footer: z.looseObject({ ...enabled, text: words, html: words }).nullish(),
  sandbox_mode: z.looseObject(enabled).nullish(),
  bcc: z.looseObject({ ...enabled, email: words }).nullish(),
  spam_check: z.looseObject({ ...enabled, threshold: z.number().nullish(), post_to_url: words }).nullish(),
});

export const trackingSettingsSchema = z.looseObject({
  click_tracking: z.looseObject({ ...enabled, enable_text: z.boolean().nullish() }).nullish(),
  open_tracking: z.looseObject({ ...enabled, substitution_tag: words }).nullish(),
  subscription_tracking: z
    .looseObject({ ...enabled, text: words, html: words, substitution_tag: words })
    .nullish(),
  ganalytics: z.looseObject(enabled).nullish(),
});

/** `POST /v3/mail/send` (SendGrid, "Mail Send"). */
export const sendgridSchema = z.looseObject({
  personalizations: z.array(personalizationSchema).min(1).max(1000),
  from: box,
  reply_to: box.nullish(),
  reply_to_list: z.array(box).max(1000).nullish(),
  subject: words,
  content: z.array(z.looseObject({ type: z.string().min(1), value: z.string().min(1) })).nullish(),
  attachments: z.array(attachmentSchema).nullish(),
  template_id: words,
  sections: strings,
  headers: strings,
  categories: z.array(z.string().max(255)).max(10).nullish(),
  custom_args: args,
  send_at: seconds,
  batch_id: words,
  asm: z.looseObject({ group_id: z.int(), groups_to_display: z.array(z.int()).max(25).nullish() }).nullish(),
  ip_pool_name: words,
  mail_settings: mailSettingsSchema.nullish(),
  tracking_settings: trackingSettingsSchema.nullish(),
});

export type SendGridBox = z.infer<typeof box>;
export type SendGridMail = z.infer<typeof sendgridSchema>;
export type Personalization = z.infer<typeof personalizationSchema>;
