import type { Decision } from '../../src/message/types.ts';
import type { Database } from '../../src/store/database.ts';
import type { Ledger, Mail } from './ledger.ts';
import type { Breach } from './reconcile.ts';

/** What opt-outs that arrive while mail is under way make of mail. */
export class OptOuts {
  readonly #ledger: Ledger;
  readonly #places: ReadonlyMap<Mail, number>;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    this.#places = new Map(ledger.mails.map((mail, i) => [mail, i]));
  }

  /** Has anybody of this mail opted out, and so changed what may become of all of it? */
  touch({ recipients }: Mail): boolean {
    return recipients.some(({ address }) => this.#of(address).length > 0);
  }

  /**
   * What the judge may say of a mail to somebody. Judged around the opt-out it is one or the other; submitted after it was
   * confirmed there is one answer.
   */
  decisions(mail: Mail, address: string, otherwise: Decision | null): (Decision | null)[] {
    if (this.#of(address).length === 0) return [otherwise];
    return this.#submittedAfter(mail, address) ? ['SUPPRESS'] : [otherwise, 'SUPPRESS'];
  }

  /** A confirmed opt-out is kept, and nothing leaves for that address from then on. */
  async check(db: Database['db'], breach: (what: Breach['what'], why: string) => void): Promise<void> {
    const kept = await db.selectFrom('suppressions').select('value').where('kind', '=', 'address').execute();
    const values = new Set(kept.map(({ value }) => value));
    const byToken = new Map(this.#ledger.mails.map((mail) => [mail.token, mail]));
    for (const { address, heard, generation, text } of this.#ledger.optOuts) {
      if (heard === 'refused') breach('unexpected', `the opt-out of ${address} was refused: ${text}`);
      if (heard !== 'done') continue;
      if (!values.has(address)) breach('lost', `${address} was told to have opted out, and has not`);
      for (const taken of this.#ledger.taken.filter(({ to }) => to === address)) {
        const mail = byToken.get(taken.mail);
        // Within one gate a hand-over may have been marked just before.
        const late = taken.generation > generation || (mail && this.#submittedAfter(mail, address));
        if (late) breach('slipped', `${taken.mail} was sent to ${address}, who had opted out`);
      }
    }
  }

  #of(address: string): Ledger['optOuts'] {
    return this.#ledger.optOuts.filter((one) => one.address === address);
  }

  #submittedAfter(mail: Mail, address: string): boolean {
    const place = this.#places.get(mail) ?? 0;
    return this.#of(address).some(({ heard, after }) => heard === 'done' && place >= after);
  }
}
