import { z } from 'zod';
import { accountsOf } from '../config/providers.ts';
import { DEFAULT_ADAPTER_LIMIT, DEFAULT_LIMIT } from '../evaluate/backtest-run.ts';
import { ApiError } from '../http/api-error.ts';
import { ADMIN, AUDIT, type Endpoint, endpoint } from '../http/endpoint.ts';
import type { ModelConfig } from '../judge/adapter/open.ts';
import { changedFields } from '../judge/rubric-fields.ts';
import { type RubricValues, parseRubric, rubricSchema } from '../judge/rubric.ts';
import type { Backtest } from './backtests.ts';
import type { SettingsContext } from './context.ts';
import { modelChoices } from './model-choices.ts';
import { FIXED_RULES, FIXED_WHY } from './rubric-change.ts';
import { type RubricVersion, listRubricVersions } from './rubric-store.ts';
import type { BacktestChangesPage, BacktestView, RubricPage, RubricVersionView } from './web-types.ts';

const DAY_MS = 86_400_000;
const action = z.enum(['relay', 'hold', 'forward', 'suppress']);
const edited = z.strictObject({ base: z.string(), values: rubricSchema });
const why = z.string().trim().max(500).nullable().default(null);

const trial = z
  .strictObject({
    base: z.string().optional(),
    /** Absent = each mail by the rubric it was judged by. */
    values: rubricSchema.optional(),
    /** A model of the registry that is asked again. */
    adapter: z.string().max(200).nullable().default(null),
    since_days: z.int().min(1).max(365).default(30),
    limit: z.int().min(1).max(200_000).optional(),
  })
  .refine(({ base, values }) => (base === undefined) === (values === undefined), {
    path: ['base'],
    message: 'say which version the values were made from',
  })
  .refine(({ values, adapter }) => values !== undefined || adapter !== null, {
    path: ['adapter'],
    message: 'say what to try: a rubric, a model, or both',
  });

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
      body: trial,
      handle: async ({ account, body }): Promise<BacktestView> => {
        const { base = null, values, adapter, since_days } = body;
        requireModelChoice(context, adapter);
        const candidate = values && base !== null ? changes.candidate(values, base) : null;
        const until = now();
        const started = backtests.start(
          {
            text: candidate?.text ?? null,
            since: until - since_days * DAY_MS,
            until,
            limit: body.limit ?? (adapter === null ? DEFAULT_LIMIT : DEFAULT_ADAPTER_LIMIT),
            config: { decisions: config.decisions, escalation: config.escalation },
            accounts: accountsOf(config.providers),
            adapterDecides: bench?.judge.mode() === 'active',
          },
          { candidate: candidate?.rubric.version ?? null, base, actor: account.actor },
          adapter === null ? null : { name: adapter, config: modelConfig(config) },
        );
        return view(started, now());
      },
    }),
    endpoint('get', '/settings/rubric/backtests/:id', {
      access: AUDIT,
      handle: async ({ params }) => view(backtest(params['id']), now()),
    }),
    endpoint('delete', '/settings/rubric/backtests/:id', {
      access: ADMIN,
      handle: async ({ params }) => {
        backtest(params['id']);
        const run = await backtests.cancel(params['id']!);
        return run && view(run, now());
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

function view({ changes, ...run }: Backtest, now: number): BacktestView {
  const { state, done, total, started_at } = run;
  const known = state === 'running' && total !== null && done > 0;
  const left_ms = known ? ((total - done) * (now - started_at)) / done : null;
  return { ...run, left_ms, kept_changes: changes.length };
}

/** What the backtest's process needs to open a model. */
const modelConfig = ({ adapter, data_dir, models_dir }: ModelConfig): ModelConfig => ({
  adapter,
  data_dir,
  models_dir,
});

function requireModelChoice({ config }: SettingsContext, name: string | null): void {
  if (name === null) return;
  const known = modelChoices(config).map((one) => one.name);
  if (known.includes(name)) return;
  const message = `there is no model "${name}"; known are: ${known.join(', ') || 'none yet'}`;
  throw new ApiError('invalid', `adapter: ${message}`, { fields: { adapter: message } });
}

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
    models: modelChoices(config),
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
