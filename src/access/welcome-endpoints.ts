import { join } from 'node:path';
import { z } from 'zod';
import type { Config } from '../config/config.ts';
import { accountsOf } from '../config/providers.ts';
import { readCaptured } from '../delivery/outbox.ts';
import { ApiError } from '../http/api-error.ts';
import { ADMIN, type Account, type Endpoint, endpoint } from '../http/endpoint.ts';
import { type Engine, findEngine, listEngines } from '../intake/engine-store.ts';
import type { OutgoingMail } from '../intake/outgoing-mail.ts';
import { Refusal } from '../intake/refusal.ts';
import type { DeliveryState } from '../message/disposition.ts';
import { readDetails } from '../review/read.ts';
import { type AccessContext, baseOf } from './context.ts';
import { dismissWelcome, newestAttempt, rememberTest, welcomeFacts } from './welcome-store.ts';
import type { TestMailView, WelcomeView } from './web-types.ts';

export interface WelcomeDeps {
  /** The way of mails that come by HTTP: composed, checked, accepted, judged. @returns the message's id */
  submit: (engine: Engine, mail: OutgoingMail, from: { address: string }) => Promise<string>;
  config: Config;
}

/** States in which the gate will do something more by itself, soon. */
const MOVING: readonly DeliveryState[] = ['received', 'relaying', 'escalating'];

/** The checklist after setup. */
export function welcomeEndpoints(context: AccessContext, { submit, config }: WelcomeDeps): Endpoint[] {
  const { database, now } = context;
  const outbox = join(config.data_dir, 'outbox');
  const leaves = config.upstreams.length > 0 || accountsOf(config.providers).size > 0;
  return [
    endpoint('get', '/welcome', {
      access: ADMIN,
      handle: async ({ req }): Promise<WelcomeView> => {
        const engines = await listEngines(database.db);
        return {
          ...(await welcomeFacts(database.db)),
          upstreams: config.upstreams.map(({ name }) => name),
          config_file: config.source,
          outbox_folder: outbox,
          engines: engines.map((engine) => ({
            id: engine.id,
            name: engine.name,
            sender_domains: engine.senderDomains,
            mode: engine.mode,
            open: engine.loopbackWithoutAuth,
          })),
          smtp: { host: config.smtp.host, port: config.smtp.port },
          http: baseOf(context, req),
        };
      },
    }),
    endpoint('post', '/welcome/dismiss', {
      access: ADMIN,
      handle: async ({ account }) => {
        await database.transact((trx) => dismissWelcome(trx, { actor: account.actor, now: now() }));
      },
    }),
    endpoint('post', '/welcome/test-mail', {
      access: ADMIN,
      body: z.strictObject({
        engine: z.string().max(100).optional(),
        prospect: z.string().max(100),
        /** Asked for where an upstream is configured, so that the mail really leaves. */
        really: z.boolean().default(false),
      }),
      handle: async ({ body, account, req }): Promise<{ message_id: string }> => {
        if (leaves && !body.really) {
          throw new ApiError(
            'conflict',
            'An upstream is configured, so this mail would really leave; say that it may.',
            {
              fields: { really: 'must be confirmed: the mail leaves for the prospect’s own mailbox' },
            },
          );
        }
        const engine = await engineFor(body.engine);
        const prospect = (await welcomeFacts(database.db)).recipients.find(({ id }) => id === body.prospect);
        if (!prospect) {
          throw new ApiError('not_found', 'There is no such prospect.', {
            fields: { prospect: 'is not in the CRM mirror any more' },
          });
        }
        const mail = testMail(engine, prospect, account);
        const id = await submit(engine, mail, { address: req.ip ?? '127.0.0.1' }).catch((error: unknown) => {
          if (error instanceof Refusal) throw new ApiError('conflict', error.message);
          throw error;
        });
        await database.transact((trx) => rememberTest(trx, id, { actor: account.actor, now: now() }));
        return { message_id: id };
      },
    }),
    endpoint('get', '/welcome/test-mail/:id', {
      access: ADMIN,
      handle: async ({ params }): Promise<TestMailView> => {
        if ((await welcomeFacts(database.db)).last_test !== params['id']) {
          throw new ApiError('not_found', 'This is not the newest test mail.');
        }
        const [detail] = await readDetails(database.db, params['id']);
        const { delivery, message, verdict, timeline } = detail!;
        const attempt = await newestAttempt(database.db, delivery.id);
        const captured = await readCaptured(outbox, delivery.id);
        return {
          message_id: message.id,
          delivery_id: delivery.id,
          recipient: delivery.recipient,
          subject: message.subject,
          state: delivery.state,
          decision: delivery.decision,
          reason: delivery.hold_reason,
          // What stopped it may be no rule: an earlier mail, a limit of the mailbox.
          rationale: (delivery.hold_reason === null ? null : delivery.note) ?? verdict?.rationale ?? null,
          steps: timeline.map(({ at, action }) => ({ at, action })),
          settled: !MOVING.includes(delivery.state),
          upstream: attempt?.upstream ?? null,
          response: attempt?.response ?? null,
          captured: captured && captured.toString('utf8'),
        };
      },
    }),
  ];

  async function engineFor(id: string | undefined): Promise<Engine> {
    const all = await listEngines(database.db);
    const engine =
      id === undefined
        ? (all.find(({ name }) => name === 'demo') ?? all[0])
        : await findEngine(database.db, id);
    if (!engine) {
      throw new ApiError('conflict', 'There is no engine to send as; add one under Settings.', {
        fields: { engine: 'is not known' },
      });
    }
    return engine;
  }
}

function testMail(
  engine: Engine,
  to: { address: string; name: string | null },
  account: Account,
): OutgoingMail {
  const first = to.name?.split(/\s+/u)[0];
  return {
    from: { name: account.name, address: `test@${engine.senderDomains[0] ?? 'demo.example'}` },
    to: [{ name: to.name ?? '', address: to.address }],
    cc: [],
    bcc: [],
    replyTo: [],
    subject: 'A test mail through the gate',
    text: `Hi${first ? ` ${first}` : ''},\n\nthis mail was written on the welcome page to see the gate at work. Would a short call next week be useful?\n\nBest,\n${account.name}\n`,
    html: null,
    headers: [],
    attachments: [],
    scheduledAt: null,
  };
}
