import type { Front } from './front.ts';
import { mailersend } from './mailersend.ts';
import { mailgun } from './mailgun.ts';
import { native } from './native.ts';
import { postmark } from './postmark.ts';
import { resend } from './resend.ts';
import { sendgrid } from './sendgrid.ts';
import { ses } from './ses.ts';

/** Every API the gate speaks, the one most engines call first. */
export const FRONTS: readonly Front[] = [resend, sendgrid, postmark, mailersend, mailgun, ses, native];
