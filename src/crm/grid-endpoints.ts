import { z } from 'zod';
import { UserError } from '../config/user-error.ts';
import { ApiError } from '../http/api-error.ts';
import { type Account, CRM, type Endpoint, endpoint, READ, SENT } from '../http/endpoint.ts';
import type { Database } from '../store/database.ts';
import { type AffectedDeps, affectedBy, rejudgeTouched } from './affected.ts';
import { exportCsv } from './export-store.ts';
import { type Edit, makeEdit, type OnOptOut, ReasonNeededError, StaleError } from './grid-edit.ts';
import { CellsError } from './grid-fields.ts';
import { gridRecord, recordView } from './grid-related-store.ts';
import { newestOf, takenBackBy } from './grid-revision-store.ts';
import { type GridFilter, gridRows, gridTotal, narrowed } from './grid-store.ts';
import { columnOf, GRID_TABLES, TABLES } from './grid-tables.ts';
import { fieldChanges } from './revert.ts';
import { getRevision, history } from './revision-store.ts';
import type {
  Affected,
  EditResult,
  GridPage,
  GridTable,
  GridTableView,
  PendingBody,
  RecordView,
  RevisionView,
} from './web-types.ts';

export interface GridDeps extends AffectedDeps {
  now: () => number;
  /** Tells other lists of a suppression that a person added, in its transaction. */
  onOptOut: OnOptOut;
}

const cell = z.union([
  z.string().max(20_000),
  z.number(),
  z.array(z.string().max(500)).max(200),
  z.record(z.string(), z.unknown()),
  z.null(),
]);
const cells = z.record(z.string(), cell);
const reason = z.string().trim().min(3, 'Write at least a few words.').max(1000).optional();
const version = z.int().nonnegative().optional();

const createBody = z.strictObject({ fields: cells, reason });
const changeBody = z.strictObject({ fields: cells, version, reason });
const deleteBody = z.strictObject({ version, reason });
const revertBody = z.strictObject({ force: z.boolean().optional(), reason });
const pendingBody = z.strictObject({
  fields: cells.optional(),
  delete: z.boolean().optional(),
  revert: z.int().positive().optional(),
  force: z.boolean().optional(),
});

const MAX_PAGE = 500;

function filterShape(table: GridTable): Record<string, z.ZodType> {
  return {
    q: z.string().max(200).default(''),
    ...Object.fromEntries(
      TABLES[table].columns.map(({ field }) => [`f.${field}`, z.string().max(500).optional()]),
    ),
  };
}

function filterOf(query: Record<string, unknown>): GridFilter {
  const filters = Object.entries(query).flatMap(([name, value]) =>
    name.startsWith('f.') && typeof value === 'string' ? [[name.slice(2), value] as const] : [],
  );
  return { q: (query['q'] as string | undefined) ?? '', filters: Object.fromEntries(filters) };
}

/** What the grid, the record drawer and their edits call. */
export function gridEndpoints(deps: GridDeps): Endpoint[] {
  const { database } = deps;
  const totals = new Totals(database);
  return [
    endpoint('get', '/crm/tables', {
      access: READ,
      handle: async (): Promise<GridTableView[]> =>
        await Promise.all(
          GRID_TABLES.map(async (table) => {
            const { search: _, ...view } = TABLES[table];
            return { table, ...view, total: await totals.of(table, { q: '', filters: {} }) };
          }),
        ),
    }),
    ...GRID_TABLES.flatMap((table) => tableEndpoints(deps, table, totals)),
  ];
}

