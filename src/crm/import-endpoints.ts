import { z } from 'zod';
import { ApiError } from '../http/api-error.ts';
import { CRM, type Endpoint, endpoint, READ } from '../http/endpoint.ts';
import { rejudgeTouched } from './affected.ts';
import { KINDS } from './csv.ts';
import { makeEdit } from './grid-edit.ts';
import { answering, type GridDeps } from './grid-endpoints.ts';
import type { ImportJobs } from './import-job.ts';
import type { ImportJobView, Rejudged } from './web-types.ts';

/** Bytes of the largest file. */
const FILE_LIMIT = 52_428_800;

/** What the import wizard calls. */
export function importEndpoints(deps: GridDeps, jobs: ImportJobs): Endpoint[] {
  return [
    ...KINDS.map((kind) =>
      endpoint('post', `/crm/import/${kind}/preview`, {
        access: CRM,
        query: z.strictObject({ name: z.string().min(1).max(200).default(`${kind}.csv`) }),
        body: 'text',
        limit: FILE_LIMIT,
        handle: ({ account, query, body }) => jobs.preview(kind, query.name, body, account.actor),
      }),
    ),
    endpoint('post', '/crm/import/:id/columns', {
      access: CRM,
      body: z.strictObject({ columns: z.record(z.string(), z.string().max(100).nullable()) }),
      handle: ({ account, params, body }) => jobs.remap(params['id'] ?? '', account.actor, body.columns),
    }),
    endpoint('post', '/crm/import/:id/apply', {
      access: CRM,
      body: z.strictObject({ leave_out_bad: z.boolean().default(false) }),
      handle: async ({ account, params, body }): Promise<ImportJobView> =>
        jobs.apply(params['id'] ?? '', account.actor, body.leave_out_bad),
    }),
    endpoint('get', '/crm/jobs/:id', {
      access: READ,
      handle: async ({ params }): Promise<ImportJobView> => {
        const job = jobs.job(params['id'] ?? '');
        if (!job)
          throw new ApiError(
            'not_found',
            'This import is not known any more; the history of its records is.',
          );
        return job;
      },
    }),
    endpoint('post', '/crm/imports/:id/revert', {
      access: CRM,
      body: z.strictObject({
        force: z.boolean().optional(),
        reason: z.string().trim().min(3).max(1000).optional(),
      }),
      handle: async ({ account, params, body }): Promise<{ reverted: number; rejudged: Rejudged }> => {
        const importId = params['id'] ?? '';
        const edited = await answering(() =>
          deps.database.transact((trx) =>
            makeEdit(
              trx,
              { type: 'revert_import', importId, force: body.force ?? false },
              { actor: account.actor, at: deps.now() },
              { reason: body.reason ?? null, onOptOut: null },
            ),
          ),
        );
        jobs.markReverted(importId);
        return {
          reverted: edited.revisions.length,
          rejudged: await rejudgeTouched(deps, edited.revisions),
        };
      },
    }),
  ];
}
