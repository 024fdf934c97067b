import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import type { DeliveryView, QueueItem, QueuePage } from '../../review/web-types.ts';

/** A row of the list. `mark`: what has become of it since the list was loaded; it stays where it is until the next load. */
export type Row = QueueItem & { mark?: string };

export type QueueData = InfiniteData<Omit<QueuePage, 'items'> & { items: Row[] }, string | null>;

export const queueKey = (search: string): readonly string[] => ['queue', search];
export const deliveryKey = (id: string): readonly string[] => ['delivery', id];

/** Changes rows in place in every list that has them. Order and number of rows stay. */
export function patchRows(client: QueryClient, change: (row: Row) => Row): void {
  client.setQueriesData<QueueData>({ queryKey: ['queue'] }, (data) => {
    if (!data) return data;
    let changed = false;
    const pages = data.pages.map((page) => {
      const items = page.items.map((row) => {
        const next = change(row);
        if (next !== row) changed = true;
        return next;
      });
      return { ...page, items };
    });
    return changed ? { ...data, pages } : data;
  });
}

/** Puts a delivery's newest state into the lists and its own page. */
export function putItem(client: QueryClient, item: QueueItem, mark?: string): void {
  patchRows(client, (row) => {
    if (row.id !== item.id) return row;
    const { mark: _before, ...plain } = { ...row, ...item };
    return mark === undefined ? plain : { ...plain, mark };
  });
  client.setQueryData<DeliveryView>(deliveryKey(item.id), (view) => view && { ...view, item });
}

/** A row as any list has it. */
export function findRow(client: QueryClient, id: string): Row | undefined {
  for (const [, data] of client.getQueriesData<QueueData>({ queryKey: ['queue'] })) {
    for (const page of data?.pages ?? []) {
      const row = page.items.find((one) => one.id === id);
      if (row) return row;
    }
  }
  return undefined;
}

/** Takes marked rows out of a list that nobody is pointing at (on coming back to it). */
export function dropMarked(client: QueryClient, search: string): void {
  client.setQueryData<QueueData>(queueKey(search), (data) => {
    if (!data?.pages.some((page) => page.items.some((row) => row.mark))) return data;
    const pages = data.pages.map((page) => {
      const items = page.items.filter((row) => !row.mark);
      return { ...page, items, total: Math.max(0, page.total - (page.items.length - items.length)) };
    });
    return { ...data, pages };
  });
}