function tableEndpoints(deps: GridDeps, table: GridTable, totals: Totals): Endpoint[] {
  const { database } = deps;
  const path = `/crm/${table}`;
  const edit = (account: Account, asked: Edit, why: string | undefined): Promise<EditResult> =>
    change(deps, table, account, asked, why ?? null);
  const pending = async (account: Account, asked: Edit): Promise<Affected> =>
    await answering(() => affectedBy(deps, asked, { actor: account.actor, at: deps.now() }));

  return [
    endpoint('get', path, {
      access: READ,
      query: z.strictObject({
        ...filterShape(table),
        sort: z.string().max(50).optional(),
        dir: z.enum(['asc', 'desc']).default('asc'),
        limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(100),
        offset: z.coerce.number().int().min(0).max(10_000_000).default(0),
      }),
      handle: async ({ query }): Promise<GridPage> => {
        const filter = filterOf(query);
        const { sort, dir, limit, offset } = query as Record<string, unknown> & {
          sort?: string;
          dir: 'asc' | 'desc';
          limit: number;
          offset: number;
        };
        if (sort !== undefined && !columnOf(table, sort)) {
          const known = TABLES[table].columns.map(({ field }) => field).join(', ');
          throw new ApiError('invalid', `There is no column ${sort}; write one of ${known}.`, {
            fields: { sort: `Write one of ${known}.` },
          });
        }
        const rows = await gridRows(database.db, table, {
          ...filter,
          sort: sort ?? null,
          dir,
          limit,
          offset,
        });
        return { rows, total: await totals.of(table, filter) };
      },
    }),
    endpoint('get', `${path}/export.csv`, {
      access: READ,
      query: z.strictObject(filterShape(table)),
      handle: async ({ query, res }) => {
        const filter = filterOf(query);
        const day = new Date(deps.now()).toISOString().slice(0, 10);
        res.type('text/csv').set('Content-Disposition', `attachment; filename="presend-${table}-${day}.csv"`);
        for await (const { text } of exportCsv(database.db, table, (q) => narrowed(q, table, filter))) {
          if (res.closed) break;
          if (!res.write(text)) await drained(res);
          // Between two pages others have their turn.
          await new Promise((resolve) => setImmediate(resolve));
        }
        res.end();
        return SENT;
      },
    }),
    endpoint('post', path, {
      access: CRM,
      body: createBody,
      handle: ({ account, body }) =>
        edit(account, { type: 'create', table, cells: body.fields }, body.reason),
    }),
    endpoint('post', `${path}/affected`, {
      access: CRM,
      body: z.strictObject({ fields: cells }),
      handle: ({ account, body }) => pending(account, { type: 'create', table, cells: body.fields }),
    }),
    endpoint('get', `${path}/:id`, {
      access: READ,
      handle: async ({ params }): Promise<RecordView> => {
        const view = await recordView(database.db, table, params['id'] ?? '');
        if (!view) throw gone(table);
        return view;
      },
    }),
    endpoint('patch', `${path}/:id`, {
      access: CRM,
      body: changeBody,
      handle: async ({ account, params, body }) => {
        const id = params['id'] ?? '';
        const asked = {
          type: 'change',
          table,
          id,
          cells: body.fields,
          version: body.version ?? null,
        } as const;
        return await edit(account, asked, body.reason);
      },
    }),
    endpoint('delete', `${path}/:id`, {
      access: CRM,
      body: deleteBody,
      handle: ({ account, params, body }) =>
        edit(
          account,
          { type: 'delete', table, id: params['id'] ?? '', version: body.version ?? null },
          body.reason,
        ),
    }),
    endpoint('post', `${path}/:id/affected`, {
      access: CRM,
      body: pendingBody,
      handle: ({ account, params, body }) => pending(account, pendingEdit(table, params['id'] ?? '', body)),
    }),
    endpoint('get', `${path}/:id/history`, {
      access: READ,
      handle: async ({ params }): Promise<RevisionView[]> => {
        const id = params['id'] ?? '';
        const taken = await takenBackBy(database.db, { table, id });
        return (await history(database.db, table, id)).map((revision) => ({
          id: revision.id,
          at: revision.at,
          actor: revision.actor,
          what: revision.before === null ? 'created' : revision.after === null ? 'deleted' : 'changed',
          changes: fieldChanges(revision).map((one) => ({
            ...one,
            title: columnOf(table, one.field)?.title ?? one.field,
          })),
          reverts: revision.reverts,
          reverted_by: taken.get(revision.id) ?? null,
          import_id: revision.import_id,
        }));
      },
    }),
    endpoint('post', `${path}/:id/revisions/:revision/revert`, {
      access: CRM,
      body: revertBody,
      handle: async ({ account, params, body }) => {
        const id = params['id'] ?? '';
        const revision = Number(params['revision']);
        const found = Number.isSafeInteger(revision)
          ? await getRevision(database.db, revision).catch(() => null)
          : null;
        if (!found || found.table_name !== table || found.record_id !== id)
          throw new ApiError('not_found', `This ${TABLES[table].one} has no such revision.`);
        const asked = { type: 'revert', table, id, revision, force: body.force ?? false } as const;
        return await edit(account, asked, body.reason);
      },
    }),
  ];
}

