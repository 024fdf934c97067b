import { UserError } from '../../config/user-error.ts';
import type { Trx } from '../../store/database.ts';
import { applyPlan, differs } from '../import-plan.ts';
import type { Change } from '../records.ts';
import { deleteCompany, deleteProspect } from '../store.ts';
import { addSuppression } from '../suppression-store.ts';
import { saveLinks } from './link-store.ts';
import type { PagePlan } from './page-plan.ts';

/** Puts an opt-out in line for HubSpot, inside the transaction (feedback/write-back-store.ts). */
export type WriteBack = (trx: Trx, key: string, at: number) => Promise<void>;

/** Writes what a page does to the mirror, each change with its revision. */
export async function applyPage(
  trx: Trx,
  plan: PagePlan,
  change: Change,
  writeBack: WriteBack | null,
): Promise<void> {
  await applyPlan(trx, plan.records.filter(differs), change, () => {});
  for (const { key, channel, reason, source } of plan.optOuts) {
    await addSuppression(trx, { kind: 'address', value: key, channel, reason, source }, change);
  }
  for (const { object, recordId } of plan.deletions) {
    if (object === 'contacts') await deleteProspect(trx, recordId, change);
    else await deleteFreeCompany(trx, recordId, change);
  }
  await saveLinks(trx, plan.links);
  if (writeBack) for (const key of plan.writeBacks) await writeBack(trx, key, change.at);
}

/** A company that still has prospects stays. */
async function deleteFreeCompany(trx: Trx, id: string, change: Change): Promise<void> {
  try {
    await deleteCompany(trx, id, change);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}
