import { type Kysely, sql } from 'kysely';
import { UserError } from '../config/user-error.ts';
import type { Trx } from '../store/database.ts';
import { type Queries, prepared } from '../store/prepared.ts';
import type { Schema } from '../store/schema.ts';
import { together } from '../store/together.ts';
import { nameKey, placeKey } from './names.ts';
import type { Commitment, Peer } from './prospect.ts';
import type { Change } from './records.ts';
import { deleteRow, getRow, insertRow, type NewRow, type Row, updateRow } from './revision-store.ts';

/** Commitments and peer companies. */

export type CommitmentFields = Omit<Row<'commitments'>, 'id'>;
export interface PeerFields {
  name: string;
  city: string | null;
  industry: string | null;
}

/** More uses than this are not counted: a name that often used is worn out. */
const MAX_USES = 50;
/** Peers of one place that a snapshot names; those the draft mentions are always among them. */
const MAX_PEERS = 20;
const MAX_COMMITMENTS = 200;

export async function addCommitment(
  trx: Trx,
  fields: CommitmentFields,
  change: Change,
): Promise<Row<'commitments'>> {
  return await insertRow(trx, 'commitments', fields, change);
}

/** @throws UserError when there is no such commitment */
export async function updateCommitment(
  trx: Trx,
  id: number,
  patch: Partial<CommitmentFields>,
  change: Change,
): Promise<Row<'commitments'>> {
  return await updateRow(trx, 'commitments', await commitment(trx, id), patch, change);
}

/** @throws UserError when there is no such commitment */
export async function deleteCommitment(trx: Trx, id: number, change: Change): Promise<void> {
  await deleteRow(trx, 'commitments', await commitment(trx, id), change);
}

async function commitment(db: Kysely<Schema>, id: number): Promise<Row<'commitments'>> {
  const row = await getRow(db, 'commitments', id);
  if (!row) throw new UserError(`there is no commitment ${id}`);
  return row;
}

const notEnded = prepared((db, { prospectId, today }: { prospectId: string; today: string }) =>
  db
    .selectFrom('commitments')
    .select(['subject', 'starts', 'ends', 'type', 'note'])
    .where((where) => where.or([where('prospect_id', '=', prospectId), where('prospect_id', 'is', null)]))
    .where((where) => where.or([where('ends', 'is', null), where('ends', '>=', today)]))
    .orderBy('id')
    .limit(MAX_COMMITMENTS),
);

/** Commitments of a prospect and general ones that have not ended before `today` (ISO date). */
export async function commitmentsFor(
  db: Kysely<Schema>,
  prospectId: string,
  today: string,
): Promise<Commitment[]> {
  return await notEnded(db, { prospectId, today });
}

/** The whole row of a peer. @throws UserError when the name holds no letter or digit */
export function peerRow(fields: PeerFields): NewRow<'peers'> {
  const key = nameKey(fields.name);
  if (key === '') throw new UserError(`peer name "${fields.name}" holds no letter or digit`);
  return {
    ...fields,
    name_key: key,
    city_key: placeKey(fields.city),
    industry_key: placeKey(fields.industry),
  };
}

export async function addPeer(trx: Trx, fields: PeerFields, change: Change): Promise<Row<'peers'>> {
  return await insertRow(trx, 'peers', peerRow(fields), change);
}

/** @throws UserError when there is no such peer */
export async function updatePeer(
  trx: Trx,
  id: number,
  patch: Partial<PeerFields>,
  change: Change,
): Promise<Row<'peers'>> {
  const before = await peer(trx, id);
  return await updateRow(trx, 'peers', before, peerRow({ ...namePlace(before), ...patch }), change);
}

/** @throws UserError when there is no such peer */
export async function deletePeer(trx: Trx, id: number, change: Change): Promise<void> {
  await deleteRow(trx, 'peers', await peer(trx, id), change);
}

async function peer(db: Kysely<Schema>, id: number): Promise<Row<'peers'>> {
  const row = await getRow(db, 'peers', id);
  if (!row) throw new UserError(`there is no peer ${id}`);
  return row;
}

function namePlace({ name, city, industry }: PeerFields): PeerFields {
  return { name, city, industry };
}

const withUses = (db: Queries, prospectId: string) =>
  db
    .selectFrom('peers')
    .select(['name_key', 'name', 'city', 'industry'])
    // The inner query bounds the count whatever the number of prospects a worn name went to.
    .select(
      sql<number>`(select count(*) from (select 1 as used from peer_uses
        where peer_uses.name_key = peers.name_key and peer_uses.prospect_id <> ${prospectId}
        limit ${sql.lit(MAX_USES)}) as uses)`.as('timesUsed'),
    );

const peersNamed = prepared((db, { prospectId, keys }: { prospectId: string; keys: string[] }) =>
  withUses(db, prospectId).where('name_key', 'in', keys),
);

/**
 * Peers that fit the prospect's city and industry, the best first, and any that `names` mentions.
 * `timesUsed` counts other prospects only and stops at 50.
 */
export async function peersFor(
  db: Kysely<Schema>,
  prospect: { id: string; city: string | null; industry: string | null },
  names: readonly string[],
): Promise<Peer[]> {
  const city = placeKey(prospect.city);
  const industry = placeKey(prospect.industry);
  const nameKeys = [...new Set(names.map(nameKey))].filter((key) => key !== '').slice(0, 100);
  const select = withUses(db, prospect.id);
  const [named, both, either] = await together([
    nameKeys.length === 0 ? [] : peersNamed(db, { prospectId: prospect.id, keys: nameKeys }),
    city === null || industry === null
      ? []
      : select.where('city_key', '=', city).where('industry_key', '=', industry).limit(MAX_PEERS).execute(),
    city === null && industry === null
      ? []
      : select
          .where((where) => where.or([where('city_key', '=', city), where('industry_key', '=', industry)]))
          .limit(MAX_PEERS)
          .execute(),
  ]);
  const fitting = new Map([...both, ...either].map((row) => [row.name_key, row]));
  const chosen = new Map(
    [...named, ...[...fitting.values()].slice(0, MAX_PEERS)].map((row) => [row.name_key, row]),
  );
  return [...chosen.values()].map(({ name, city, industry, timesUsed }) => ({
    name,
    city,
    industry,
    timesUsed,
  }));
}

const MAX_PEER_USES = 500;

/** Remembers that peer names went out to a prospect. */
export async function addPeerUses(
  trx: Trx,
  prospectId: string,
  names: readonly string[],
  at: number,
): Promise<void> {
  const keys = [...new Set(names.map(nameKey))].filter((key) => key !== '');
  // A mail names a few companies; a text of thousands of names is no list of peers.
  for (let i = 0; i < Math.min(keys.length, MAX_PEER_USES); i += 100) {
    await trx
      .insertInto('peer_uses')
      .values(keys.slice(i, i + 100).map((name_key) => ({ name_key, prospect_id: prospectId, at })))
      .onConflict((conflict) => conflict.columns(['name_key', 'prospect_id']).doNothing())
      .execute();
  }
}
