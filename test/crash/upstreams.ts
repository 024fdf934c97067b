import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SMTPServerSession } from 'smtp-server';
import type { Random } from '../../src/evaluate/random.ts';
import { type Act, SmtpUpstream, type Stage } from '../support/smtp-upstream.ts';
import type { Ledger, Taken } from './ledger.ts';

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

const API_FAULTS = [
  'status 500',
  'status 429',
  'status 422',
  'cut before',
  'cut inside',
  'cut after',
  'stall',
  'half an answer',
] as const;

/**
 * The real mail provider, twice: an SMTP server and a sending API, both on loopback. They keep what they take, and misbehave as
 * drawn from `random` unless they are `calm`.
 */
export class Upstreams {
  /** No faults. */
  calm = false;
  /** Of transactions, how many go wrong. */
  readonly #faulty: number;
  readonly smtp: SmtpUpstream;
  readonly #api: Server;
  readonly #ledger: () => Ledger;
  readonly #random: Random;
  readonly #faults = new WeakMap<SMTPServerSession, Fault | null>();
  readonly #byKey = new Map<string, string>();
  #ids = 0;
  /** Told of each mail that was taken, before the reply leaves. */
  onTaken: () => void = () => {};

  private constructor(smtp: SmtpUpstream, random: Random, faulty: number, ledger: () => Ledger) {
    this.smtp = smtp;
    this.#random = random;
    this.#faulty = faulty;
    this.#ledger = ledger;
    this.#api = createServer((req, res) => this.#request(req, res));
    smtp.decide = (stage, session) => this.#decide(stage, session);
    smtp.onTaken = (mail, session) => {
      const messageId = /^Message-ID: <(.*?)>/im.exec(mail.raw.toString('latin1'))?.[1] ?? '';
      const fault = this.#faults.get(session);
      const reply = fault?.stage === 'reply' && isSilent(fault.act) ? 'lost' : 'sent';
      for (const to of mail.to) {
        this.#take({ by: 'smtp', mail: messageId.replace(/@load\.example$/, ''), to, reply });
      }
    };
  }

  /** @param ledger where to note what is taken: of the cycle at hand */
  static async start(random: Random, faulty: number, ledger: () => Ledger): Promise<Upstreams> {
    const upstreams = new Upstreams(await SmtpUpstream.start(), random, faulty, ledger);
    await new Promise<void>((resolve) => upstreams.#api.listen(0, '127.0.0.1', resolve));
    return upstreams;
  }

  get apiUrl(): string {
    return `http://127.0.0.1:${(this.#api.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    await this.smtp.close();
    this.#api.closeAllConnections();
    await new Promise((resolve) => this.#api.close(resolve));
  }

  #take(taken: Omit<Taken, 'generation'>): void {
    const ledger = this.#ledger();
    ledger.taken.push({ generation: ledger.generation, ...taken });
    this.onTaken();
  }

  #decide(stage: Stage, session: SMTPServerSession): Act | undefined {
    if (this.calm) return undefined;
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

  #request(req: IncomingMessage, res: ServerResponse): void {
    const fault =
      this.calm || this.#random() >= this.#faulty
        ? null
        : API_FAULTS[Math.floor(this.#random() * API_FAULTS.length)];
    req.on('error', () => {});
    if (fault === 'cut before') return void req.socket.destroy();
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if (fault === 'cut inside') req.socket.destroy();
    });
    req.on('end', () => {
      const key = String(req.headers['idempotency-key']);
      const known = this.#byKey.get(key);
      // What was carried out under a key is never refused as invalid under the same one.
      if (fault?.startsWith('status') && !(known && fault === 'status 422'))
        return this.#answer(res, Number(fault.slice(7)), { message: fault });
      const id = known ?? this.#carryOut(key, Buffer.concat(chunks).toString(), fault);
      if (fault === 'cut after') return void req.socket.destroy();
      if (fault === 'stall') return;
      if (fault === 'half an answer') {
        res.writeHead(200, { 'content-type': 'application/json', 'content-length': '80' });
        res.write('{"id":');
        return void setTimeout(() => req.socket.destroy(), 50);
      }
      this.#answer(res, 200, { id });
    });
  }

  #carryOut(key: string, body: string, fault: string | null): string {
    this.#ids += 1;
    const id = `00000000-0000-4000-8000-${String(this.#ids).padStart(12, '0')}`;
    this.#byKey.set(key, id);
    const { subject, to } = JSON.parse(body) as { subject: string; to: string | string[] };
    const mail = subject.slice(subject.lastIndexOf(' ') + 1);
    for (const one of [to].flat()) {
      this.#take({ by: 'api', mail, to: one, reply: fault === null ? 'sent' : 'lost' });
    }
    return id;
  }

  #answer(res: ServerResponse, status: number, body: object): void {
    res.writeHead(status, { 'content-type': 'application/json' });
    res.end(JSON.stringify(body));
  }
}

/** Without a final reply. */
function isSilent({ cut, stall, dripMs }: Act): boolean {
  return cut === true || stall === true || dripMs !== undefined;
}
