import type { Trx } from '../store/database.ts';
import type { Channel } from './channels.ts';
import { newestOccurrence } from './channel-store.ts';
import type { NotifyConfig } from './config.ts';
import type { ContentSection, NotificationContent } from './content.ts';
import { itemsOf } from './item-store.ts';
import { clock, longDate } from './local-day.ts';
import type { Topic } from './topics.ts';
import { itemsOfChecks } from '../kill-switch/spot-check/answer-store.ts';
import { counted } from '../message/counted.ts';
import { reasonText } from './words.ts';

/** Most deliveries that one message shows; the rest is counted. */
const MAX_ITEMS = 5;
/** A flood is counted from here on, so that later messages tell its whole size. */
const FLOOD_MS = 6 * 3_600_000;

interface Scope {
  channel: Channel;
  config: NotifyConfig;
  /** Occurrences after this one … */
  after: number;
  /** … up to this one. */
  upTo: number;
  now: number;
}

/**
 * What a channel has not been told of yet and is still so: mail that somebody settled meanwhile is not mentioned.
 *
 * @returns `upTo`: the last occurrence it covers; `content`: null when there is nothing left to tell
 */
export async function gatherBatch(
  trx: Trx,
  input: Omit<Scope, 'upTo'>,
): Promise<{ upTo: number; content: NotificationContent | null }> {
  const scope: Scope = { ...input, upTo: await newestOccurrence(trx) };
  const { channel, now } = scope;
  const sections: ContentSection[] = [];
  for (const topic of channel.topics) {
    const section = await SECTIONS[topic](trx, scope);
    if (section !== null) sections.push(section);
  }
  if (sections.length === 0) return { upTo: scope.upTo, content: null };
  const date = longDate(now, channel.timeZone);
  const told = new Set(sections.map(({ topic }) => topic));
  return {
    upTo: scope.upTo,
    content: {
      title: `presend, ${date}: mail that needs a person`,
      summary: sections.map(({ headline }) => headline).join('. '),
      thread: `${date} ${channel.key}`,
      sections,
      mentions: channel.mentions
        .filter(({ topics }) => topics.some((topic) => told.has(topic)))
        .map(({ memberId }) => memberId),
    },
  };
}

const SECTIONS: Record<Topic, (trx: Trx, scope: Scope) => Promise<ContentSection | null>> = {
  held: heldSection,
  flood: floodSection,
  kill_switch: killSwitchSection,
  judge_warning: warningSection,
  due_soon: (trx, scope) =>
    stateSection(
      trx,
      scope,
      'due_soon',
      'held',
      (n) => `${counted(n, 'held mail')} due soon, and then not sent`,
    ),
  uncertain: (trx, scope) =>
    stateSection(
      trx,
      scope,
      'uncertain',
      'uncertain',
      (n) => `${counted(n, 'mail')} uncertain: the upstream gave no answer`,
    ),
  expired: (trx, scope) =>
    stateSection(trx, scope, 'expired', 'expired', (n) => `${counted(n, 'held mail')} expired and not sent`),
  spot_check: spotCheckSection,
};

/** Occurrences of a topic in scope, with their deliveries where those are still in the state. */
function stillSo(trx: Trx, { after, upTo }: Scope, topic: Topic, state: 'held' | 'uncertain' | 'expired') {
  return trx
    .selectFrom('notify_occurrences as o')
    .innerJoin('deliveries as d', 'd.id', 'o.delivery_id')
    .innerJoin('engines as e', 'e.id', 'd.engine_id')
    .where('o.id', '>', after)
    .where('o.id', '<=', upTo)
    .where('o.topic', '=', topic)
    .where('d.state', '=', state);
}

