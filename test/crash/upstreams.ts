import type { SMTPServerSession } from 'smtp-server';
import type { Random } from '../../src/evaluate/random.ts';
import { type Act, SmtpUpstream, type Stage } from '../support/smtp-upstream.ts';
import type { Ledger, Taken } from './ledger.ts';
import { SendingApis } from './sending-apis.ts';

/** What goes wrong in one session or transaction. */
interface Fault {
  stage: Stage;
  act: Act;
}

/** Faults of an SMTP upstream. Those at `reply` come after the mail was taken: they lose its last reply, or lie. */
const SMTP_FAULTS: readonly Fault[] = [
  { stage: 'connect', act: { cut: true } },
  { stage: 'connect', act: { reply: '421 4.3.2 come back later' } },
  { stage: 'ehlo', act: { cut: true } },
  { stage: 'ehlo', act: { reply: '421 4.3.2 closing' } },
  { stage: 'mail', act: { reply: '451 4.3.0 not now' } },
  { stage: 'mail', act: { reply: '550 5.1.8 no such sender' } },
  { stage: 'mail', act: { stall: true } },
  { stage: 'rcpt', act: { reply: '450 4.2.1 greylisted' } },
  { stage: 'rcpt', act: { reply: '550 5.1.1 no such user' } },
  { stage: 'rcpt', act: { cut: true } },
  { stage: 'data', act: { reply: '451 4.3.0 not now' } },
  { stage: 'data', act: { cut: true } },
  { stage: 'body', act: { cut: true } },
  { stage: 'end', act: { reply: '451 4.3.0 try again' } },
  { stage: 'end', act: { reply: '554 5.7.1 spam' } },
  { stage: 'end', act: { cut: true } },
  { stage: 'reply', act: { cut: true } },
  { stage: 'reply', act: { cut: true } },
  { stage: 'reply', act: { stall: true } },
  { stage: 'reply', act: { dripMs: 100 } },
  { stage: 'reply', act: { hangUp: true } },
  { stage: 'reply', act: { delayMs: 150 } },
];

export interface UpstreamsOptions {
  random: Random;
  /** Of transactions, how many go wrong. */
  faulty: number;
  /** Where to note what is taken: of the cycle at hand. */
  ledger: () => Ledger;
}

/**
 * The real mail provider, twice: an SMTP server and sending APIs, on loopback. They keep what they take, and misbehave as
 * drawn from `random` unless they are `calm`.
 */
export class Upstreams {
  readonly smtp: SmtpUpstream;
  readonly #apis: SendingApis;
  #calm = false;
  /** Of transactions, how many go wrong. */
  readonly #faulty: number;
  readonly #ledger: () => Ledger;
  readonly #random: Random;
  readonly #faults = new WeakMap<SMTPServerSession, Fault | null>();
  /** Which gate began a session's transaction. */
  readonly #generations = new WeakMap<SMTPServerSession, number>();
  /** Told of each mail that was taken, before the reply leaves. */
  onTaken: () => void = () => {};

  private constructor(
    { smtp, apis }: { smtp: SmtpUpstream; apis: SendingApis },
    { random, faulty, ledger }: UpstreamsOptions,
  ) {
    this.smtp = smtp;
    this.#apis = apis;
    this.#random = random;
    this.#faulty = faulty;
    this.#ledger = ledger;
    smtp.decide = (stage, session) => this.#decide(stage, session);
    smtp.onTaken = (mail, session) => {
      const messageId = /^Message-ID: <(.*?)>/im.exec(mail.raw.toString('latin1'))?.[1] ?? '';
      const fault = this.#faults.get(session);
      const reply = fault?.stage === 'reply' && isSilent(fault.act) ? 'lost' : 'sent';
      const generation = this.#generations.get(session) ?? ledger().generation;
      for (const to of mail.to) {
        this.#take({ generation, by: 'smtp', mail: messageId.replace(/@load\.example$/, ''), to, reply });
      }
    };
  }

  static async start(options: UpstreamsOptions): Promise<Upstreams> {
    const smtp = await SmtpUpstream.start();
    const take = (taken: Taken): void => upstreams.#take(taken);
    const upstreams: Upstreams = new Upstreams(
      { smtp, apis: await SendingApis.start({ ...options, take }) },
      options,
    );
    return upstreams;
  }

  /** No faults. */
  set calm(calm: boolean) {
    this.#calm = calm;
    this.#apis.calm = calm;
  }

  get apiUrl(): string {
    return this.#apis.url;
  }

  async close(): Promise<void> {
    await this.smtp.close();
    await this.#apis.close();
  }

  #take(taken: Taken): void {
    this.#ledger().taken.push(taken);
    this.onTaken();
  }

  #decide(stage: Stage, session: SMTPServerSession): Act | undefined {
    if (stage === 'mail') this.#generations.set(session, this.#ledger().generation);
    if (this.#calm) return undefined;
    // One draw for the connection, and one for each transaction in it.
    if (stage === 'connect' || stage === 'mail') this.#faults.set(session, this.#draw(stage));
    const fault = this.#faults.get(session);
    if (fault?.stage !== stage) return undefined;
    if (stage === 'body') this.#faults.set(session, null);
    if (['body', 'end', 'reply'].includes(stage) && isSilent(fault.act)) {
      const { generation, unanswered } = this.#ledger();
      for (const { address: to } of session.envelope.rcptTo) unanswered.push({ generation, to });
    }
    return fault.act;
  }

  #draw(stage: 'connect' | 'mail'): Fault | null {
    const early = (one: Fault): boolean => one.stage === 'connect' || one.stage === 'ehlo';
    const faults = SMTP_FAULTS.filter((one) => early(one) === (stage === 'connect'));
    if (this.#random() >= (this.#faulty * faults.length) / SMTP_FAULTS.length) return null;
    return faults[Math.floor(this.#random() * faults.length)];
  }
}

/** Without a final reply. */
function isSilent({ cut, stall, dripMs }: Act): boolean {
  return cut === true || stall === true || dripMs !== undefined;
}
