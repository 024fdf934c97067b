import type { Kysely } from 'kysely';
import { type Day, dayBefore, dayOf } from '../config/local-time.ts';
import type { Trx } from '../store/database.ts';
import type { Schema } from '../store/schema.ts';
import type { Channel } from './channels.ts';
import type { NotifyConfig } from './config.ts';
import type { ContentSection, NotificationContent } from './content.ts';
import { itemsOf } from './item-store.ts';
import { longDate, span } from './local-day.ts';
import { counted } from '../message/counted.ts';
import { reasonText } from './words.ts';

type Reader = Pick<Kysely<Schema>, 'selectFrom'>;

const MAX_ITEMS = 5;
const MAX_LINES = 12;

interface Scope {
  channel: Channel;
  config: NotifyConfig;
  now: number;
  yesterday: Day;
}

/**
 * A day's digest: what is held and due, what was decided the day before, what reviewers said of the judge, how upstreams did.
 *
 * @returns null when there is nothing to say
 */
export async function gatherDigest(
  trx: Trx,
  { channel, config, now }: { channel: Channel; config: NotifyConfig; now: number },
): Promise<NotificationContent | null> {
  const today = dayOf(now, channel.timeZone);
  const scope: Scope = { channel, config, now, yesterday: dayBefore(today, channel.timeZone) };
  const parts = [heldNow, dueNext, decidedYesterday, judgeWasWrong, upstreamTrouble];
  const sections: ContentSection[] = [];
  for (const part of parts) {
    const section = await part(trx, scope);
    if (section !== null) sections.push(section);
  }
  return sections.length === 0 ? null : digestOf(scope, sections);
}

/** For who wants a digest on quiet days, too. */
export function emptyDigest({ channel, now }: { channel: Channel; now: number }): NotificationContent {
  const headline = 'Nothing is held, nothing is due and nothing was decided yesterday';
  return digestOf({ channel, now }, [{ topic: 'digest', headline, lines: [], items: [] }]);
}

function digestOf(
  { channel, now }: Pick<Scope, 'channel' | 'now'>,
  sections: ContentSection[],
): NotificationContent {
  const date = longDate(now, channel.timeZone);
  return {
    title: `presend, ${date}: daily digest`,
    summary: sections.map(({ headline }) => headline).join('. '),
    thread: `${date} ${channel.key} digest`,
    sections,
    mentions: [],
  };
}

const section = (headline: string, lines: string[], items: ContentSection['items'] = []): ContentSection => ({
  topic: 'digest',
  headline,
  lines: lines.slice(0, MAX_LINES),
  items,
});

const AGES: { under: number; label: string }[] = [
  { under: 4 * 3_600_000, label: 'under 4 h' },
  { under: 24 * 3_600_000, label: '4 to 24 h' },
  { under: 3 * 86_400_000, label: '1 to 3 d' },
  { under: Number.POSITIVE_INFINITY, label: 'over 3 d' },
];

async function heldNow(db: Reader, { now }: Scope): Promise<ContentSection | null> {
  const held = db.selectFrom('deliveries').where('state', '=', 'held').where('kind', '=', 'mail');
  const reasons = await held
    .select(['hold_reason', (eb) => eb.fn.countAll<number>().as('count')])
    .select((eb) => eb.fn.min<number>('created_at').as('oldest'))
    .groupBy('hold_reason')
    .orderBy('count', 'desc')
    .execute();
  if (reasons.length === 0) return null;
  const total = reasons.reduce((sum, one) => sum + one.count, 0);
  const ages: string[] = [];
  let from = 0;
  for (const { under, label } of AGES) {
    const { n } = await held
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where('created_at', '<=', now - from)
      .$if(under !== Number.POSITIVE_INFINITY, (query) => query.where('created_at', '>', now - under))
      .executeTakeFirstOrThrow();
    if (n > 0) ages.push(`${n} ${label}`);
    from = under;
  }
  return section(`${counted(total, 'mail')} held now`, [
    `by age: ${ages.join(', ')}`,
    ...reasons.map(
      ({ hold_reason, count: n, oldest }) =>
        `${n} for ${reasonText(hold_reason)}, the oldest since ${span(now - oldest)}`,
    ),
  ]);
}

async function dueNext(trx: Trx, scope: Scope): Promise<ContentSection | null> {
  const due = trx
    .selectFrom('deliveries')
    .where('state', '=', 'held')
    .where('kind', '=', 'mail')
    // Not only until midnight: what expires in the night is today's work.
    .where('expires_at', '<', scope.now + 24 * 3_600_000);
  const { n } = await due.select((eb) => eb.fn.countAll<number>().as('n')).executeTakeFirstOrThrow();
  if (n === 0) return null;
  const rows = await due.select('id').orderBy('expires_at').orderBy('id').limit(MAX_ITEMS).execute();
  const items = await itemsOf(
    trx,
    rows.map(({ id }) => id),
    scope,
  );
  return section(`${counted(n, 'held mail')} due within 24 hours, and then not sent`, [], items);
}

