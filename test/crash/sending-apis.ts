import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Random } from '../../src/evaluate/random.ts';
import type { Ledger, Taken } from './ledger.ts';

type Fault =
  | 'status 500'
  | 'status 429'
  | 'status 422'
  | 'cut before'
  | 'cut inside'
  | 'cut after'
  | 'stall'
  | 'half an answer';

/** What a request names: the token of the mail, and to whom it goes. */
interface Named {
  mail: string;
  to: string[];
}

interface Api {
  path: string;
  /** What makes a repetition the same request; null = it knows no keys and carries out whatever comes. */
  keyOf: (req: IncomingMessage) => string | null;
  faults: readonly Fault[];
  /** Works on half a request, too, as far as it goes. */
  read: (body: string) => Named;
  answer: (id: string) => object;
}

const FAULTS: readonly Fault[] = [
  'status 500',
  'status 429',
  'status 422',
  'cut inside',
  'cut after',
  'stall',
  'half an answer',
];

const lastWord = (text: string): string => text.slice(text.lastIndexOf(' ') + 1);

/** Resend's, which remembers keys, and Postmark's, which knows none. */
const APIS: readonly Api[] = [
  {
    path: '/emails',
    keyOf: (req) => String(req.headers['idempotency-key']),
    faults: [...FAULTS, 'cut before'],
    read: (body) => {
      const { subject, to } = JSON.parse(body) as { subject: string; to: string | string[] };
      return { mail: lastWord(subject), to: [to].flat() };
    },
    answer: (id) => ({ id }),
  },
  {
    path: '/email',
    keyOf: () => null,
    // Cut before anything is read it would not be known whose reply was lost.
    faults: FAULTS,
    read: (body) => ({
      mail: lastWord(/"Subject":"([^"]*)"/.exec(body)?.[1] ?? ''),
      to: (/"To":"([^"]*)"/.exec(body)?.[1] ?? '').split(', '),
    }),
    answer: (id) => ({ ErrorCode: 0, Message: 'OK', MessageID: id }),
  },
];

export interface SendingApisOptions {
  random: Random;
  /** Of requests, how many go wrong. */
  faulty: number;
  /** Of the cycle at hand. */
  ledger: () => Ledger;
  /** Told of each mail that was taken, before the answer leaves. */
  take: (taken: Taken) => void;
}

/** Two sending APIs on loopback, behind one address. */
export class SendingApis {
  /** No faults. */
  calm = false;
  readonly #options: SendingApisOptions;
  readonly #server: Server;
  readonly #byKey = new Map<string, string>();
  #ids = 0;

  private constructor(options: SendingApisOptions) {
    this.#options = options;
    this.#server = createServer((req, res) => this.#request(req, res));
  }

  static async start(options: SendingApisOptions): Promise<SendingApis> {
    const apis = new SendingApis(options);
    await new Promise<void>((resolve) => apis.#server.listen(0, '127.0.0.1', resolve));
    return apis;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #request(req: IncomingMessage, res: ServerResponse): void {
    // Opt-outs are written back; mail is what these tests look at.
    if (req.url?.endsWith('/suppressions')) return answer(res, 200, {});
    const api = APIS.find(({ path }) => path === req.url);
    if (!api) throw new Error(`there is no API at ${req.url}`);
    const { ledger } = this.#options;
    const { generation } = ledger();
    const fault = this.#draw(api);
    req.on('error', () => {});
    if (fault === 'cut before') return void req.socket.destroy();
    const chunks: Buffer[] = [];
    const body = (): string => Buffer.concat(chunks).toString();
    // Where a key makes a repetition safe a lost answer leaves nothing uncertain.
    const keepBack = (): void => {
      if (api.keyOf(req) !== null) return;
      for (const to of api.read(body()).to) ledger().unanswered.push({ generation, to });
    };
    req.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if (fault !== 'cut inside') return;
      keepBack();
      req.socket.destroy();
    });
    req.on('end', () => {
      const key = api.keyOf(req);
      const known = key === null ? undefined : this.#byKey.get(key);
      // What was carried out under a key is never refused as invalid under the same one.
      if (fault?.startsWith('status') && !(known && fault === 'status 422')) {
        // As good as none: something broke, before or after.
        if (fault === 'status 500') keepBack();
        return answer(res, Number(fault.slice(7)), { message: fault });
      }
      const id = known ?? this.#carryOut(api.read(body()), { key, generation, fault });
      if (fault !== null && !fault.startsWith('status')) keepBack();
      if (fault === 'cut after') return void req.socket.destroy();
      if (fault === 'stall') return;
      if (fault === 'half an answer') {
        res.writeHead(200, { 'content-type': 'application/json', 'content-length': '400' });
        res.write('{"id":');
        return void setTimeout(() => req.socket.destroy(), 50);
      }
      answer(res, 200, api.answer(id));
    });
  }

  #draw({ faults }: Api): Fault | null {
    const { random, faulty } = this.#options;
    if (this.calm || random() >= faulty) return null;
    return faults[Math.floor(random() * faults.length)];
  }

  #carryOut(
    { mail, to }: Named,
    { key, generation, fault }: { key: string | null; generation: number; fault: Fault | null },
  ): string {
    this.#ids += 1;
    const id = `00000000-0000-4000-8000-${String(this.#ids).padStart(12, '0')}`;
    if (key !== null) this.#byKey.set(key, id);
    for (const one of to) {
      this.#options.take({ generation, by: 'api', mail, to: one, reply: fault === null ? 'sent' : 'lost' });
    }
    return id;
  }
}

function answer(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'content-type': 'application/json' });
  res.end(JSON.stringify(body));
}
