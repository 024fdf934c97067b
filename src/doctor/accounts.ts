import { dirname } from 'node:path';
import type { Config } from '../config/config.ts';
import { accountsOf, readProviderSecrets } from '../config/providers.ts';
import { UserError } from '../config/user-error.ts';
import { accountOf } from '../delivery/provider-apis.ts';
import { ACCOUNT_CALLS } from '../delivery/providers/account-call.ts';
import { callApi } from '../feedback/write-back-request.ts';
import { PROVIDER_TITLES, type ProviderName } from '../message/provider.ts';
import { adviceFor } from '../settings/failure-advice.ts';
import { type Check, type Finding, failed, notChecked, ok, warning } from './check.ts';

const TIMEOUT_MS = 15_000;

/** Asks each provider one harmless question with the account's key: no mail is sent. */
export function accountsCheck(config: Config, now: number): Check {
  return {
    id: 'account',
    title: 'Account',
    look: async () => {
      const names = [...accountsOf(config.providers)];
      if (names.length === 0) return null;
      return Promise.all(
        names.map(async (name) => ({
          ...(await accountFinding(name, config, now)),
          title: `Account at ${PROVIDER_TITLES[name]}`,
        })),
      );
    },
  };
}

async function accountFinding(
  name: ProviderName,
  config: Pick<Config, 'providers' | 'source' | 'data_dir'>,
  now: number,
): Promise<Finding> {
  const account = readAccount(name, config);
  if (typeof account === 'string') return failed(`${account}.`, 'Give the gate what it names.');
  const { url, headers } = ACCOUNT_CALLS[name](account, now);
  const answer = await callApi(
    { method: 'GET', url, headers, body: null },
    { fetch, timeoutMs: TIMEOUT_MS, now: () => now, secrets: [account.apiKey] },
  );
  const { host } = new URL(url);
  if ('error' in answer) {
    const { meaning, advice } = adviceFor({ outcome: 'temporary', response: answer.error });
    return failed(
      `${host}: ${meaning} (${answer.error})`,
      advice ?? 'See whether this machine may reach it.',
    );
  }
  return answerFinding(host, answer.status, answer.body);
}

/** What the provider's answer to the question says of the key. */
export function answerFinding(host: string, status: number, body: string): Finding {
  if (status >= 200 && status < 300) return ok(`${host} knows the key. No mail was sent.`);
  // Resend says so to keys that may only send, which is all that the gate needs.
  if (body.includes('restricted_api_key'))
    return ok(`${host} knows the key, which may only send. No mail was sent.`);
  if (status === 401) {
    return failed(
      `${host} refuses the key (HTTP 401).`,
      'Make a new key at the provider and give it to the gate.',
    );
  }
  if (status === 403) {
    return warning(
      `${host} knows the key but does not let it look at the account (HTTP 403), so whether it may send is not known.`,
      'Send a test from Settings, Upstreams.',
    );
  }
  return notChecked(
    `${host} answered HTTP ${status}, which says nothing of the key.`,
    'Send a test from Settings, Upstreams.',
  );
}

function readAccount(
  name: ProviderName,
  { providers, source, data_dir }: Pick<Config, 'providers' | 'source' | 'data_dir'>,
) {
  try {
    const secrets = readProviderSecrets({ [name]: providers[name] }, { base: dirname(source ?? data_dir) });
    return accountOf(providers, name, secrets.get(name)?.apiKey ?? '');
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}
