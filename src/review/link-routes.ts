import { type Request, type Response, Router, urlencoded } from 'express';
import { rateLimit } from 'express-rate-limit';
import { UserError } from '../config/user-error.ts';
import type { Logger } from '../observability/logger.ts';
import type { Delivery } from '../queue/settle.ts';
import type { Database } from '../store/database.ts';
import { readFacts } from './link-facts.ts';
import { INVALID, TOO_MANY, changedPage, donePage, offerPage, refusedPage, usedPage } from './link-page.ts';
import { linkState } from './link-state-store.ts';
import { findUse, giveUseBack, isAsSent, takeUse } from './link-use-store.ts';
import { type LinkClaims, isLookProof, lookProof, readLink } from './links.ts';
import { type Act, type ActingPerson, LABELS, versionOf } from './act.ts';
import type { Review } from './review.ts';

export interface LinkPerson {
  /** null = nobody with an account; they act by the link alone. */
  account: ActingPerson | null;
  /** Why their links do nothing any more (a disabled account); null = they work. */
  refused: string | null;
}

export interface LinkRoutesOptions {
  /** The gate's link key. */
  key: Buffer;
  review: Review;
  database: Database;
  now: () => number;
  log: Logger;
  /** Where the gate is reached, without a trailing slash. */
  publicUrl: () => string;
  /** Who acts by a link that was sent to this address. */
  personAt: (address: string) => Promise<LinkPerson>;
  /** Most requests of one address in a minute. */
  perMinute?: number;
}

const MAX_REASON = 500;

/**
 * Signed links in mails, mounted at `/act`. GET (and HEAD) shows what would happen and does nothing: mail scanners prefetch.
 * POST acts, once, and only for a mail that is still as the link's mail showed it. It needs the proof that the page was opened
 * and an answer that no scanner gives by itself.
 */
export function linkRoutes(options: LinkRoutesOptions): Router {
  const { key, database, now, publicUrl, personAt, perMinute = 60 } = options;
  const router = Router();
  router.use((_req, res, next) => {
    res.set('X-Robots-Tag', 'noindex');
    next();
  });
  router.use(
    rateLimit({
      windowMs: 60_000,
      limit: perMinute,
      standardHeaders: 'draft-8',
      legacyHeaders: false,
      // Behind a proxy that is not trusted all share its address. Checking where it is made would read a stack trace at each start.
      validate: false,
      handler: (_req, res) => html(res, 429, TOO_MANY),
    }),
  );
  const factsOf = (delivery: Delivery) => readFacts(database.db, delivery, publicUrl());

  router.get('/:token', async (req, res) => {
    const { token } = req.params;
    const claims = readLink(key, token, now());
    const found = claims && (await linkState(database.db, claims.deliveryId));
    if (!claims || !found) return html(res, 410, INVALID);
    const facts = await factsOf(found.delivery);
    const used = await findUse(database.db, token);
    if (used) return html(res, 200, usedPage(claims, used, facts));
    if (!isAsSent(found, claims)) return html(res, 200, changedPage(claims, facts));
    const { refused } = await personAt(claims.person);
    if (refused !== null) return html(res, 403, refusedPage(refused, facts.href));
    html(res, 200, offerPage(claims, facts, { look: lookProof(key, token) }));
  });

  router.post('/:token', urlencoded({ extended: false, limit: '8kb' }), async (req, res) => {
    const token = req.params['token'] ?? '';
    const claims = readLink(key, token, now());
    if (!claims) return html(res, 410, INVALID);
    await post(options, { req, res, token, claims, factsOf });
  });
  return router;
}

interface Posted {
  req: Request;
  res: Response;
  token: string;
  claims: LinkClaims;
  factsOf: (delivery: Delivery) => ReturnType<typeof readFacts>;
}

async function post(options: LinkRoutesOptions, { req, res, token, claims, factsOf }: Posted): Promise<void> {
  const { key, database, now, log, personAt } = options;
  const body = (req.body ?? {}) as Record<string, unknown>;
  const label = LABELS.find((one) => one === body['label']);
  const looked = isLookProof(key, token, body['look']) && !isCrossSite(req);
  const { account, refused } = await personAt(claims.person);

  if (refused !== null || !looked || !label) {
    const found = await linkState(database.db, claims.deliveryId);
    if (!found) return html(res, 410, INVALID);
    const facts = await factsOf(found.delivery);
    const used = await findUse(database.db, token);
    if (refused !== null) return html(res, 403, refusedPage(refused, facts.href));
    if (used) return html(res, 409, usedPage(claims, used, facts));
    if (!isAsSent(found, claims)) return html(res, 409, changedPage(claims, facts));
    const problem = looked
      ? 'Nothing was done yet: say first whether the judge was right.'
      : 'Nothing was done: this did not come from this page. Look at the mail and press the button here.';
    return html(res, 400, offerPage(claims, facts, { look: lookProof(key, token), problem }));
  }

  const use = await database.transact((trx) => takeUse(trx, token, claims, now()));
  if ('gone' in use) return html(res, 410, INVALID);
  if ('changed' in use) return html(res, 409, changedPage(claims, await factsOf(use.changed.delivery)));
  if ('used' in use) {
    const found = await linkState(database.db, claims.deliveryId);
    if (!found) return html(res, 410, INVALID);
    return html(res, 409, usedPage(claims, use.used, await factsOf(found.delivery)));
  }
  const before = use.taken.delivery;
  const facts = await factsOf(before);
  const reason = typeof body['reason'] === 'string' ? body['reason'].trim().slice(0, MAX_REASON) : '';
  // The version makes it the very delivery that was just looked at.
  const act = {
    actor: claims.person,
    label,
    version: versionOf(before),
    ...(account === null ? {} : { person: account }),
    ...(reason === '' ? {} : { reason }),
  };
  try {
    const after = await perform(options.review, claims, act);
    log.info({ delivery: claims.deliveryId, act: claims.act }, 'acted by a signed link');
    const waiting = claims.act === 'release' && after.state === before.state;
    html(res, 200, donePage(claims, facts, waiting));
  } catch (error) {
    await database.transact((trx) => giveUseBack(trx, token));
    if (!(error instanceof UserError)) throw error;
    html(res, 409, refusedPage(error.message, facts.href));
  }
}

function perform(review: Review, { act, deliveryId }: LinkClaims, by: Act): Promise<Delivery> {
  switch (act) {
    case 'release':
      return review.release(deliveryId, by);
    case 'reject':
      return review.reject(deliveryId, by);
    case 'escalate':
      return review.escalate(deliveryId, by);
    case 'take_over':
      return review.takeOver(deliveryId, by);
    case 'close':
      return review.close(deliveryId, by);
  }
}

/** A browser says where a request comes from (Fetch Metadata); others say nothing, and have the proof to show. */
function isCrossSite(req: Request): boolean {
  const site = req.get('sec-fetch-site');
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}

function html(res: Response, status: number, text: string): void {
  res.status(status).type('html').send(text);
}
