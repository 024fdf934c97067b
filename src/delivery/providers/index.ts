import type { ProviderName } from '../../message/provider.ts';
import type { Dialect } from './dialect.ts';
import { mailersend } from './mailersend.ts';
import { mailgun } from './mailgun.ts';
import { postmark } from './postmark.ts';
import { resend } from './resend.ts';
import { sendgrid } from './sendgrid.ts';
import { ses } from './ses.ts';

export const DIALECTS: Readonly<Record<ProviderName, Dialect>> = {
  resend,
  sendgrid,
  postmark,
  mailersend,
  mailgun,
  ses,
};
