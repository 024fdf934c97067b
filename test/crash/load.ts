import type { Random } from '../../src/evaluate/random.ts';
import type { Ports } from './child.ts';
import { actOn, held, optOut, submitByHttp, submitBySmtp } from './clients.ts';
import type { Ledger, Mail, ReviewAct, Told } from './ledger.ts';
import type { Mails } from './mails.ts';
import type { Template } from './template.ts';

export interface LoadOptions {
  ledger: Ledger;
  mails: Mails;
  template: Template;
  random: Random;
  /** There are other gates: a client whose connection is cut goes to another one. */
  several?: boolean;
}

/** Where a gate is, or one of several, drawn each time. */
type At = Ports | (() => Ports);

const portsOf = (at: At): Ports => (typeof at === 'function' ? at() : at);

/** Clients at once. */
const CLIENTS = 6;

/** New mails while one gate runs: enough to meet every fail-point, few enough that a cycle stays short. */
const FRESH = 24;

/**
 * What a gate has to bear: engines that submit and retry, and a reviewer. Engines keep what was not answered, or put off, and
 * submit it again as it was, as real ones do.
 */
export class Load {
  readonly #options: LoadOptions;
  /** Not answered for good. */
  readonly #unanswered: Mail[] = [];

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  /** Mails that no answer has settled yet. */
  get unanswered(): number {
    return this.#unanswered.length;
  }

  /**
   * Puts load on a gate until it is gone.
   *
   * @param ended resolves when it is
   */
  async run(at: At, ended: Promise<unknown>): Promise<void> {
    let over = false;
    void ended.then(() => (over = true));
    let fresh = FRESH;
    const again = this.#unanswered.splice(0);
    const next = (): Mail | undefined => {
      const left = again.shift();
      if (left || fresh <= 0) return left;
      fresh -= 1;
      const mail = this.#options.mails.next();
      this.#options.ledger.mails.push(mail);
      return mail;
    };
    const client = async (): Promise<void> => {
      // A gate that cuts the connection is gone; the next one gets the mail.
      while (!over) {
        const mail = next();
        if (!mail) return;
        if ((await this.#submit(at, mail)) === 'cut' && !this.#options.several) return;
      }
    };
    await Promise.all([
      ...Array.from({ length: CLIENTS }, client),
      this.#review(at, () => over),
      this.#optOut(at),
      ended,
    ]);
    this.#unanswered.push(...again);
  }

  /** Submits once more what no answer has settled. */
  async retry(at: At): Promise<void> {
    for (const mail of this.#unanswered.splice(0)) await this.#submit(at, mail);
  }

  async #submit(at: At, mail: Mail): Promise<Told['answer']> {
    const { ledger, template } = this.#options;
    const { generation } = ledger;
    const ports = portsOf(at);
    const answer =
      mail.way === 'smtp'
        ? await submitBySmtp(ports.smtp, mail)
        : await submitByHttp(ports.http, mail, template.apiKey);
    mail.tries.push({ generation, ...answer });
    if (answer.answer === 'cut' || answer.answer === 'later') this.#unanswered.push(mail);
    return answer.answer;
  }

  /** Somebody who is being written to opts out, while every second gate runs. */
  async #optOut(at: At): Promise<void> {
    const { ledger, mails, random, template } = this.#options;
    if (random() < 0.5) return;
    const waitMs = random() * 300;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    const written = ledger.mails
      .slice(-2 * CLIENTS)
      .flatMap(({ recipients }) => recipients)
      .filter(
        ({ address, kind }) => kind === 'pass' && !ledger.optOuts.some((one) => one.address === address),
      );
    if (written.length === 0) return;
    const { address } = written[Math.floor(random() * written.length)];
    const { generation } = ledger;
    const answer = await optOut(portsOf(at).http, template, address);
    ledger.optOuts.push({ generation, address, after: ledger.mails.length, ...answer });
    mails.optedOut(address);
  }

  /** A reviewer at work on what is held. */
  async #review(at: At, over: () => boolean): Promise<void> {
    const { ledger, random, template } = this.#options;
    const act = async (deliveryId: string, what: ReviewAct['act']): Promise<boolean> => {
      const { generation } = ledger;
      const answer = await actOn(portsOf(at).http, template, { deliveryId, act: what });
      ledger.acts.push({ generation, deliveryId, act: what, ...answer });
      return answer.heard === 'done';
    };
    for (let acts = 0; acts < 6 && !over(); ) {
      const ids = await held(portsOf(at).http, template);
      if (ids === null) return;
      if (ids.length === 0) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        continue;
      }
      const id = ids[Math.floor(random() * ids.length)];
      const draw = random();
      acts += 1;
      if (draw < 0.4) await act(id, 'label');
      else if (draw < 0.6) await act(id, 'reject');
      else if ((await act(id, 'release')) && random() < 0.4) await act(id, 'undo');
    }
  }
}
