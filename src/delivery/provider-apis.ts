import type { ProvidersConfig, ProviderSecrets } from '../config/providers.ts';
import { UserError } from '../config/user-error.ts';
import type { ProviderName } from '../message/provider.ts';
import { ProviderApi } from './provider-api.ts';
import { DIALECTS } from './providers/index.ts';
import type { Account } from './providers/dialect.ts';

/** The provider accounts that mail can be sent through, by name. */
export function openProviderApis(
  config: ProvidersConfig,
  secrets: ReadonlyMap<ProviderName, ProviderSecrets>,
  { now, hop }: { now: () => number; hop: Record<string, string> },
): Map<ProviderName, ProviderApi> {
  const apis = new Map<ProviderName, ProviderApi>();
  for (const [name, { apiKey }] of secrets) {
    const section = config[name];
    if (apiKey === null || !section) continue;
    const { pool, attempt_seconds, answer_seconds } = section;
    apis.set(
      name,
      new ProviderApi({
        dialect: DIALECTS[name],
        account: accountOf(config, name, apiKey),
        pool,
        attemptMs: attempt_seconds * 1000,
        answerMs: answer_seconds * 1000,
        now,
        hop,
      }),
    );
  }
  return apis;
}

/** @throws UserError when SES lacks its access key id */
export function accountOf(config: ProvidersConfig, name: ProviderName, apiKey: string): Account {
  const trim = (url: string): string => url.replace(/\/+$/, '');
  if (name !== 'ses') return { baseUrl: trim(config[name]!.base_url), apiKey };
  const { region, base_url, access_key_id } = config.ses!;
  if (access_key_id === undefined) {
    throw new UserError('providers.ses: api_key is the secret access key; give access_key_id beside it');
  }
  return {
    baseUrl: trim(base_url ?? `https://email.${region}.amazonaws.com`),
    apiKey,
    region,
    accessKeyId: access_key_id,
  };
}
