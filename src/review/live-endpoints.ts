import { z } from 'zod';
import { ApiError } from '../http/api-error.ts';
import { type Endpoint, READ, SENT, endpoint } from '../http/endpoint.ts';
import type { ReviewDesk } from './desk.ts';

const ID = /^\d{1,15}$/;

/** The stream of what changes. */
export function liveEndpoints({ live, presence }: ReviewDesk): Endpoint[] {
  return [
    endpoint('get', '/live', {
      access: READ,
      query: z.strictObject({ after: z.string().regex(ID, 'must be the id of a change').optional() }),
      handle: async ({ account, query, req, res }) => {
        // A browser that connects again asks for the address it was first given, and says in the header what it saw last.
        const last = req.get('last-event-id') ?? query.after;
        if (last !== undefined && !ID.test(last)) {
          throw new ApiError('invalid', 'Last-Event-ID is not the id of a change.');
        }
        const after = last === undefined ? null : Number(last);
        await live.open(res, account, { after, presence: presence.all() });
        return SENT;
      },
    }),
  ];
}
