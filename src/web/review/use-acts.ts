import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { ActResult, DeliveryView, QueueItem } from '../../review/web-types.ts';
import { ApiFailure, failureText } from '../app/api.ts';
import { useAccount } from '../app/session.tsx';
import { closeToast, showToast, tellFailure } from '../parts/notify.ts';
import { soonTime } from '../parts/time.ts';
import { calls, type SimpleAct, type SimpleActBody } from './calls.ts';
import { deliveryKey, findRow, putItem } from './queue-cache.ts';
import { createStore } from './store.ts';
import { settledWord } from './words.ts';

/** The release that can still be taken back, for the undo key. */
const undoStore = createStore<{ ids: readonly string[]; until: number; toast: number } | null>(null);

/** Acts after which a row has left the held queue, with the word its mark says. */
const SETTLES: Partial<Record<SimpleAct, string>> = {
  release: 'Released',
  reject: 'Rejected',
  escalate: 'Forwarded',
  close: 'Closed',
  take_over: 'Taken over',
  cancel: 'Cancelled',
  snooze: 'Snoozed',
};

const DONE: Record<SimpleAct, string> = {
  release: 'Released',
  reject: 'Rejected; its engine is told why',
  escalate: 'Forwarded to the account executive',
  snooze: 'Snoozed',
  claim: 'Assigned to you',
  unclaim: 'Assigned to nobody',
  assign: 'Assigned',
  undo: 'Taken back; it is held again',
  close: 'Closed; it is not sent',
  take_over: 'Taken over: no engine writes to this prospect',
  confirm: 'Confirmed as delivered',
  resend: 'On its way again',
  cancel: 'Taken off the schedule',
};

/** Whom or what an act was about, in a toast. */
function about(item: Pick<QueueItem, 'recipient' | 'recipient_name'>): string {
  return item.recipient_name ?? item.recipient;
}

export interface Acts {
  /**
   * Shows the act as done at once and does it; on failure everything is as it was and a message says why.
   *
   * @returns whether it was done
   */
  act: (item: QueueItem, act: SimpleAct, body?: SimpleActBody) => Promise<boolean>;
  /** Takes the last release back. */
  undo: () => void;
}

/** @param open shows a delivery, for "Look at it" in a failure's message */
export function useActs(open: (id: string) => void): Acts {
  const client = useQueryClient();
  const { email } = useAccount();
  return useMemo(
    () => ({
      act: (item, act, body) => perform({ client, open, email }, item, act, body),
      undo: () => undoLast(client),
    }),
    [client, open, email],
  );
}

interface Page {
  client: QueryClient;
  open: (id: string) => void;
  /** Of the asking account. */
  email: string;
}

async function perform(
  page: Page,
  item: QueueItem,
  act: SimpleAct,
  body: SimpleActBody = {},
): Promise<boolean> {
  const { client } = page;
  const before = findRow(client, item.id);
  const viewBefore = client.getQueryData<DeliveryView>(deliveryKey(item.id));
  const waking = act === 'snooze' && body.until === null;
  const word = waking ? undefined : SETTLES[act];
  if (word) putItem(client, item, `${word} by you`);
  try {
    const result = await calls.act(
      item.id,
      act,
      act === 'assign' ? body : { version: item.version, ...body },
    );
    const settled = word !== undefined && !result.awaiting_approval;
    putItem(client, result.item, settled ? `${word} by you` : undefined);
    void client.invalidateQueries({ queryKey: deliveryKey(item.id) });
    void client.invalidateQueries({ queryKey: ['views'] });
    tell(client, act, result, body);
    return true;
  } catch (error) {
    if (before) putItem(client, before, before.mark);
    if (viewBefore) client.setQueryData(deliveryKey(item.id), viewBefore);
    await refused(page, item, error);
    return false;
  }
}

