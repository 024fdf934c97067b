import type { Selectable } from 'kysely';
import { domainKey } from '../crm/address.ts';
import { newId } from '../message/id.ts';
import { decisionsSchema } from '../config/config.ts';
import { UserError } from '../config/user-error.ts';
import { recordAudit } from '../store/audit.ts';
import type { Trx } from '../store/database.ts';
import { type Queries, prepared } from '../store/prepared.ts';
import type { EngineTable } from '../store/schema.ts';

export type EngineMode = EngineTable['mode'];

/** A client that submits mail. */
export interface Engine {
  id: string;
  name: string;
  secretHash: string | null;
  /** Domains it may send as, lower case; a leading dot allows subdomains. */
  senderDomains: string[];
  /** Upstream names in failover order; empty = all configured ones, in the config's order. */
  upstreams: string[];
  mode: EngineMode;
  trustedHeaders: boolean;
  answer: 'sync' | 'async' | null;
  decisions: Partial<ReturnType<typeof decisionsSchema.parse>> | null;
  loopbackWithoutAuth: boolean;
  /** Where events about its mail go; null = nowhere. */
  webhookUrl: string | null;
  webhookSecretVersion: number;
}

export function engineFromRow(row: Selectable<EngineTable>): Engine {
  return {
    id: row.id,
    name: row.name,
    secretHash: row.secret_hash,
    senderDomains: JSON.parse(row.sender_domains) as string[],
    upstreams: JSON.parse(row.upstreams) as string[],
    mode: row.mode,
    trustedHeaders: row.trusted_headers === 1,
    answer: row.answer,
    decisions: row.decisions === null ? null : (JSON.parse(row.decisions) as Engine['decisions']),
    loopbackWithoutAuth: row.loopback_without_auth === 1,
    webhookUrl: row.webhook_url,
    webhookSecretVersion: row.webhook_secret_version,
  };
}

/** Whose mail the gate's own notifications are: it is no client, and in no list. */
export const GATE_ENGINE = 'gate';

const everyEngine = prepared((db) =>
  db.selectFrom('engines').selectAll().where('id', '!=', GATE_ENGINE).orderBy('name'),
);

export async function listEngines(db: Queries): Promise<Engine[]> {
  const rows = await everyEngine(db, {});
  return rows.map(engineFromRow);
}

const byNameOrId = prepared((db, { nameOrId }: { nameOrId: string }) =>
  db
    .selectFrom('engines')
    .selectAll()
    .where((eb) => eb.or([eb('name', '=', nameOrId), eb('id', '=', nameOrId)]))
    .where('id', '!=', GATE_ENGINE),
);

/** By name or id; undefined when there is none. */
export async function findEngine(db: Queries, nameOrId: string): Promise<Engine | undefined> {
  const [row] = await byNameOrId(db, { nameOrId });
  return row && engineFromRow(row);
}

/** As `findEngine`; throws UserError naming the known engines. */
export async function requireEngine(db: Queries, nameOrId: string): Promise<Engine> {
  const engine = await findEngine(db, nameOrId);
  if (engine) return engine;
  const names = (await listEngines(db)).map((e) => e.name);
  throw new UserError(
    `there is no engine "${nameOrId}"; ${names.length ? `known are: ${names.join(', ')}` : 'add one with: presend engine add <name> --domain <sender domain>'}`,
  );
}

export type EngineChanges = Partial<Omit<Engine, 'id'>>;

function toRow(changes: EngineChanges) {
  return {
    ...(changes.name === undefined ? {} : { name: changes.name }),
    ...(changes.secretHash === undefined ? {} : { secret_hash: changes.secretHash }),
    ...(changes.senderDomains === undefined ? {} : { sender_domains: JSON.stringify(changes.senderDomains) }),
    ...(changes.upstreams === undefined ? {} : { upstreams: JSON.stringify(changes.upstreams) }),
    ...(changes.mode === undefined ? {} : { mode: changes.mode }),
    ...(changes.trustedHeaders === undefined ? {} : { trusted_headers: changes.trustedHeaders ? 1 : 0 }),
    ...(changes.answer === undefined ? {} : { answer: changes.answer }),
    ...(changes.decisions === undefined
      ? {}
      : { decisions: changes.decisions === null ? null : JSON.stringify(changes.decisions) }),
    ...(changes.loopbackWithoutAuth === undefined
      ? {}
      : { loopback_without_auth: changes.loopbackWithoutAuth ? 1 : 0 }),
    ...(changes.webhookUrl === undefined ? {} : { webhook_url: changes.webhookUrl }),
    ...(changes.webhookSecretVersion === undefined
      ? {}
      : { webhook_secret_version: changes.webhookSecretVersion }),
  };
}

/** @throws UserError when the name is taken */
export async function addEngine(
  trx: Trx,
  engine: { name: string; senderDomains: string[] } & EngineChanges,
  { actor, now }: { actor: string; now: number },
): Promise<Engine> {
  if (await findEngine(trx, engine.name)) {
    throw new UserError(
      `there is already an engine "${engine.name}"; change it with: presend engine set ${engine.name} …`,
    );
  }
  const row = {
    id: newId(now),
    secret_hash: null,
    upstreams: '[]',
    mode: 'enforce' as const,
    trusted_headers: 0,
    answer: null,
    decisions: null,
    loopback_without_auth: 0,
    webhook_url: null,
    webhook_secret_version: 1,
    created_at: now,
    updated_at: now,
    ...toRow(engine),
    name: engine.name,
    sender_domains: JSON.stringify(engine.senderDomains),
  };
  await trx.insertInto('engines').values(row).execute();
  const { secret_hash, ...after } = row;
  await recordAudit(trx, {
    at: now,
    actor,
    subject: { type: 'engine', id: row.id },
    action: 'added',
    after: { ...after, password: secret_hash !== null },
  });
  return engineFromRow(row);
}

export async function changeEngine(
  trx: Trx,
  id: string,
  changes: EngineChanges,
  { actor, now }: { actor: string; now: number },
): Promise<void> {
  const row = toRow(changes);
  const was = await trx.selectFrom('engines').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  await trx
    .updateTable('engines')
    .set({ ...row, updated_at: now })
    .where('id', '=', id)
    .execute();
  const { secret_hash, ...after } = row;
  await recordAudit(trx, {
    at: now,
    actor,
    subject: { type: 'engine', id },
    action: 'changed',
    before: Object.fromEntries(Object.keys(after).map((key) => [key, was[key as keyof typeof was]])),
    after,
    ...(secret_hash === undefined ? {} : { detail: { password: 'changed' } }),
  });
}

/** May the engine send as this address? The null sender is allowed: it carries delivery reports. */
export function maySendAs(engine: Pick<Engine, 'senderDomains'>, address: string): boolean {
  if (address === '') return true;
  const domain = domainKey(address.slice(address.lastIndexOf('@') + 1));
  if (domain === null || !address.includes('@')) return false;
  return engine.senderDomains.some((allowed) => {
    const own = domainKey(allowed.replace(/^\./, ''));
    return own !== null && (domain === own || (allowed.startsWith('.') && domain.endsWith(`.${own}`)));
  });
}
