import aws4 from 'aws4';
import type { ProviderName } from '../../message/provider.ts';
import type { Account } from './dialect.ts';

/** A request that only reads. */
export interface AccountCall {
  url: string;
  headers: Record<string, string>;
}

const bearer =
  (path: string) =>
  ({ baseUrl, apiKey }: Account): AccountCall => ({
    url: `${baseUrl}${path}`,
    headers: { Authorization: `Bearer ${apiKey}` },
  });

/**
 * The one harmless question that each provider's API answers to whoever has a good key: which domains there are, what the key may
 * do, what the account is. Nothing is sent or changed.
 */
export const ACCOUNT_CALLS: Readonly<Record<ProviderName, (account: Account, now: number) => AccountCall>> = {
  resend: bearer('/domains'),
  sendgrid: bearer('/v3/scopes'),
  mailersend: bearer('/v1/api-quota'),
  postmark: ({ baseUrl, apiKey }) => ({
    url: `${baseUrl}/server`,
    headers: { 'X-Postmark-Server-Token': apiKey, Accept: 'application/json' },
  }),
  mailgun: ({ baseUrl, apiKey }) => ({
    url: `${baseUrl}/v3/domains?limit=1`,
    headers: { Authorization: `Basic ${Buffer.from(`api:${apiKey}`).toString('base64')}` },
  }),
  ses: ({ baseUrl, apiKey, region = 'us-east-1', accessKeyId = '' }, now) => {
    const url = new URL(`${baseUrl}/v2/email/account`);
    const { headers } = aws4.sign(
      {
        host: url.host,
        path: url.pathname,
        method: 'GET',
        service: 'ses',
        region,
        headers: { 'X-Amz-Date': new Date(now).toISOString().replaceAll(/[:-]|\.\d{3}/g, '') },
      },
      { accessKeyId, secretAccessKey: apiKey },
    );
    const kept = Object.entries(headers ?? {}).filter(([name]) => !/^host$/i.test(name));
    return { url: url.href, headers: Object.fromEntries(kept.map(([name, value]) => [name, String(value)])) };
  },
};
