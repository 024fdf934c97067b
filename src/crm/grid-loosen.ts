import type { Kysely } from 'kysely';
import type { Schema } from '../store/schema.ts';
import { targetOf } from './grid-store.ts';
import { getRow, type Revision, type Row } from './revision-store.ts';
import { UNCLEAR } from './suppression-store.ts';

/**
 * Which opt-outs and disqualifiers a change took back.
 *
 * @param db after the change
 * @returns a sentence without its full stop for people; null when it took none back
 */
export async function loosened(db: Kysely<Schema>, revisions: readonly Revision[]): Promise<string | null> {
  const said: string[] = [];
  for (const { table_name, before, after } of revisions) {
    if (before === null) continue;
    const old = JSON.parse(before) as Record<string, unknown>;
    const now = after === null ? null : (JSON.parse(after) as Record<string, unknown>);
    if (table_name === 'suppressions') said.push(...ofSuppression(old, now));
    if (table_name === 'companies') said.push(...lost('disqualifiers', old, now, String(old['name'])));
    if (table_name === 'prospects') said.push(...(await ofProspect(db, old, now)));
  }
  const first = said.slice(0, 3).join('; ');
  return said.length === 0 ? null : said.length > 3 ? `${first}; and ${said.length - 3} more` : first;
}

function ofSuppression(old: Record<string, unknown>, now: Record<string, unknown> | null): string[] {
  const before = old as unknown as Row<'suppressions'>;
  const target = targetOf(before);
  if (now === null) return [`The opt-out of ${target} (${before.channel}) is taken back`];
  const channel = String(now['channel']);
  const holds =
    channel === before.channel || channel === 'all' || (before.channel === UNCLEAR && channel === 'email');
  return holds ? [] : [`The opt-out of ${target} from ${before.channel} becomes one from ${channel}`];
}

async function ofProspect(
  db: Kysely<Schema>,
  old: Record<string, unknown>,
  now: Record<string, unknown> | null,
): Promise<string[]> {
  const address = String(old['address']);
  const said = [...lost('opt_out_channels', old, now, address), ...lost('disqualifiers', old, now, address)];
  if (now !== null && now['company_id'] !== old['company_id']) {
    const flags = async (id: unknown): Promise<Record<string, unknown> | null> =>
      (typeof id === 'string' ? await getRow(db, 'companies', id) : undefined) ?? null;
    const left = await flags(old['company_id']);
    if (left) {
      const joined = await flags(now['company_id']);
      const kept = [...list(joined?.['disqualifiers']), ...list(now['disqualifiers'])];
      const gone = list(left['disqualifiers']).filter((flag) => !kept.includes(flag));
      if (gone.length > 0)
        said.push(`${address} leaves ${String(left['name'])} and its disqualifiers ${gone.join(', ')}`);
    }
  }
  return said;
}

function lost(
  field: 'opt_out_channels' | 'disqualifiers',
  old: Record<string, unknown>,
  now: Record<string, unknown> | null,
  who: string,
): string[] {
  const kept = now === null ? [] : list(now[field]);
  if (field === 'opt_out_channels' && kept.includes('all')) return [];
  const gone = list(old[field]).filter((value) => !kept.includes(value));
  return gone.length === 0 ? [] : [`${who} loses ${field} ${gone.join(', ')}`];
}

function list(json: unknown): string[] {
  return typeof json === 'string' ? (JSON.parse(json) as string[]) : [];
}
