import { z } from 'zod';
import { type Endpoint, READ, REVIEW, endpoint } from '../http/endpoint.ts';
import { RULES } from '../judge/verdict.ts';
import { listReports } from '../kill-switch/brand-damage-store.ts';
import { actOf, deliveryIn } from './asked.ts';
import { reportBrandDamage } from './brand-damage.ts';
import type { ReviewDesk } from './desk.ts';
import { requireDelivery } from './require-delivery.ts';
import type { BrandDamageList, BrandDamageResult } from './web-types.ts';

const reportBody = z.strictObject({
  what_happened: z.string().trim().min(3, 'say what happened in a few words').max(2_000),
  rule: z.enum(RULES).nullable().optional(),
  stop_engine: z.boolean().optional(),
});

/**
 * Mail that went out and should not have. Whoever may review may report it and stop the engine with it: both only hold back
 * more, and only an admin undoes them.
 */
export function damageEndpoints(desk: ReviewDesk): Endpoint[] {
  const { database, config, now, killSwitch } = desk;
  return [
    endpoint('post', '/deliveries/:id/brand-damage', {
      access: REVIEW,
      body: reportBody,
      handle: async ({ account, params, body }): Promise<BrandDamageResult> => {
        const { id } = await deliveryIn(desk, params);
        const damage = {
          whatHappened: body.what_happened,
          rule: body.rule ?? null,
          stopEngine: body.stop_engine ?? false,
          act: actOf(account),
          at: now(),
        };
        const result = await database.transact(async (trx) =>
          reportBrandDamage(trx, await requireDelivery(trx, id), damage, config.kill_switch),
        );
        await killSwitch.refresh();
        return result;
      },
    }),
    endpoint('get', '/brand-damage', {
      access: READ,
      handle: async (): Promise<BrandDamageList> => ({ reports: await listReports(database.db) }),
    }),
  ];
}
