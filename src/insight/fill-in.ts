import { parseMail } from '../off-loop/mail.ts';
import { textKeysOf } from '../off-loop/text-keys.ts';
import type { Logger } from '../observability/logger.ts';
import { readRaw } from '../queue/store.ts';
import type { Database } from '../store/database.ts';
import { draftTextOf } from './draft-text.ts';
import {
  type TextOf,
  isFilledIn,
  keepDraftText,
  markFilledIn,
  nextOlderId,
  textContext,
  textsMissing,
} from './draft-text-store.ts';

/** Messages looked at in one step. */
const STEP = 200;

/**
 * Keeps the text of mail that was judged before texts were kept, newest first, once. One message at a time, and each waits
 * until mail that comes in or waits for its verdict needs the thread no more.
 */
export class FillIn {
  readonly #options: { database: Database; log: Logger; standBack: () => Promise<void> };
  #stopped = false;
  #done: Promise<void> = Promise.resolve();

  constructor(options: { database: Database; log: Logger; standBack: () => Promise<void> }) {
    this.#options = options;
  }

  start(): void {
    this.#done = this.run().catch((err: unknown) => {
      this.#options.log.error({ err }, 'older mail could not be made searchable; the next start goes on');
    });
  }

  /** @returns when all is kept, or it was stopped */
  async run(): Promise<void> {
    const { database, standBack } = this.#options;
    if (await isFilledIn(database.db)) return;
    let at: TextOf | null = null;
    for (;;) {
      await standBack();
      const { missing, last } = await textsMissing(database.db, at, STEP);
      for (const one of missing) {
        await standBack();
        if (this.#stopped) return;
        await this.#keep(one);
      }
      if (this.#stopped) return;
      if (last === null) break;
      at = last;
    }
    await database.transact(markFilledIn);
  }

  stop(): Promise<void> {
    this.#stopped = true;
    return this.#done;
  }

  async #keep(one: TextOf): Promise<void> {
    const { database } = this.#options;
    const raw = await readRaw(database.db, one.message_id, one.revision);
    const { addresses, records } = await textContext(database.db, one.message_id);
    const parsed = await parseMail(raw);
    const keys = await textKeysOf(parsed.draft, records);
    const text = draftTextOf({ raw, parsed, addresses, keys });
    await database.transact(async (trx) => keepDraftText(trx, one, text, await nextOlderId(trx)));
  }
}
