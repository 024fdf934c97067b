import { join } from 'node:path';
import { z } from 'zod';
import { accountsOf } from '../config/providers.ts';
import { OUTBOX } from '../delivery/outbox.ts';
import { ADMIN, AUDIT, type Endpoint, endpoint } from '../http/endpoint.ts';
import { listEngines } from '../intake/engine-store.ts';
import type { ProviderName } from '../message/provider.ts';
import type { SettingsContext } from './context.ts';
import { upstreamNames } from './engine-changes.ts';
import { lastAttempt } from './settings-store.ts';
import { TestSend } from './test-send.ts';
import type { UpstreamView, UpstreamsPage } from './web-types.ts';

/** Upstreams as configured, how their last attempts ended, and a mail to try one. */
export function upstreamEndpoints(context: SettingsContext): Endpoint[] {
  const tests = new TestSend(context);
  return [
    endpoint('get', '/settings/upstreams', { access: AUDIT, handle: () => upstreamsPage(context) }),
    endpoint('post', '/settings/upstreams/:name/test', {
      access: ADMIN,
      body: z.strictObject({
        from: z.string().trim().min(1, 'write an address'),
        to: z.string().trim().min(1, 'write an address'),
      }),
      handle: ({ account, params, body }) => tests.send(params['name']!, body, account.actor),
    }),
  ];
}

async function upstreamsPage({ database, config }: SettingsContext): Promise<UpstreamsPage> {
  const { db } = database;
  const engines = await listEngines(db);
  const defaults = config.upstreams.length > 0 ? config.upstreams.map(({ name }) => name) : [OUTBOX];
  const names = upstreamNames(config).filter(
    (name) =>
      name !== OUTBOX || defaults.includes(OUTBOX) || engines.some((one) => one.upstreams.includes(OUTBOX)),
  );
  const upstreams = await Promise.all(
    [...new Set(names)].map(
      async (name): Promise<UpstreamView> => ({
        name,
        ...described(name, config),
        used_by_default: defaults.includes(name),
        engines: engines.filter((one) => one.upstreams.includes(name)).map((one) => one.name),
        last_success: await lastAttempt(db, name, 'delivered'),
        last_failure: await lastAttempt(db, name, 'failed'),
      }),
    ),
  );
  return {
    upstreams,
    outbox_only: config.upstreams.length === 0 && accountsOf(config.providers).size === 0,
    outbox_folder: join(config.data_dir, 'outbox'),
    config_file: config.source,
    from: {
      own: config.escalation.from,
      domains: [...new Set(engines.flatMap((one) => one.senderDomains))],
    },
  };
}

/** Without secrets. */
function described(
  name: string,
  { upstreams, providers, data_dir }: SettingsContext['config'],
): Pick<UpstreamView, 'kind' | 'where' | 'tls' | 'auth'> {
  const smtp = upstreams.find((one) => one.name === name);
  if (smtp) {
    return { kind: 'smtp', where: `${smtp.host}:${smtp.port}`, tls: smtp.tls, auth: smtp.auth !== null };
  }
  if (name === OUTBOX) return { kind: 'outbox', where: join(data_dir, 'outbox'), tls: null, auth: false };
  const section = providers[name as ProviderName];
  const region = section && 'region' in section ? section.region : '';
  const where = section?.base_url ?? `https://email.${region}.amazonaws.com`;
  return { kind: 'account', where, tls: null, auth: true };
}
