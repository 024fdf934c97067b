import type { ProviderName } from '../../message/provider.ts';
import type { Dialect } from './dialect.ts';
import { postmark } from './postmark.ts';
import { resend } from './resend.ts';
import { sendgrid } from './sendgrid.ts';

export const DIALECTS = { resend, sendgrid, postmark } as Readonly<Record<ProviderName, Dialect>>;
