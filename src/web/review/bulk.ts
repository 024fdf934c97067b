import type { QueryClient } from '@tanstack/react-query';
import type { BulkBody, BulkResult } from '../../review/web-types.ts';
import { showToast, tellFailure } from '../parts/notify.ts';
import { calls } from './calls.ts';
import { dropDraft } from './drafts.ts';
import { type Row, findRow, patchRows, putItem } from './queue-cache.ts';
import { selectionStore, without } from './selection.ts';
import { offerUndo } from './use-acts.ts';

const MARK: Record<BulkBody['act'], string | null> = {
  release: 'Released by you',
  reject: 'Rejected by you',
  escalate: 'Forwarded by you',
  snooze: 'Snoozed by you',
  claim: null,
  undo: null,
};
const VERB: Record<BulkBody['act'], string> = {
  release: 'released',
  reject: 'rejected',
  escalate: 'forwarded',
  snooze: 'snoozed',
  claim: 'assigned to you',
  undo: 'taken back',
};

/** Does one act with several deliveries: shown at once, and put back for those that were refused. */
export async function performBulk(client: QueryClient, body: BulkBody): Promise<BulkResult | null> {
  const before = new Map<string, Row>();
  for (const id of body.ids) {
    const row = findRow(client, id);
    if (row) before.set(id, row);
  }
  const mark = MARK[body.act];
  if (mark !== null) patchRows(client, (row) => (before.has(row.id) ? { ...row, mark } : row));
  const restore = (ids: readonly string[]): void => {
    for (const id of ids) {
      const row = before.get(id);
      if (row) putItem(client, row, row.mark);
    }
  };
  try {
    const result = await calls.bulk(body);
    restore([...result.refused.map(({ id }) => id), ...result.awaiting_approval]);
    selectionStore.set(without(selectionStore.get(), result.done));
    if (body.act === 'reject') dropDraft('reject:bulk');
    tellBulk(client, body, result, before);
    for (const id of result.done) void client.invalidateQueries({ queryKey: ['delivery', id] });
    void client.invalidateQueries({ queryKey: ['views'] });
    return result;
  } catch (error) {
    restore(body.ids);
    tellFailure(error);
    return null;
  }
}

function tellBulk(
  client: QueryClient,
  body: BulkBody,
  { done, refused, awaiting_approval, undo_until }: BulkResult,
  before: ReadonlyMap<string, Row>,
): void {
  const title = `${done.length} ${VERB[body.act]}`;
  if (done.length > 0 && undo_until !== null && undo_until > Date.now())
    offerUndo(client, done, undo_until, title);
  else if (done.length > 0) showToast({ text: title, tone: 'done', lastsMs: 5_000 });
  if (awaiting_approval.length > 0) {
    const text = `${awaiting_approval.length} approved; they stay held until another person approves them too.`;
    showToast({ text, tone: 'done', lastsMs: 8_000 });
  }
  if (refused.length === 0) return;
  const whys = new Map<string, string[]>();
  for (const { id, why } of refused) {
    const row = before.get(id);
    whys.set(why, [...(whys.get(why) ?? []), row?.recipient_name ?? row?.recipient ?? id]);
  }
  const text = [...whys]
    .map(([why, who]) => `${who.slice(0, 5).join(', ')}${who.length > 5 ? ' …' : ''}: ${why}`)
    .join('\n');
  showToast({ title: `${refused.length} not ${VERB[body.act]}`, text, tone: 'failure', lastsMs: null });
}
