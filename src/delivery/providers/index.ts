import type { ProviderName } from '../../message/provider.ts';
import type { Dialect } from './dialect.ts';
import { resend } from './resend.ts';

export const DIALECTS = { resend } as Readonly<Record<ProviderName, Dialect>>;