async function heldSection(trx: Trx, scope: Scope): Promise<ContentSection | null> {
  const { config, now, channel } = scope;
  const groups = await stillSo(trx, scope, 'held', 'held')
    .select(['d.hold_reason', 'e.name as engine', (eb) => eb.fn.min<number>('o.at').as('since')])
    .select((eb) => eb.fn.count<number>('d.id').distinct().as('count'))
    .groupBy(['d.hold_reason', 'e.name'])
    .orderBy('count', 'desc')
    .orderBy('d.hold_reason')
    .execute();
  if (groups.length === 0) return null;
  const total = groups.reduce((sum, group) => sum + group.count, 0);
  const since = Math.min(...groups.map((group) => group.since));
  const ofReason = new Map<string | null, number>();
  for (const { hold_reason, count: n } of groups) {
    ofReason.set(hold_reason, (ofReason.get(hold_reason) ?? 0) + n);
  }
  const floods: (string | null)[] = [...ofReason]
    .filter(([, n]) => n >= config.flood)
    .map(([reason]) => reason);
  const lines: string[] = [];
  for (const reason of floods) {
    const line = await floodLine(trx, scope, reason, ofReason.get(reason) ?? 0);
    if (line !== null) lines.push(line);
  }
  for (const group of groups.filter(({ hold_reason }) => !floods.includes(hold_reason))) {
    lines.push(`${group.count} for ${reasonText(group.hold_reason)}, engine ${group.engine}`);
  }
  // A flood is read by a sample; what stands alone is what a person may have to act on.
  const urgent = await mostUrgent(trx, scope, floods);
  return {
    topic: 'held',
    headline: `${counted(total, 'mail')} held since ${clock(since, now, channel.timeZone)}`,
    lines,
    items: await itemsOf(trx, urgent, scope),
  };
}

/** Ids of the held deliveries that expire first, the oldest of those first; of floods only where nothing else is held. */
async function mostUrgent(trx: Trx, scope: Scope, floods: (string | null)[]): Promise<string[]> {
  const pick = (limit: number, reasons: { only?: string | null; without?: (string | null)[] }) => {
    let query = stillSo(trx, scope, 'held', 'held')
      .select('d.id')
      .groupBy(['d.id', 'd.expires_at', 'd.created_at'])
      .orderBy('d.expires_at')
      .orderBy('d.created_at')
      .orderBy('d.id')
      .limit(limit);
    const { only, without = [] } = reasons;
    if (only !== undefined) query = query.where('d.hold_reason', only === null ? 'is' : '=', only);
    if (without.includes(null)) query = query.where('d.hold_reason', 'is not', null);
    const named = without.filter((reason) => reason !== null);
    if (named.length > 0) {
      query = query.where((eb) =>
        eb.or([eb('d.hold_reason', 'is', null), eb('d.hold_reason', 'not in', named)]),
      );
    }
    return query.execute();
  };
  const ids = (await pick(MAX_ITEMS, { without: floods })).map(({ id }) => id);
  for (const reason of floods) {
    if (ids.length >= MAX_ITEMS) break;
    ids.push(...(await pick(1, { only: reason })).map(({ id }) => id));
  }
  return ids;
}

async function floodLine(
  trx: Trx,
  { now, channel }: Scope,
  reason: string | null,
  fresh: number | null,
): Promise<string | null> {
  const { since, count: total } = await trx
    .selectFrom('notify_occurrences as o')
    .innerJoin('deliveries as d', 'd.id', 'o.delivery_id')
    .select((eb) => [
      eb.fn.min<number | null>('o.at').as('since'),
      eb.fn.count<number>('d.id').distinct().as('count'),
    ])
    .where('o.topic', '=', 'held')
    .where('o.at', '>', now - FLOOD_MS)
    .where('d.state', '=', 'held')
    .where('d.hold_reason', reason === null ? 'is' : '=', reason)
    .executeTakeFirstOrThrow();
  if (since === null) return null;
  const added = fresh === null || fresh >= total ? '' : `, ${fresh} of them new`;
  return `${total} held since ${clock(since, now, channel.timeZone)} for one cause: ${reasonText(reason)}${added}`;
}

/** For who hears of floods, but not of every hold. */
async function floodSection(trx: Trx, scope: Scope): Promise<ContentSection | null> {
  if (scope.channel.topics.includes('held')) return null;
  const rows = await trx
    .selectFrom('notify_occurrences')
    .select('note')
    .where('id', '>', scope.after)
    .where('id', '<=', scope.upTo)
    .where('topic', '=', 'flood')
    .orderBy('id')
    .execute();
  const lines: string[] = [];
  for (const { note } of rows) {
    const line = await floodLine(trx, scope, note === '' ? null : note, null);
    if (line !== null) lines.push(line);
  }
  if (lines.length === 0) return null;
  return {
    topic: 'flood',
    headline: lines.length === 1 ? 'A flood of held mail' : `${lines.length} floods of held mail`,
    lines,
    items: [],
  };
}