const DECIDED: Record<string, string> = {
  release: 'released',
  reject: 'rejected',
  escalate: 'forwarded to account owners',
  close: 'closed',
  expire: 'expired without a decision',
};

async function decidedYesterday(db: Reader, { yesterday }: Scope): Promise<ContentSection | null> {
  const rows = await db
    .selectFrom('audit')
    .select(['action', (eb) => eb.fn.count<number>('subject_id').distinct().as('count')])
    .where('subject_type', '=', 'delivery')
    .where('action', 'in', Object.keys(DECIDED))
    .where('at', '>=', yesterday.start)
    .where('at', '<', yesterday.end)
    .groupBy('action')
    .execute();
  if (rows.length === 0) return null;
  const labels = await db
    .selectFrom('labels')
    .select(['right', (eb) => eb.fn.countAll<number>().as('count')])
    .where('at', '>=', yesterday.start)
    .where('at', '<', yesterday.end)
    .groupBy('right')
    .execute();
  const said = { right: 'right', wrong: 'wrong', not_sure: 'not sure' } as const;
  const told = labels.map(({ right, count: n }) => `${n} ${said[right]}`);
  const by = Object.entries(DECIDED).flatMap(([action, word]) => {
    const found = rows.find((row) => row.action === action);
    return found ? [`${found.count} ${word}`] : [];
  });
  const total = rows.reduce((sum, row) => sum + row.count, 0);
  return section(`${counted(total, 'decision')} yesterday`, [
    ...by,
    ...(told.length > 0 ? [`Was the judge right? ${told.join(', ')}`] : []),
  ]);
}

/** False positives, as reviewers said. */
async function judgeWasWrong(trx: Trx, scope: Scope): Promise<ContentSection | null> {
  const { yesterday } = scope;
  const wrong = trx
    .selectFrom('labels as l')
    .innerJoin('deliveries as d', 'd.id', 'l.delivery_id')
    .where('l.right', '=', 'wrong')
    .where('l.at', '>=', yesterday.start)
    .where('l.at', '<', yesterday.end);
  const groups = await wrong
    .select(['d.hold_reason', (eb) => eb.fn.countAll<number>().as('count')])
    .groupBy('d.hold_reason')
    .orderBy('count', 'desc')
    .execute();
  if (groups.length === 0) return null;
  const rows = await wrong.select(['d.id', 'l.actor']).orderBy('l.at', 'desc').limit(MAX_ITEMS).execute();
  const items = await itemsOf(
    trx,
    rows.map(({ id }) => id),
    scope,
  );
  const total = groups.reduce((sum, group) => sum + group.count, 0);
  return section(
    `The judge was wrong ${counted(total, 'time')}, reviewers said yesterday`,
    groups.map(({ hold_reason, count: n }) => `${n} for ${reasonText(hold_reason)}`),
    items,
  );
}

async function upstreamTrouble(db: Reader, { yesterday, now }: Scope): Promise<ContentSection | null> {
  const failed = await db
    .selectFrom('attempts')
    .select(['upstream', 'outcome', (eb) => eb.fn.countAll<number>().as('count')])
    .where('outcome', 'in', ['temporary', 'permanent', 'lost'])
    .where('finished_at', '>=', yesterday.start)
    .where('finished_at', '<', now)
    .groupBy(['upstream', 'outcome'])
    .orderBy('upstream')
    .execute();
  const waiting = await db
    .selectFrom('deliveries')
    .select(['state', (eb) => eb.fn.countAll<number>().as('count')])
    .where('state', 'in', ['deferred', 'uncertain'])
    .where('kind', '=', 'mail')
    .groupBy('state')
    .execute();
  const lines = [
    ...failed.map(
      ({ upstream, outcome, count: n }) =>
        `${upstream || 'any upstream'}: ${counted(n, 'attempt')} ${WENT[outcome!]}`,
    ),
    ...waiting.map(({ state, count: n }) =>
      state === 'deferred' ? `${counted(n, 'mail')} deferred now` : `${counted(n, 'mail')} uncertain now`,
    ),
  ];
  return lines.length === 0 ? null : section('Upstreams had trouble since yesterday', lines);
}

const WENT: Record<string, string> = {
  temporary: 'put off by it',
  permanent: 'refused by it',
  lost: 'without an answer',
};
