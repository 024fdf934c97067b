import { createTransport } from 'nodemailer';
import type { Random } from '../../src/evaluate/random.ts';
import { type Ports } from '../crash/child.ts';
import { actOn, held, submitByHttp, submitBySmtp } from '../crash/clients.ts';
import type { Ledger, Mail, ReviewAct, Told } from '../crash/ledger.ts';
import type { Mails } from '../crash/mails.ts';
import { type Template, addressOf } from '../crash/template.ts';
import type { HostileMail, HostileMails } from './hostile-mail.ts';

export interface TrafficOptions {
  ledger: Ledger;
  mails: Mails;
  hostile: HostileMails;
  template: Template;
  random: Random;
  /** Mails a second, all clients together. */
  rate: number;
}

/** A hostile mail and what its client was told. */
export interface HostileTold extends HostileMail {
  answer: Told['answer'];
  id: string | null;
  text: string;
}

const CLIENTS = 6;
/** Of all mail. */
const HOSTILE_SHARE = 0.25;
/** People whom the load's own mails do not write to: those would have to know what came between. */
const HOSTILE_PEOPLE = 60;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Engines that send, well and badly, and a reviewer who works, until they are told to stop. */
export class Traffic {
  readonly hostile: HostileTold[] = [];
  readonly #options: TrafficOptions;
  /** Not answered for good: their engines submit them again. */
  readonly #unanswered: Mail[] = [];
  #going = true;

  constructor(options: TrafficOptions) {
    this.#options = options;
  }

  get unanswered(): number {
    return this.#unanswered.length;
  }

  stop(): void {
    this.#going = false;
  }

  /** Resolves when everybody has stopped. */
  async run(ports: Ports): Promise<void> {
    const { rate, random } = this.#options;
    this.#going = true;
    const client = async (): Promise<void> => {
      while (this.#going) {
        const began = performance.now();
        if (random() < HOSTILE_SHARE) await this.#sendHostile(ports);
        else await this.#send(ports, this.#next());
        await pause(Math.max(0, (CLIENTS * 1_000) / rate - (performance.now() - began)));
      }
    };
    await Promise.all([...Array.from({ length: CLIENTS }, client), this.#review(ports)]);
  }

  /** Submits once more what no answer has settled. */
  async retry(ports: Ports): Promise<void> {
    for (const mail of this.#unanswered.splice(0)) await this.#send(ports, mail);
  }

  #next(): Mail {
    const again = this.#unanswered.shift();
    if (again) return again;
    const mail = this.#options.mails.next();
    this.#options.ledger.mails.push(mail);
    return mail;
  }

  async #send(ports: Ports, mail: Mail): Promise<void> {
    const { ledger, template } = this.#options;
    const answer =
      mail.way === 'smtp'
        ? await submitBySmtp(ports.smtp, mail)
        : await submitByHttp(ports.http, mail, template.apiKey);
    mail.tries.push({ generation: ledger.generation, ...answer });
    if (answer.answer === 'cut' || answer.answer === 'later') this.#unanswered.push(mail);
  }

  async #sendHostile({ smtp }: Ports): Promise<void> {
    const { hostile, random } = this.#options;
    const mail = hostile.next(addressOf('disliked', Math.floor(random() * HOSTILE_PEOPLE)));
    const transport = createTransport({ host: '127.0.0.1', port: smtp, ignoreTLS: true });
    const told = await transport
      .sendMail({ envelope: { from: mail.from, to: mail.to }, raw: mail.raw })
      .then(({ response }) => response)
      .catch((error: { response?: string }) => error.response ?? '');
    const id = /\b([0-7][0-9A-HJKMNP-TV-Z]{25})\b/.exec(told)?.[1] ?? null;
    this.hostile.push({ ...mail, raw: Buffer.alloc(0), answer: answerOf(told), id, text: told });
  }

  async #review(ports: Ports): Promise<void> {
    const { ledger, random, template } = this.#options;
    const act = async (deliveryId: string, what: ReviewAct['act']): Promise<boolean> => {
      const answer = await actOn(ports.http, template, { deliveryId, act: what });
      ledger.acts.push({ generation: ledger.generation, deliveryId, act: what, ...answer });
      return answer.heard === 'done';
    };
    while (this.#going) {
      const ids = (await held(ports.http, template)) ?? [];
      for (const id of ids.slice(0, 5)) {
        const draw = random();
        if (draw < 0.2) await act(id, 'label');
        else if (draw < 0.6) await act(id, 'reject');
        else if ((await act(id, 'release')) && random() < 0.2) await act(id, 'undo');
      }
      await pause(1_000);
    }
  }
}

function answerOf(text: string): Told['answer'] {
  if (text === '') return 'cut';
  if (text.startsWith('2')) return 'taken';
  if (text.startsWith('4')) return 'later';
  return text.startsWith('550 5.7.1 Suppressed') ? 'suppressed' : 'refused';
}
