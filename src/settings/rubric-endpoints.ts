import { z } from 'zod';
import { accountsOf } from '../config/providers.ts';
import { ApiError } from '../http/api-error.ts';
import { ADMIN, AUDIT, type Endpoint, endpoint } from '../http/endpoint.ts';
import { changedFields } from '../judge/rubric-fields.ts';
import { type RubricValues, parseRubric, rubricSchema } from '../judge/rubric.ts';
import { type Backtest, DEFAULT_LIMIT } from './backtests.ts';
import type { SettingsContext } from './context.ts';
import { FIXED_RULES, FIXED_WHY } from './rubric-change.ts';
import { type RubricVersion, listRubricVersions } from './rubric-store.ts';
import type { BacktestChangesPage, BacktestView, RubricPage, RubricVersionView } from './web-types.ts';

const DAY_MS = 86_400_000;
const action = z.enum(['relay', 'hold', 'forward', 'suppress']);
const edited = z.strictObject({ base: z.string(), values: rubricSchema });
const why = z.string().trim().max(500).nullable().default(null);

/** The rubric: reading, trying out, saving, going back. */
export function rubricEndpoints(context: SettingsContext): Endpoint[] {
  const { database, rubric, backtests, config, now, wake, bench } = context;
  const { changes } = rubric;
  const backtest = (id: string | undefined): Backtest => {
    const found = backtests.get(id ?? '');
    if (!found) throw new ApiError('not_found', 'This backtest is not kept any more; run it again.');
    return found;
  };
  const saved = ({ id, version }: RubricVersion) => {
    wake();
    return { id, version };
  };

  return [
    endpoint('get', '/settings/rubric', { access: AUDIT, handle: () => rubricPage(context) }),
    endpoint('get', '/settings/rubric/history/:id', {
      access: AUDIT,
      handle: async ({ params }) => {
        const list = await listRubricVersions(database.db);
        const entry = list.find(({ id }) => String(id) === params['id']);
        if (!entry) throw new ApiError('not_found', 'There is no such version.');
        return { id: entry.id, version: entry.version, text: entry.text };
      },
    }),
    endpoint('put', '/settings/rubric', {
      access: ADMIN,
      body: edited.extend({ why }),
      handle: async ({ account, body }) =>
        saved(await changes.save(body.values, body.base, { actor: account.actor, why: body.why })),
    }),
    endpoint('post', '/settings/rubric/revert', {
      access: ADMIN,
      body: z.strictObject({ to: z.union([z.literal('configured'), z.int()]), why }),
      handle: async ({ account, body }) => {
        const by = { actor: account.actor, why: body.why };
        return saved(
          body.to === 'configured' ? await changes.toConfigured(by) : await changes.revert(body.to, by),
        );
      },
    }),
    endpoint('post', '/settings/rubric/backtests', {
      access: ADMIN,
      body: edited.extend({
        since_days: z.int().min(1).max(365).default(30),
        limit: z.int().min(1).max(200_000).default(DEFAULT_LIMIT),
      }),
      handle: async ({ account, body }): Promise<BacktestView> => {
        const candidate = changes.candidate(body.values, body.base);
        const until = now();
        return view(
          backtests.start(
            {
              text: candidate.text,
              since: until - body.since_days * DAY_MS,
              until,
              limit: body.limit,
              config: { decisions: config.decisions, escalation: config.escalation },
              accounts: accountsOf(config.providers),
              adapterDecides: bench?.judge.mode() === 'active',
            },
            { candidate: candidate.rubric.version, base: body.base, actor: account.actor },
          ),
        );
      },
    }),
    endpoint('get', '/settings/rubric/backtests/:id', {
      access: AUDIT,
      handle: async ({ params }) => view(backtest(params['id'])),
    }),
    endpoint('delete', '/settings/rubric/backtests/:id', {
      access: ADMIN,
      handle: async ({ params }) => {
        backtest(params['id']);
        const run = await backtests.cancel(params['id']!);
        return run && view(run);
      },
    }),
    endpoint('get', '/settings/rubric/backtests/:id/changes', {
      access: AUDIT,
      query: z.strictObject({
        from: action.optional(),
        to: action.optional(),
        offset: z.coerce.number().int().min(0).default(0),
        limit: z.coerce.number().int().min(1).max(200).default(50),
      }),
      handle: async ({ params, query: { from, to, offset, limit } }): Promise<BacktestChangesPage> => {
        const wanted = backtest(params['id']).changes.filter(
          ({ before, after }) =>
            (from === undefined || before.action === from) && (to === undefined || after.action === to),
        );
        return { total: wanted.length, changes: wanted.slice(offset, offset + limit) };
      },
    }),
  ];
}

const view = ({ changes, ...run }: Backtest): BacktestView => ({ ...run, kept_changes: changes.length });

async function rubricPage({ database, rubric: { source }, config }: SettingsContext): Promise<RubricPage> {
  const { rubric, text, path, origin } = source.current();
  const { version, ...values } = rubric;
  const history = await listRubricVersions(database.db);
  const newest = history.at(0);
  return {
    version,
    values,
    text,
    path,
    origin,
    configured_path: config.rubric,
    trouble: source.trouble(),
    by_hand: newest?.action === 'found' && history.length > 1 ? { at: newest.at } : null,
    fixed_rules: [...FIXED_RULES],
    fixed_why: FIXED_WHY,
    history: history.map((entry, i) => historyView(entry, history[i + 1])),
  };
}

function historyView(
  { text, ...entry }: RubricVersion,
  before: RubricVersion | undefined,
): RubricVersionView {
  const [now, then] = [valuesOf(text), before && valuesOf(before.text)];
  return { ...entry, changed: now && then ? changedFields(then, now) : [] };
}

/** null for a text that is no rubric any more. */
function valuesOf(text: string): RubricValues | null {
  try {
    return parseRubric(text, 'history');
  } catch {
    return null;
  }
}
