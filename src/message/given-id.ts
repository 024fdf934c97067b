import { uuidOf } from './id.ts';
import type { ProviderName } from './provider.ts';

/** What the engine was given as a message's id: in the shape that clients of that provider expect. */
export function givenId(provider: ProviderName | null, messageId: string): string {
  return provider === 'resend' || provider === 'postmark' ? uuidOf(messageId) : messageId;
}
