import type { FetchText } from '../../src/feedback/bounded-fetch.ts';
import { createEventSources } from '../../src/feedback/sources.ts';
import type { ProviderSecrets } from '../../src/config/providers.ts';
import { providersSchema } from '../../src/config/providers.ts';
import type { ProviderName } from '../../src/message/provider.ts';
import type { Database } from '../../src/store/database.ts';
import { CERTIFICATE_URL, SECRETS, TOPIC, sns } from './sign.ts';

/** Every provider configured with the test's secrets. */
export function testSources(options: { database: Database; now: () => number; fetchText?: FetchText }) {
  const secret = (webhook: string | null, inbound: string | null = null): ProviderSecrets => ({
    apiKey: null,
    webhook,
    inbound,
  });
  return createEventSources({
    providers: providersSchema.parse({ ses: { topic_arns: [TOPIC] } }),
    secrets: new Map<ProviderName, ProviderSecrets>([
      ['resend', secret(SECRETS.resend)],
      ['sendgrid', secret(SECRETS.sendgrid, SECRETS.sendgridInbound)],
      ['postmark', secret(SECRETS.postmark)],
      ['mailgun', secret(SECRETS.mailgun)],
      ['mailersend', secret(`old-secret ${SECRETS.mailersend}`)],
    ]),
    fetchText: async (url) =>
      url === CERTIFICATE_URL ? { status: 200, text: (await sns).cert } : { status: 404, text: '' },
    ...options,
  });
}
