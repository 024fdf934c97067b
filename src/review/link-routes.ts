import { Router, urlencoded } from 'express';
import { UserError } from '../config/user-error.ts';
import { escapeHtml, page } from '../http/page.ts';
import type { Database } from '../store/database.ts';
import { type LinkAct, readLink } from './links.ts';
import type { Review } from './review.ts';

const TITLES: Record<LinkAct, { title: string; button: string; done: string }> = {
  release: {
    title: 'Release this mail',
    button: 'Release to the recipient',
    done: 'Released. It is on its way to the recipient.',
  },
  take_over: {
    title: 'Take this prospect over',
    button: 'Take over',
    done: 'Taken over. The mail is closed and every engine is paused for this prospect.',
  },
  close: { title: 'Close without sending', button: 'Close', done: 'Closed. The mail was not sent.' },
};

const METHODS = { release: 'release', take_over: 'takeOver', close: 'close' } as const;

/** Signed links of an escalation: GET shows what would happen (mail scanners prefetch), POST does it. */
export function linkRoutes({
  key,
  review,
  database,
  now,
}: {
  key: Buffer;
  review: Review;
  database: Database;
  now: () => number;
}): Router {
  const router = Router();
  const expired = page(
    'This link is no longer valid',
    '<p>It expired or was changed on the way. Ask your operator to look the mail up with <code>presend show</code>.</p>',
  );

  const approved = page(
    'Approved',
    '<p>Your approval is noted. Another person has to release this mail too before it leaves.</p>',
  );

  router.get('/:token', async (req, res) => {
    const claims = readLink(key, req.params.token, now());
    if (!claims) return void res.status(410).type('html').send(expired);
    const row = await database.db
      .selectFrom('deliveries')
      .innerJoin('messages', 'messages.id', 'deliveries.message_id')
      .select(['deliveries.recipient', 'deliveries.state', 'messages.subject', 'deliveries.note'])
      .where('deliveries.id', '=', claims.deliveryId)
      .executeTakeFirst();
    if (!row) return void res.status(410).type('html').send(expired);
    const { title, button } = TITLES[claims.act];
    const facts = `<dl><dt>To</dt><dd>${escapeHtml(row.recipient)}</dd><dt>Subject</dt><dd>${escapeHtml(row.subject ?? '(none)')}</dd><dt>Why it was stopped</dt><dd>${escapeHtml(row.note ?? '')}</dd></dl>`;
    const form =
      row.state === 'escalated'
        ? `<form method="post"><button>${escapeHtml(button)}</button></form>`
        : `<p>It was settled already: the mail is ${escapeHtml(row.state)}.</p>`;
    res.type('html').send(page(title, facts + form));
  });

  router.post('/:token', urlencoded({ extended: false, limit: '1kb' }), async (req, res) => {
    const claims = readLink(key, req.params['token'] ?? '', now());
    if (!claims) return void res.status(410).type('html').send(expired);
    const { deliveryId, act, person } = claims;
    const by = { actor: person };
    try {
      const after = await review[METHODS[act]](deliveryId, by);
      // Four-eyes: it is as it was, with one approval more.
      if (act === 'release' && after.state !== 'relaying') return void res.type('html').send(approved);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return void res
        .status(409)
        .type('html')
        .send(page('Not done', `<p>${escapeHtml(error.message)}</p>`));
    }
    res.type('html').send(page('Done', `<p>${escapeHtml(TITLES[act].done)}</p>`));
  });
  return router;
}