function tell(
  client: QueryClient,
  act: SimpleAct,
  { item, undo_until, awaiting_approval }: ActResult,
  body: SimpleActBody,
): void {
  const title = about(item);
  if (awaiting_approval) {
    showToast({
      title,
      about: item.id,
      text: 'Approved. It stays held until another person approves it too.',
      tone: 'done',
      lastsMs: 8_000,
    });
  } else if (undo_until !== null && undo_until > Date.now()) {
    offerUndo(client, [item.id], undo_until, `${act === 'release' ? 'Released' : 'Forwarded'}: ${title}`);
  } else {
    const text =
      act === 'snooze'
        ? body.until
          ? `Snoozed until ${soonTime(body.until)}`
          : 'Back in the queue'
        : act === 'assign' && item.assigned
          ? `Assigned to ${item.assigned.name}`
          : DONE[act];
    showToast({ title, about: item.id, text, tone: 'done', lastsMs: 5_000 });
  }
}

/** The message with the countdown: until it ends nothing has left. */
export function offerUndo(client: QueryClient, ids: readonly string[], until: number, title: string): void {
  const last = undoStore.get();
  if (last) closeToast(last.toast);
  const toast = showToast({
    title,
    text: 'It leaves when the time is up.',
    tone: 'done',
    lastsMs: until - Date.now(),
    until,
    action: { label: 'Undo', hint: 'z', onClick: () => undoLast(client) },
  });
  undoStore.set({ ids, until, toast });
}

function undoLast(client: QueryClient): void {
  const last = undoStore.get();
  if (!last || last.until <= Date.now()) {
    showToast({ text: 'There is no release left to take back.', tone: 'info', lastsMs: 4_000 });
    return;
  }
  undoStore.set(null);
  closeToast(last.toast);
  void Promise.allSettled(
    last.ids.map(async (id) => {
      const { item } = await calls.act(id, 'undo', {});
      putItem(client, item);
      await client.invalidateQueries({ queryKey: deliveryKey(id) });
      return item;
    }),
  ).then((results) => {
    const failed = results.filter((one) => one.status === 'rejected');
    const back = results.filter((one) => one.status === 'fulfilled').map(({ value }) => value);
    if (failed[0]) tellFailure(failed[0].reason, 'Not taken back');
    const [first] = back;
    if (first) {
      const what = back.length === 1 ? `${about(first)} is` : `${back.length} are`;
      showToast({ text: `Taken back: ${what} held again`, tone: 'done', lastsMs: 5_000 });
    }
    return client.invalidateQueries({ queryKey: ['views'] });
  });
}

function meanwhile(state: QueueItem['state']): string | undefined {
  const word = settledWord(state);
  return word === null ? undefined : `${word} meanwhile`;
}

/** What this account itself has done already, e.g. "Rejected"; null where it was somebody else, or it is held. */
function doneAlready({ item, timeline }: DeliveryView, email: string): string | null {
  const last = timeline.findLast(({ action }) => action in SETTLES);
  if (item.state === 'held' || last?.actor.split(' ')[0]?.toLowerCase() !== email.toLowerCase()) return null;
  return SETTLES[last.action as SimpleAct] ?? null;
}

/** A failed act: somebody else was faster, or the gate did not take it. */
async function refused({ client, open, email }: Page, item: QueueItem, error: unknown): Promise<void> {
  const conflict = error instanceof ApiFailure && error.status === 409;
  const fresh = conflict ? await calls.delivery(item.id).catch(() => null) : null;
  const already = fresh && doneAlready(fresh, email);
  if (already) {
    showToast({
      about: item.id,
      text: `${about(item)} was already ${already.toLowerCase()}`,
      tone: 'info',
      lastsMs: 5_000,
    });
  } else {
    showToast({
      about: item.id,
      title: conflict ? `Not done, ${about(item)} has changed meanwhile` : `Not done: ${about(item)}`,
      text: failureText(error),
      tone: 'failure',
      lastsMs: null,
      action: { label: 'Look at it', onClick: () => open(item.id) },
    });
  }
  if (!conflict) return;
  await client.invalidateQueries({ queryKey: deliveryKey(item.id) });
  if (fresh) putItem(client, fresh.item, already ? `${already} by you` : meanwhile(fresh.item.state));
}
