import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Random } from '../../src/evaluate/random.ts';
import type { DeliveryEventBody } from '../../src/events/event-body.ts';
import type { Ledger } from './ledger.ts';

/** The engine's webhook: keeps each event once, and fails now and then. */
export class WebhookTarget {
  calm = false;
  readonly #server: Server;
  readonly #ledger: () => Ledger;

  private constructor(random: Random, ledger: () => Ledger) {
    this.#ledger = ledger;
    this.#server = createServer((req, res) => {
      const chunks: Buffer[] = [];
      req.on('error', () => {});
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('end', () => {
        const draw = this.calm ? 1 : random();
        if (draw < 0.03) return void res.writeHead(500).end();
        const { type, data } = JSON.parse(Buffer.concat(chunks).toString()) as DeliveryEventBody;
        const id = String(req.headers['webhook-id']);
        this.#note({ id, type, deliveryId: data.delivery_id, state: data.state });
        if (draw < 0.06) return void req.socket.destroy();
        res.writeHead(204).end();
      });
    });
  }

  static async start(random: Random, ledger: () => Ledger): Promise<WebhookTarget> {
    const target = new WebhookTarget(random, ledger);
    await new Promise<void>((resolve) => target.#server.listen(0, '127.0.0.1', resolve));
    return target;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/events`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #note(event: { id: string; type: string; deliveryId: string; state: DeliveryEventBody['data']['state'] }) {
    const { events } = this.#ledger();
    if (!events.has(event.id)) events.set(event.id, event);
  }
}
