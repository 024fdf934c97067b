/** The mail providers whose HTTP API the gate speaks, in and out. */
export const PROVIDERS = ['resend', 'sendgrid', 'postmark', 'mailersend', 'mailgun', 'ses'] as const;
export type ProviderName = (typeof PROVIDERS)[number];

/** How providers write their own names. */
export const PROVIDER_TITLES: Readonly<Record<ProviderName, string>> = {
  resend: 'Resend',
  sendgrid: 'SendGrid',
  postmark: 'Postmark',
  mailersend: 'MailerSend',
  mailgun: 'Mailgun',
  ses: 'Amazon SES',
};
