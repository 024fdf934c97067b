import { z } from 'zod';
import { addressKey } from '../crm/address.ts';
import { getProspect } from '../crm/store.ts';
import type { Fingerprint } from '../crm/thread-store.ts';
import { UserError } from '../config/user-error.ts';
import { ApiError } from '../http/api-error.ts';
import { CRM, type Endpoint, SENT, endpoint } from '../http/endpoint.ts';
import { recordAudit } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import { erase, keptAbout } from './erase.ts';
import { exportPerson } from './person-export.ts';
import type { Erased, PersonView } from './web-types.ts';

export interface PrivacyDeps {
  database: Database;
  config: { data_dir: string };
  now: () => number;
  fingerprint: Fingerprint;
  /** Waits for a moment that mail does not need. */
  standBack: () => Promise<void>;
}

const eraseBody = z.strictObject({
  confirm: z.string().trim().min(3).max(320),
  reason: z.string().trim().min(3, 'Write at least a few words.').max(300),
});

/** A person's data: what there is, all of it as a file, and its erasure. By the record's id: an address has no place in a URL. */
export function privacyEndpoints(deps: PrivacyDeps): Endpoint[] {
  const { database, config, now, fingerprint, standBack: pause } = deps;
  const addressOf = async (id: string): Promise<string> => {
    const prospect = await getProspect(database.db, id);
    if (!prospect) throw new ApiError('not_found', `There is no prospect ${id}.`);
    return prospect.address;
  };
  return [
    endpoint('get', '/crm/prospects/:id/person', {
      access: CRM,
      handle: async ({ params }): Promise<PersonView> => {
        const address = await addressOf(params['id']!);
        return { address, ...(await keptAbout({ database, dataDir: config.data_dir, pause }, address)) };
      },
    }),
    endpoint('get', '/crm/prospects/:id/person/export', {
      access: CRM,
      handle: async ({ params, account, res }) => {
        const id = params['id']!;
        const person = await exportPerson(database.db, await addressOf(id), { at: now(), pause });
        await database.transact((trx) =>
          recordAudit(trx, {
            at: now(),
            actor: account.actor,
            subject: { type: 'prospect', id },
            action: 'exported',
          }),
        );
        res.status(200).set({
          'Content-Type': 'application/json; charset=utf-8',
          'Content-Disposition': 'attachment; filename="person.json"',
          'Cache-Control': 'no-store',
        });
        res.end(`${JSON.stringify(person, null, 2)}\n`);
        return SENT;
      },
    }),
    endpoint('post', '/crm/prospects/:id/erase', {
      access: CRM,
      body: eraseBody,
      handle: async ({ params, body, account }): Promise<Erased> => {
        const address = await addressOf(params['id']!);
        if (addressKey(body.confirm) !== addressKey(address))
          throw new ApiError('invalid', 'This is another address.', {
            fields: { confirm: 'This is another address.' },
          });
        try {
          return await erase({ database, dataDir: config.data_dir, now, fingerprint, pause }, address, {
            actor: account.actor,
            reason: body.reason,
          });
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
          throw new ApiError('invalid', error.message, { fields: { reason: error.message } });
        }
      },
    }),
  ];
}