/** Makes an edit, has what it touches judged again, and answers with the record as it is then. */
async function change(
  deps: GridDeps,
  table: GridTable,
  account: Account,
  asked: Edit,
  why: string | null,
): Promise<EditResult> {
  const { database, onOptOut } = deps;
  const by = { actor: account.actor, at: deps.now() };
  const edited = await answering(() =>
    database.transact((trx) => makeEdit(trx, asked, by, { reason: why, onOptOut })),
  );
  const own = edited.revisions.filter((one) => one.table_name === table && one.record_id === edited.id);
  return {
    record: edited.id === null ? null : await gridRecord(database.db, table, edited.id),
    revision_id: own.at(-1)?.id ?? null,
    rejudged: await rejudgeTouched(deps, edited.revisions),
  };
}

function pendingEdit(table: GridTable, id: string, body: PendingBody): Edit {
  if (body.delete) return { type: 'delete', table, id, version: null };
  if (body.revert !== undefined)
    return { type: 'revert', table, id, revision: body.revert, force: body.force ?? false };
  return { type: 'change', table, id, cells: body.fields ?? {}, version: null };
}

/** What goes wrong with an edit, as the browser API says it. */
export async function answering<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CellsError) throw new ApiError('invalid', error.message, { fields: error.fields });
    if (error instanceof StaleError) throw new ApiError('conflict', error.message, { fields: error.fields });
    if (error instanceof ReasonNeededError)
      throw new ApiError('invalid', error.message, {
        fields: { reason: 'Say why an opt-out is taken back.' },
      });
    if (
      error instanceof UserError &&
      /^there is no (?:company|prospect|suppression|commitment|peer) \S+$/u.test(error.message)
    )
      throw new ApiError('not_found', `${error.message.charAt(0).toUpperCase()}${error.message.slice(1)}.`);
    throw error;
  }
}

const gone = (table: GridTable): ApiError =>
  new ApiError('not_found', `There is no such ${TABLES[table].one}; somebody may have deleted it.`);

function drained(res: { once: (event: string, done: () => void) => unknown }): Promise<void> {
  return new Promise((resolve) => {
    res.once('drain', resolve);
    res.once('close', resolve);
  });
}

/** Counts under a filter, kept until the mirror changes: every page of a grid asks for the same one. */
class Totals {
  readonly #database: Database;
  readonly #known = new Map<string, { revision: number; total: number }>();

  constructor(database: Database) {
    this.#database = database;
  }

  async of(table: GridTable, filter: GridFilter): Promise<number> {
    const revision = await newestOf(this.#database.db);
    const key = JSON.stringify([table, filter]);
    const known = this.#known.get(key);
    if (known?.revision === revision) return known.total;
    const total = await gridTotal(this.#database.db, table, filter);
    if (this.#known.size > 200) this.#known.clear();
    this.#known.set(key, { revision, total });
    return total;
  }
}
