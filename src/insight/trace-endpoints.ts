import { z } from 'zod';
import { ApiError } from '../http/api-error.ts';
import { ADMIN, type Endpoint, READ, endpoint } from '../http/endpoint.ts';
import { changeEngine, findEngine } from '../intake/engine-store.ts';
import type { Database } from '../store/database.ts';
import { readTrace, searchTrace } from './trace.ts';
import type { TraceFound, TraceView } from './web-types.ts';

/** Tracing a complaint: find the message, see all about it, stop the engine. */
export function traceEndpoints({ database, now }: { database: Database; now: () => number }): Endpoint[] {
  return [
    endpoint('post', '/trace/search', {
      access: READ,
      // A whole mail may be pasted, pictures and all.
      limit: 4_194_304,
      body: z.strictObject({ text: z.string().max(4_000_000, 'this is longer than a mail') }),
      handle: ({ body }): Promise<TraceFound> => searchTrace(database.db, body.text),
    }),
    endpoint('get', '/trace/:id', {
      access: READ,
      handle: async ({ params }): Promise<TraceView> => {
        const trace = await readTrace(database.db, params['id'] ?? '');
        if (!trace) throw new ApiError('not_found', 'There is no message or delivery with this id.');
        return trace;
      },
    }),
    endpoint('post', '/trace/engines/:id/stop', {
      access: ADMIN,
      handle: async ({ params, account }) => {
        const mode = await database.transact(async (trx) => {
          const engine = await findEngine(trx, params['id'] ?? '');
          if (!engine) throw new ApiError('not_found', 'There is no such engine.');
          if (engine.mode !== 'stopped') {
            await changeEngine(trx, engine.id, { mode: 'stopped' }, { actor: account.actor, now: now() });
          }
          return 'stopped' as const;
        });
        return { mode };
      },
    }),
  ];
}
