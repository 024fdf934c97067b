import { rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { randomFrom } from '../../src/evaluate/random.ts';
import { bundleGate } from './bundle.ts';
import { Ledger } from './ledger.ts';
import { type Template, makeTemplate } from './template.ts';
import { Upstreams } from './upstreams.ts';
import { WebhookTarget } from './webhook-target.ts';

/** Of the upstream's transactions, how many go wrong while gates are killed. */
const FAULTY = 0.3;

/** What all cycles of a run share. */
export interface Lane {
  /** The bundle of `bundle.ts`. */
  gate: string;
  template: Template;
  upstreams: Upstreams;
  webhook: WebhookTarget;
  /** A port that nobody listens on. */
  deadPort: number;
  /** Where upstreams and webhook note what they get; set by each cycle. */
  ledger: Ledger;
}

/**
 * What a run of cycles needs: the bundled gate, its data folder to begin with, and the world around it.
 *
 * @param store an empty PostgreSQL database for what would be in the data folder otherwise
 */
export async function openLane(seed: number, store?: string): Promise<Lane & { close(): Promise<void> }> {
  const ledger = (): Ledger => lane.ledger;
  const upstreams = await Upstreams.start({ random: randomFrom(seed + 1), faulty: FAULTY, ledger });
  const webhook = await WebhookTarget.start(randomFrom(seed + 2), ledger);
  const template = await makeTemplate({
    webhookUrl: webhook.url,
    at: Date.now(),
    ...(store === undefined ? {} : { store }),
  });
  const dead = createServer();
  await new Promise<void>((resolve) => dead.listen(0, '127.0.0.1', resolve));
  const deadPort = (dead.address() as AddressInfo).port;
  await new Promise((resolve) => dead.close(resolve));
  const lane: Lane = {
    gate: await bundleGate(),
    template,
    upstreams,
    webhook,
    deadPort,
    ledger: new Ledger(),
  };
  return Object.assign(lane, {
    close: async () => {
      await upstreams.close();
      await webhook.close();
      rmSync(template.folder, { recursive: true, force: true });
    },
  });
}
