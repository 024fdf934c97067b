import { domainChain } from '../crm/address.ts';
import { recordAudit } from '../store/audit.ts';
import type { Trx } from '../store/database.ts';
import type { By, Reader } from './user-store.ts';
import type { WelcomeView } from './web-types.ts';

const DISMISSED = 'welcome_dismissed';
const LAST_TEST = 'welcome_test';

/** Most prospects offered for a test mail. */
const OFFERED = 50;

/** What the checklist is about, as far as the database knows it. */
export async function welcomeFacts(
  db: Reader,
): Promise<Pick<WelcomeView, 'dismissed' | 'last_test' | 'crm' | 'recipients'>> {
  const settings = await db
    .selectFrom('settings')
    .selectAll()
    .where('key', 'in', [DISMISSED, LAST_TEST])
    .execute();
  const count = async (table: 'prospects' | 'companies'): Promise<number> => {
    const { total } = await db
      .selectFrom(table)
      .select((eb) => eb.fn.countAll<number | string>().as('total'))
      .executeTakeFirstOrThrow();
    return Number(total);
  };
  const own = await db
    .selectFrom('prospects')
    .select('id')
    .where('address_key', 'not like', '%.example')
    .limit(1)
    .executeTakeFirst();
  const prospects = await count('prospects');
  return {
    dismissed: settings.some(({ key }) => key === DISMISSED),
    last_test: settings.find(({ key }) => key === LAST_TEST)?.value ?? null,
    crm: { prospects, companies: await count('companies'), example: prospects > 0 && own === undefined },
    recipients: await recipients(db),
  };
}

/**
 * Prospects with nothing on record, and no earlier mail, that would stop a plain mail come first; the others show what a stop
 * looks like.
 */
async function recipients(db: Reader): Promise<WelcomeView['recipients']> {
  const rows = await db
    .selectFrom('prospects')
    .leftJoin('companies', 'companies.id', 'prospects.company_id')
    .select([
      'prospects.id',
      'prospects.address',
      'prospects.address_key',
      'prospects.name',
      'prospects.recipient_role',
      'prospects.disqualifiers',
      'prospects.opt_out_channels',
      'companies.name as company',
      'companies.disqualifiers as company_disqualifiers',
    ])
    .orderBy('prospects.created_at')
    .orderBy('prospects.id')
    .limit(OFFERED)
    .execute();
  const stopped = await db
    .selectFrom('deliveries')
    .select('prospect_id')
    .where('stops_others', '=', 1)
    .where(
      'prospect_id',
      'in',
      rows.map(({ id }) => id),
    )
    .execute();
  const waits = new Set(stopped.map(({ prospect_id }) => prospect_id));
  const placesOf = (key: string): string[] => [key, ...domainChain(key.slice(key.lastIndexOf('@') + 1))];
  const suppressed = await db
    .selectFrom('suppressions')
    .select('value')
    .where(
      'value',
      'in',
      rows.flatMap(({ address_key }) => placesOf(address_key)),
    )
    .execute();
  const suppressions = new Set(suppressed.map(({ value }) => value));
  const isSuppressed = (key: string): boolean => placesOf(key).some((value) => suppressions.has(value));
  const plain = (row: (typeof rows)[number]): boolean =>
    row.company !== null &&
    !waits.has(row.id) &&
    !isSuppressed(row.address_key) &&
    [row.disqualifiers, row.opt_out_channels, row.company_disqualifiers].every((list) => list === '[]') &&
    !/^c[a-z]o$|founder|c_level/u.test(row.recipient_role ?? 'c_level');
  return [...rows.filter(plain), ...rows.filter((row) => !plain(row))].map(
    ({ id, address, name, company }) => ({ id, address, name, company }),
  );
}

export async function dismissWelcome(trx: Trx, by: By): Promise<void> {
  await setSetting(trx, DISMISSED, '1');
  await recordAudit(trx, {
    at: by.now,
    actor: by.actor,
    subject: { type: 'settings', id: DISMISSED },
    action: 'dismissed',
  });
}

/** Remembers the newest test mail, and who asked for it. */
export async function rememberTest(trx: Trx, messageId: string, by: By): Promise<void> {
  await setSetting(trx, LAST_TEST, messageId);
  await recordAudit(trx, {
    at: by.now,
    actor: by.actor,
    subject: { type: 'message', id: messageId },
    action: 'test_mail_asked_for',
  });
}

async function setSetting(trx: Trx, key: string, value: string): Promise<void> {
  await trx
    .insertInto('settings')
    .values({ key, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute();
}

/** What the upstream answered to a delivery's newest attempt. */
export async function newestAttempt(
  db: Reader,
  deliveryId: string,
): Promise<{ upstream: string; response: string | null } | null> {
  const row = await db
    .selectFrom('attempts')
    .select(['upstream', 'response'])
    .where('delivery_id', '=', deliveryId)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ?? null;
}
