import { z } from 'zod';
import { decisionsSchema } from '../config/config.ts';
import { ApiError } from '../http/api-error.ts';
import { ADMIN, AUDIT, type Endpoint, endpoint, recent } from '../http/endpoint.ts';
import { addApiKey, revokeApiKey } from '../intake/api-keys.ts';
import { type Engine, changeEngine, findEngine, listEngines } from '../intake/engine-store.ts';
import type { SettingsContext } from './context.ts';
import { engineChanges, upstreamNames } from './engine-changes.ts';
import { createEngine, rotatePassword, rotateWebhookSecret } from './engine-credentials.ts';
import { engineGuide } from './engine-guide.ts';
import { keysByEngine, lastMailByEngine, openByEngine } from './settings-store.ts';
import type { EngineSecrets, EnginesPage } from './web-types.ts';

const domain = z.string().trim().toLowerCase().min(1, 'write a domain like acme.example');
const body = z.strictObject({
  domains: z.array(domain).min(1, 'name at least one sender domain').optional(),
  upstreams: z.array(z.string()).optional(),
  mode: z.enum(['observe', 'enforce', 'stopped']).optional(),
  answer: z.enum(['sync', 'async', 'default']).optional(),
  decisions: z.record(z.string(), z.string()).optional(),
  webhook: z.string().trim().nullable().optional(),
  trust_headers: z.boolean().optional(),
  loopback_without_auth: z.boolean().optional(),
});
const newEngine = body.extend({
  name: z
    .string()
    .trim()
    .regex(/^[\w.-]{1,60}$/, 'letters, digits, dots, - and _, at most 60: it is the SMTP user too'),
  domains: z.array(domain).min(1, 'name at least one sender domain'),
});

/** Engines and their credentials. A secret is in the answer of the request that made it, and in no other. */
export function engineEndpoints(context: SettingsContext): Endpoint[] {
  const { database, config, now, derive, wake } = context;
  const by = (actor: string) => ({ actor, now: now(), derive });
  const engine = async (id: string): Promise<Engine> => {
    const found = await findEngine(database.db, id);
    if (!found) throw new ApiError('not_found', 'There is no such engine.');
    return found;
  };
  const changesOf = (input: z.infer<typeof body>, current?: Engine) =>
    engineChanges(
      { ...input, trustHeaders: input.trust_headers, loopbackWithoutAuth: input.loopback_without_auth },
      config,
      current,
    );
  const named = ({ id, name }: Engine) => ({ id, name });

  return [
    endpoint('get', '/settings/engines', { access: AUDIT, handle: () => enginesPage(context) }),
    endpoint('post', '/settings/engines', {
      access: recent(ADMIN),
      body: newEngine,
      handle: async ({ account, body: input }): Promise<EngineSecrets> => {
        const { name, ...rest } = input;
        const changes = { ...changesOf(rest), name, senderDomains: input.domains };
        const made = await createEngine(database, changes, by(account.actor));
        return {
          engine: named(made.engine),
          password: made.password,
          key: made.key,
          ...(made.webhookSecret === null ? {} : { webhook_secret: made.webhookSecret }),
        };
      },
    }),
    endpoint('patch', '/settings/engines/:id', {
      access: ADMIN,
      body,
      handle: async ({ account, params, body: input }) => {
        const current = await engine(params['id']!);
        const changes = changesOf(input, current);
        await database.transact((trx) => changeEngine(trx, current.id, changes, by(account.actor)));
        // A webhook that is new gets its secret shown, as on the command line.
        const added = current.webhookUrl === null && (changes.webhookUrl ?? null) !== null;
        wake();
        if (!added) return { engine: named(current) } satisfies EngineSecrets;
        const secret = await rotateWebhookSecret(
          database,
          { ...current, webhookUrl: changes.webhookUrl! },
          by(account.actor),
        );
        return { engine: named(current), webhook_secret: secret } satisfies EngineSecrets;
      },
    }),
    endpoint('post', '/settings/engines/:id/password', {
      access: recent(ADMIN),
      handle: async ({ account, params }): Promise<EngineSecrets> => {
        const current = await engine(params['id']!);
        const password = await rotatePassword(database, current.id, by(account.actor));
        return { engine: named(current), password };
      },
    }),
    endpoint('post', '/settings/engines/:id/webhook-secret', {
      access: recent(ADMIN),
      handle: async ({ account, params }): Promise<EngineSecrets> => {
        const current = await engine(params['id']!);
        const secret = await rotateWebhookSecret(database, current, by(account.actor));
        return { engine: named(current), webhook_secret: secret };
      },
    }),
    endpoint('post', '/settings/engines/:id/keys', {
      access: recent(ADMIN),
      body: z.strictObject({ kind: z.enum(['bearer', 'sigv4']) }),
      handle: async ({ account, params, body: { kind } }): Promise<EngineSecrets> => {
        const current = await engine(params['id']!);
        const key = await database.transact((trx) =>
          addApiKey(trx, current.id, { kind, ...by(account.actor) }),
        );
        return { engine: named(current), key };
      },
    }),
    endpoint('delete', '/settings/engines/:id/keys/:key', {
      access: ADMIN,
      handle: async ({ account, params }) => {
        const current = await engine(params['id']!);
        await database.transact((trx) => revokeApiKey(trx, current.id, params['key']!, by(account.actor)));
      },
    }),
  ];
}

/** What each decision leads to, and may lead to. */
export function decisionChoices(configured: SettingsContext['config']['decisions']) {
  return Object.entries(decisionsSchema.shape).map(([decision, schema]) => ({
    decision: decision as keyof typeof configured,
    action: configured[decision as keyof typeof configured],
    choices: [...schema.unwrap().options] as string[],
  }));
}

async function enginesPage(context: SettingsContext): Promise<EnginesPage> {
  const { database, config } = context;
  const { db } = database;
  const [engines, open, last, keys] = await Promise.all([
    listEngines(db),
    openByEngine(db),
    lastMailByEngine(db),
    keysByEngine(db),
  ]);
  const upstreams = upstreamNames(config);
  const base = context.publicUrl();
  const host = new URL(base).hostname;
  const smtp = { host, port: context.smtpPort(), tls_port: config.smtp.implicit_tls_port };
  return {
    engines: engines.map((one) => ({
      id: one.id,
      name: one.name,
      mode: one.mode,
      domains: one.senderDomains,
      upstreams: one.upstreams,
      answer: one.answer,
      decisions: one.decisions ?? {},
      webhook: one.webhookUrl,
      trust_headers: one.trustedHeaders,
      loopback_without_auth: one.loopbackWithoutAuth,
      has_password: one.secretHash !== null,
      keys: keys.get(one.id) ?? [],
      ...(open.get(one.id) ?? { held: 0, on_the_way: 0 }),
      last_mail_at: last.get(one.id) ?? null,
    })),
    upstreams,
    default_upstreams: config.upstreams.length > 0 ? config.upstreams.map(({ name }) => name) : ['outbox'],
    default_answer: config.answer.mode,
    decisions: decisionChoices(config.decisions),
    guide: engineGuide({ base, host, port: smtp.port, tlsPort: smtp.tls_port }),
    smtp,
    http: base,
  };
}
