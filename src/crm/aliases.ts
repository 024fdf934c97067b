import type { Kysely } from 'kysely';
import type { Schema } from '../store/schema.ts';
import { prepared } from '../store/prepared.ts';
import { together } from '../store/together.ts';
import { addressKey } from './address.ts';
import { erasedValue } from './erased.ts';
import { lookalikes } from './lookalike.ts';
import { sameMailbox, suppressingDomains } from './mailbox-store.ts';
import { type RecordNow, recheckRecord } from './recheck.ts';
import { suppressionsNaming } from './suppression-store.ts';

/** Somebody whom an address may reach or be taken for, and what the CRM mirror says about them. */
export interface AliasRecord {
  /** An address key. */
  address: string;
  record: RecordNow;
}

const keysAmong = prepared((db, { readings }: { readings: string[] }) =>
  db.selectFrom('prospects').select('address_key').where('address_key', 'in', readings),
);

/**
 * Records of those who may be meant by the address although nobody can say that it is the same mailbox (`lookalikes`). What
 * surely is the same mailbox is found by the address itself.
 *
 * @param address as given in the envelope, or a key
 */
export async function aliasRecords(db: Kysely<Schema>, address: string): Promise<AliasRecord[]> {
  const key = addressKey(address);
  if (key === null) return [];
  const same = await sameMailbox(db, key);
  const readings = lookalikes(key).filter((one) => !same.includes(one));
  if (readings.length === 0) return [];
  const own = suppressingDomains(same);
  const [suppressed, prospects] = await together([
    suppressionsNaming(db, {
      addresses: readings,
      domains: suppressingDomains(readings).filter((domain) => !own.includes(domain)),
    }),
    keysAmong(db, { readings }),
  ]);
  const meant = readings.filter(
    (reading) =>
      prospects.some((one) => one.address_key === reading) ||
      suppressed.some(({ kind, value }) =>
        kind === 'address'
          ? value === reading || value === erasedValue(db, reading)
          : suppressingDomains([reading]).includes(value),
      ),
  );
  const found: AliasRecord[] = [];
  for (const one of meant) {
    found.push({ address: one, record: await recheckRecord(db, { address: one, prospectId: null }) });
  }
  return found;
}
