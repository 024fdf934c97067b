import type { Front } from './front.ts';
import { native } from './native.ts';
import { postmark } from './postmark.ts';
import { resend } from './resend.ts';
import { sendgrid } from './sendgrid.ts';

/** Every API the gate speaks, the one most engines call first. */
export const FRONTS: readonly Front[] = [resend, sendgrid, postmark, native];
