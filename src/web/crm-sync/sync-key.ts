/** Query key of `GET /sync/hubspot`. */
export const SYNC_KEY = ['hubspot-sync'];

/** Query key of a run with its differences; the filters follow. */
export const runKey = (id: string): string[] => ['hubspot-sync-run', id];
