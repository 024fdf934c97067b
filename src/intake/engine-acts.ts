import { TransitionError } from '../message/disposition.ts';
import { settle } from '../queue/settle.ts';
import type { Database, Trx } from '../store/database.ts';
import type { Engine } from './engine-store.ts';
import { Refusal } from './refusal.ts';

/** What an engine may still do with a message it handed over. */
export class EngineActs {
  readonly #database: Database;
  readonly #now: () => number;

  constructor(database: Database, now: () => number) {
    this.#database = database;
    this.#now = now;
  }

  /**
   * Takes back what has not gone: scheduled and held deliveries.
   *
   * @throws Refusal `not_found`, or `state` when there is none left to take back
   */
  cancel(engine: Engine, id: string): Promise<void> {
    return this.#each(engine, id, ['scheduled', 'held'], 'cancelled', async (trx, deliveryId) => {
      await settle(trx, deliveryId, { type: 'cancel', by: `engine ${engine.name}` }, this.#as(engine));
    });
  }

  /**
   * Sets another time for scheduled deliveries; held ones keep to it once they are released.
   *
   * @param at milliseconds since the epoch
   * @throws as `cancel`
   */
  reschedule(engine: Engine, id: string, at: number): Promise<void> {
    return this.#each(engine, id, ['scheduled', 'held'], 'rescheduled', async (trx, deliveryId, state) => {
      await trx.updateTable('messages').set({ scheduled_at: at }).where('id', '=', id).execute();
      if (state === 'scheduled') await settle(trx, deliveryId, { type: 'reschedule', at }, this.#as(engine));
    });
  }

  #as(engine: Engine): { actor: string; now: number } {
    return { actor: `engine:${engine.id}`, now: this.#now() };
  }

  async #each(
    engine: Engine,
    id: string,
    states: ('scheduled' | 'held')[],
    done: string,
    act: (trx: Trx, deliveryId: string, state: string) => Promise<void>,
  ): Promise<void> {
    await this.#database.transact(async (trx) => {
      const deliveries = await trx
        .selectFrom('deliveries')
        .select(['id', 'state'])
        .where('message_id', '=', id)
        .where('engine_id', '=', engine.id)
        .where('kind', '=', 'mail')
        .execute();
      if (deliveries.length === 0) throw new Refusal('not_found', 'There is no such message.');
      const open = deliveries.filter(({ state }) => (states as string[]).includes(state));
      if (open.length === 0) {
        const now = [...new Set(deliveries.map(({ state }) => state))].join(', ');
        throw new Refusal('state', `The message can no longer be ${done}: it is ${now}.`);
      }
      for (const { id: deliveryId, state } of open) {
        await act(trx, deliveryId, state).catch((error: unknown) => {
          throw error instanceof TransitionError ? new Refusal('state', `${error.message}.`) : error;
        });
      }
    });
  }
}
