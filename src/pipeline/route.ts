import type { StoredRequest } from '../delivery/providers/dialect.ts';
import type { Engine } from '../intake/engine-store.ts';
import type { IntakeTrouble } from '../intake/submission.ts';
import { PROVIDERS, type ProviderName } from '../message/provider.ts';
import type { ParsedMessage } from '../message/types.ts';
import type { Delivery } from '../queue/settle.ts';
import { type Queries, prepared } from '../store/prepared.ts';

/** What the way of a message depends on. */
export interface RequestHead {
  provider: ProviderName;
  trouble: IntakeTrouble[];
}

const head = prepared((db, { messageId }: { messageId: string }) =>
  db.selectFrom('provider_requests').select(['provider', 'trouble']).where('message_id', '=', messageId),
);

/**
 * The provider-shaped request a message came in, without its body, which may be large; null for mail over SMTP and in the
 * gate's own shape.
 */
export async function readRequestHead(db: Queries, messageId: string): Promise<RequestHead | null> {
  const [row] = await head(db, { messageId });
  return row ? { provider: row.provider, trouble: troubleOf(row.trouble) } : null;
}

/** The whole request of a message that has one. */
export async function readRequest(db: Queries, messageId: string): Promise<StoredRequest> {
  const row = await db
    .selectFrom('provider_requests')
    .select(['provider', 'path', 'content_type', 'body'])
    .where('message_id', '=', messageId)
    .executeTakeFirstOrThrow();
  return { provider: row.provider, path: row.path, contentType: row.content_type, body: row.body };
}

const troubleOf = (json: string | null): IntakeTrouble[] =>
  json === null ? [] : (JSON.parse(json) as IntakeTrouble[]);

/**
 * Does a message leave by the API of the provider whose shape it came in? It does when the gate has an account there and the
 * engine's upstreams name no others. Then it leaves whole, as the request that came; otherwise each delivery goes by SMTP.
 */
export function leavesByApi(
  request: Pick<RequestHead, 'provider'> | null,
  engine: Pick<Engine, 'upstreams'>,
  accounts: ReadonlySet<ProviderName>,
): boolean {
  if (request === null || !accounts.has(request.provider)) return false;
  return engine.upstreams.length === 0 || engine.upstreams.includes(request.provider);
}

/**
 * Other deliveries of the message that stand as this one does and leave with it: what a person decides about one of them
 * holds for all. Empty where each goes by itself.
 */
export async function companionsOf(
  db: Queries,
  delivery: Delivery,
  accounts: ReadonlySet<ProviderName>,
): Promise<Delivery[]> {
  const request = await readRequestHead(db, delivery.message_id);
  const engine = await db
    .selectFrom('engines')
    .select('upstreams')
    .where('id', '=', delivery.engine_id)
    .executeTakeFirstOrThrow();
  if (!leavesByApi(request, { upstreams: JSON.parse(engine.upstreams) as string[] }, accounts)) return [];
  return db
    .selectFrom('deliveries')
    .selectAll()
    .where('message_id', '=', delivery.message_id)
    .where('kind', '=', 'mail')
    .where('state', '=', delivery.state)
    .where('id', '!=', delivery.id)
    .orderBy('id')
    .execute();
}

/** The engine's SMTP upstreams; empty = the configured order. */
export function smtpUpstreams({ upstreams }: Pick<Engine, 'upstreams'>): string[] {
  return upstreams.filter((name) => !(PROVIDERS as readonly string[]).includes(name));
}

/** What is wrong with the request counts where the request itself goes on, parts and all that nobody here has read. */
export function withTroubleOf(
  parsed: ParsedMessage,
  request: Pick<RequestHead, 'trouble'> | null,
): ParsedMessage {
  return request === null || request.trouble.length === 0
    ? parsed
    : { ...parsed, trouble: [...parsed.trouble, ...request.trouble] };
}