async function killSwitchSection(
  trx: Trx,
  { after, upTo, now, channel, config }: Scope,
): Promise<ContentSection | null> {
  const rows = await trx
    .selectFrom('notify_occurrences as o')
    .leftJoin('engines as e', 'e.id', 'o.note')
    .leftJoin('deliveries as d', 'd.id', 'o.delivery_id')
    .select(['o.at', 'o.note', 'e.name', 'e.mode', 'd.recipient'])
    .select((eb) =>
      eb
        .selectFrom('brand_damage_reports as r')
        .select('r.what_happened')
        .whereRef('r.delivery_id', '=', 'o.delivery_id')
        .whereRef('r.at', '=', 'o.at')
        .orderBy('r.id', 'desc')
        .limit(1)
        .as('what_happened'),
    )
    .where('o.id', '>', after)
    .where('o.id', '<=', upTo)
    .where('o.topic', '=', 'kill_switch')
    .orderBy('o.id')
    .execute();
  const lines = rows.flatMap(({ at, note, name, mode, recipient, what_happened }) => {
    const time = clock(at, now, channel.timeZone);
    if (what_happened !== null && config.detail === 'full') {
      return [`${time} ${note ?? ''}. It went to ${recipient}: ${what_happened}`];
    }
    if (name === null) return [`${time} ${note ?? ''}`];
    return mode === 'stopped' ? [`${time} Engine ${name} is stopped: all its mail is held`] : [];
  });
  if (lines.length === 0) return null;
  return { topic: 'kill_switch', headline: 'The kill switch acted', lines: lines.slice(-20), items: [] };
}

/** Checks with items that nobody has answered. */
async function spotCheckSection(trx: Trx, { after, upTo }: Scope): Promise<ContentSection | null> {
  const rows = await trx
    .selectFrom('notify_occurrences as o')
    .select('o.note')
    .where('o.id', '>', after)
    .where('o.id', '<=', upTo)
    .where('o.topic', '=', 'spot_check')
    .execute();
  const checks = rows.map(({ note }) => Number(note));
  if (checks.length === 0) return null;
  const left = (await itemsOfChecks(trx, checks)).filter(({ answers }) => answers.length === 0).length;
  if (left === 0) return null;
  return {
    topic: 'spot_check',
    headline: `${counted(left, 'decision')} drawn for a spot check`,
    lines: ['Judge them without seeing the verdict: page “Spot check”, or presend spot-check label'],
    items: [],
  };
}

async function warningSection(
  trx: Trx,
  { after, upTo, now, channel }: Scope,
): Promise<ContentSection | null> {
  const rows = await trx
    .selectFrom('notify_occurrences')
    .select(['at', 'note'])
    .where('id', '>', after)
    .where('id', '<=', upTo)
    .where('topic', '=', 'judge_warning')
    .orderBy('id')
    .execute();
  if (rows.length === 0) return null;
  const lines = rows.map(({ at, note }) => `${clock(at, now, channel.timeZone)} ${note ?? ''}`);
  return {
    topic: 'judge_warning',
    headline: 'The kill switch warns; the adapter judges on',
    lines: lines.slice(-20),
    items: [],
  };
}

async function stateSection(
  trx: Trx,
  scope: Scope,
  topic: Topic,
  state: 'held' | 'uncertain' | 'expired',
  headline: (n: number) => string,
): Promise<ContentSection | null> {
  const groups = await stillSo(trx, scope, topic, state)
    .select(['d.hold_reason', 'e.name as engine'])
    .select((eb) => eb.fn.count<number>('d.id').distinct().as('count'))
    .groupBy(['d.hold_reason', 'e.name'])
    .orderBy('count', 'desc')
    .execute();
  if (groups.length === 0) return null;
  const ids = await stillSo(trx, scope, topic, state)
    .select('d.id')
    .groupBy(['d.id', 'd.expires_at', 'd.created_at'])
    .orderBy('d.expires_at')
    .orderBy('d.created_at')
    .limit(MAX_ITEMS)
    .execute();
  return {
    topic,
    headline: headline(groups.reduce((sum, group) => sum + group.count, 0)),
    lines: groups
      .slice(0, 10)
      .map((group) =>
        state === 'uncertain'
          ? `${group.count} of engine ${group.engine}`
          : `${group.count} for ${reasonText(group.hold_reason)}, engine ${group.engine}`,
      ),
    items: await itemsOf(
      trx,
      ids.map(({ id }) => id),
      scope,
    ),
  };
}
