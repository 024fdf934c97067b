import busboy from 'busboy';
import { type Request, Router, urlencoded } from 'express';
import { addSuppression } from '../crm/suppression-store.ts';
import { page } from '../http/page.ts';
import type { Logger } from '../observability/logger.ts';
import type { Database } from '../store/database.ts';
import { readUnsubscribeToken } from './unsubscribe-link.ts';
import { unsubscribedAddress } from './unsubscribe-store.ts';
import type { QueueWriteBacks } from './write-back-queue.ts';

export interface UnsubscribeOptions {
  /** The gate's link key. */
  key: Buffer;
  database: Database;
  now: () => number;
  log: Logger;
  queueWriteBacks: QueueWriteBacks;
  /** Told after the opt-out is durable. */
  onUnsubscribed?: () => void;
}

/** The same for a forged link and for one whose mail is unknown: nothing is told about who has mail. */
const INVALID = page(
  'This link is not valid',
  '<p>It was cut or changed on the way. Answer the mail with "unsubscribe" instead; that works too.</p>',
);
const OFFER = page(
  'Unsubscribe',
  `<p>You will get no more mail of this kind at this address.</p>
<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click"><button>Unsubscribe</button></form>`,
);
const DONE = page('You are unsubscribed', '<p>No more mail of this kind will be sent to this address.</p>');
const NOT_ASKED = page('Nothing was changed', '<p>The request did not ask to unsubscribe.</p>');

const MAX_BODY = 4096;

/**
 * One-click unsubscribe (RFC 8058), mounted at `/unsubscribe`. A POST opts the recipient out at once, without login or
 * question, as often as it comes; a GET only shows a button, since mail scanners follow links.
 */
export function unsubscribeRoutes(options: UnsubscribeOptions): Router {
  const { key, database, now, log, queueWriteBacks, onUnsubscribed } = options;
  const router = Router();

  router.get('/:token', async (req, res) => {
    const deliveryId = readUnsubscribeToken(key, req.params.token);
    const address = deliveryId === null ? null : await unsubscribedAddress(database.db, deliveryId);
    if (address === null) return void res.status(404).type('html').send(INVALID);
    res.type('html').send(OFFER);
  });

  router.post('/:token', urlencoded({ extended: false, limit: MAX_BODY }), async (req, res) => {
    const deliveryId = readUnsubscribeToken(key, req.params['token'] ?? '');
    if (deliveryId === null) return void res.status(404).type('html').send(INVALID);
    if (!(await asksToUnsubscribe(req))) return void res.status(400).type('html').send(NOT_ASKED);
    const at = now();
    const found = await database.transact(async (trx) => {
      const value = await unsubscribedAddress(trx, deliveryId);
      if (value === null) return false;
      const source = `unsubscribe:${deliveryId}`;
      const reason = `one-click unsubscribe (${new Date(at).toISOString().slice(0, 10)})`;
      const target = { kind: 'address', value } as const;
      const stored = await addSuppression(
        trx,
        { ...target, channel: 'email', reason, source },
        { actor: source, at },
      );
      // Pressed again it is not told again.
      const isNew = stored.source === source && stored.created_at === at;
      if (isNew) await queueWriteBacks(trx, { ...target, reason, at, except: null });
      return true;
    });
    if (!found) return void res.status(404).type('html').send(INVALID);
    log.info({ delivery: deliveryId }, 'a recipient unsubscribed');
    onUnsubscribed?.();
    res.type('html').send(DONE);
  });
  return router;
}

/** Whether the body says `List-Unsubscribe=One-Click`, as a form or as multipart (RFC 8058 3.2). */
async function asksToUnsubscribe(req: Request): Promise<boolean> {
  const asked = (value: unknown): boolean => typeof value === 'string' && value.trim() === 'One-Click';
  if (!req.is('multipart/form-data')) {
    return asked((req.body as Record<string, unknown> | undefined)?.['List-Unsubscribe']);
  }
  return await new Promise((resolve) => {
    let found = false;
    const end = (): void => resolve(found);
    try {
      const form = busboy({
        headers: req.headers,
        limits: { fields: 10, files: 0, parts: 10, fieldSize: 100, headerPairs: 20 },
      });
      form.on('field', (name, value) => {
        found ||= name === 'List-Unsubscribe' && asked(value);
      });
      form.once('close', end);
      form.once('error', () => resolve(false));
      let size = 0;
      req.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size <= MAX_BODY) return;
        req.unpipe(form);
        req.resume();
        resolve(false);
      });
      req.pipe(form);
    } catch {
      // Without a boundary there is nothing to read.
      req.resume();
      resolve(false);
    }
  });
}
