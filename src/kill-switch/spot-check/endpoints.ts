import { ApiError } from '../../http/api-error.ts';
import { ADMIN, type Account, type Endpoint, READ, REVIEW, endpoint } from '../../http/endpoint.ts';
import type { Database } from '../../store/database.ts';
import type { KillSwitchConfig } from '../config.ts';
import { type Answerer, type NewAnswer, answerItem, answerSchema } from './answer.ts';
import { findItem, waitingItems } from './answer-store.ts';
import { findCheck } from './draw-store.ts';
import { checkDetails, checkResults, spotCheckPage } from './page.ts';
import type { SpotChecks } from './spot-checks.ts';
import { itemView } from './view.ts';
import type { CheckDetails, CheckResult, ItemView, SpotCheckPage } from './web-types.ts';

export interface SpotCheckDeps {
  spotChecks: {
    database: Database;
    config: KillSwitchConfig;
    now: () => number;
    checks: SpotChecks;
    /** Version of the adapter that judges; null = the rules judge alone. */
    adapter: string | null;
  };
}

/** Spot checks: what waits to be judged blind, one item, answers, results, a draw by hand. */
export function spotCheckEndpoints({ spotChecks }: SpotCheckDeps): Endpoint[] {
  const { database, config, now, checks, adapter } = spotChecks;
  const { db } = database;

  const viewed = async (id: number, account: Account): Promise<ItemView> => {
    const item = await findItem(db, id);
    if (!item) throw new ApiError('not_found', 'There is no such item of a spot check.');
    return itemView(db, item, { person: answerer(account).key, now: now() });
  };
  const answering = (path: string, again: boolean): Endpoint =>
    endpoint('post', `/spot-check/items/:id/${path}`, {
      access: REVIEW,
      body: answerSchema,
      handle: async ({ account, params, body }): Promise<ItemView> => {
        const item = idIn(params);
        const answer: NewAnswer = body;
        await viewed(item, account);
        await answerItem(database, { item, person: answerer(account), answer, again, now: now() });
        return viewed(item, account);
      },
    });

  return [
    endpoint('get', '/spot-check', {
      access: READ,
      handle: async ({ account }): Promise<SpotCheckPage> =>
        spotCheckPage({ db, config, now: now(), adapter }, personOf(account)),
    }),
    endpoint('get', '/spot-check/waiting', {
      access: REVIEW,
      handle: async ({ account }): Promise<{ waiting: number }> => ({
        waiting: await waitingItems(db, answerer(account).key, now()),
      }),
    }),
    endpoint('get', '/spot-check/items/:id', {
      access: REVIEW,
      handle: async ({ account, params }) => viewed(idIn(params), account),
    }),
    answering('answer', false),
    answering('answer-again', true),
    endpoint('get', '/spot-check/checks/:id', {
      access: READ,
      handle: async ({ account, params }): Promise<CheckDetails> => {
        const check = await findCheck(db, idIn(params));
        if (!check) throw new ApiError('not_found', 'There is no such spot check.');
        return checkDetails({ db, now: now() }, check, personOf(account));
      },
    }),
    endpoint('post', '/spot-check/draw', {
      access: ADMIN,
      handle: async ({ account }): Promise<CheckResult> => {
        const check = await checks.draw(account.actor);
        if (!check) {
          throw new ApiError('conflict', 'Nothing was judged since the last draw that could be drawn.');
        }
        const [newest] = await checkResults({ db, now: now() });
        if (!newest) throw new Error(`spot check ${check.id} is gone`);
        return newest;
      },
    }),
  ];
}

/** An API token of Ann's answers as Ann. */
function answerer({ email, name, actor }: Account): Answerer {
  return { key: email.toLowerCase(), name, actor };
}

/** Who may answer; null = an auditor, who sees results only. */
function personOf(account: Account): string | null {
  return account.role === 'auditor' ? null : answerer(account).key;
}

function idIn(params: Record<string, string>): number {
  return /^\d{1,9}$/.test(params['id'] ?? '') ? Number(params['id']) : 0;
}
