import type { Config } from '../config/config.ts';
import { pendingEvents } from '../events/event-log-store.ts';
import type { Database } from '../store/database.ts';
import type { HealthAnswer, HealthCheck } from './health-check.ts';
import {
  givenUpEvents,
  mailboxCursors,
  newestAttempts,
  newestSyncs,
  writeBackCounts,
} from './health-store.ts';
import { counted } from '../message/counted.ts';
import { lasting } from './words.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What the gate exchanges with others: upstreams, webhooks, lists of providers, mailboxes. */
export function exchangeChecks({
  database: { db },
  config,
  now,
}: {
  database: Database;
  config: Config;
  now: () => number;
}): HealthCheck[] {
  return [
    {
      id: 'upstream',
      group: 'Exchange',
      title: 'Upstream',
      look: async () => {
        const names = [...config.upstreams.map(({ name }) => name), ...Object.keys(config.providers)];
        const rows = await newestAttempts(db, now() - HOUR);
        if (names.length === 0) {
          return {
            state: 'warn',
            detail:
              'No upstream is configured: mail that is let go is written to the outbox folder and reaches nobody.',
            advice: 'Name your mail provider in the settings when you want mail to leave.',
          };
        }
        return names.map((name) =>
          upstreamAnswer(
            name,
            rows.filter(({ upstream }) => upstream === name),
            now(),
          ),
        );
      },
    },
    {
      id: 'events',
      group: 'Exchange',
      title: "Events for engines' webhooks",
      look: async () => {
        const { count, oldest } = await pendingEvents(db);
        const lost = await givenUpEvents(db, now() - DAY);
        const age = oldest === null ? 0 : now() - oldest;
        const detail = `${count === 0 ? 'None waits' : `${counted(count, 'waits', 'wait')}, the oldest for ${lasting(age)}`}; ${lost} given up in the last day.`;
        const advice = 'See which webhook does not answer: presend events list';
        if (age > 4 * HOUR) return { state: 'bad', detail, advice };
        return age > 15 * MINUTE || lost > 0 ? { state: 'warn', detail, advice } : { state: 'ok', detail };
      },
    },
    {
      id: 'write_backs',
      group: 'Exchange',
      title: 'Opt-outs told to others',
      look: async () => {
        const rows = await writeBackCounts(db);
        if (rows.length === 0) return { state: 'ok', detail: 'All are told.' };
        const failed = rows.filter(({ state }) => state === 'failed');
        const waiting = rows.filter(({ state }) => state === 'pending');
        const say = (list: typeof rows): string =>
          list.map(({ target, count }) => `${count} at ${target}`).join(', ');
        const age = Math.max(0, ...waiting.map(({ oldest }) => now() - (oldest ?? now())));
        const detail = [
          ...(failed.length > 0 ? [`Failed: ${say(failed)}.`] : []),
          ...(waiting.length > 0 ? [`Waiting: ${say(waiting)}, the oldest for ${lasting(age)}.`] : []),
        ].join(' ');
        const advice =
          'presend keeps these people out anyway; so that others do too: presend write-backs list';
        if (failed.length > 0) return { state: 'bad', detail, advice };
        return age > HOUR ? { state: 'warn', detail, advice } : { state: 'ok', detail };
      },
    },
    {
      id: 'crm_sync',
      group: 'Exchange',
      title: 'CRM mirror',
      look: async () => {
        if (config.hubspot === null) return null;
        const { newest, doneAt } = await newestSyncs(db);
        const age = doneAt === null ? null : now() - doneAt;
        const detail =
          age === null ? 'It was never synced with HubSpot.' : `Synced with HubSpot ${lasting(age)} ago.`;
        const advice = 'See what went wrong under HubSpot sync: stale records are held.';
        if (newest?.state === 'failed')
          return { state: 'bad', detail: `${detail} The newest sync failed.`, advice };
        return age === null || age > DAY ? { state: 'warn', detail, advice } : { state: 'ok', detail };
      },
    },
    {
      id: 'mailbox',
      group: 'Exchange',
      title: 'Mailbox for replies',
      look: async () => {
        if (config.replies.imap.length === 0) return null;
        const cursors = await mailboxCursors(db);
        return config.replies.imap.map(({ name, host }): HealthAnswer => {
          const cursor = cursors.find(({ mailbox }) => mailbox === name);
          return cursor
            ? {
                state: 'ok',
                detail: `${name}: the newest reply was taken in ${lasting(now() - cursor.updated_at)} ago.`,
              }
            : {
                state: 'warn',
                detail: `${name}: nothing was read from it yet.`,
                advice: `If replies have come, see the log for ${host}.`,
              };
        });
      },
    },
  ];
}

function upstreamAnswer(
  name: string,
  rows: Awaited<ReturnType<typeof newestAttempts>>,
  now: number,
): HealthAnswer {
  const count = (outcome: string): number => rows.find((row) => row.outcome === outcome)?.count ?? 0;
  const total = rows.reduce((sum, row) => sum + row.count, 0);
  if (total === 0) return { state: 'ok', detail: `${name}: no attempt in the last hour.` };
  const good = count('delivered');
  const lastGood = rows.find(({ outcome }) => outcome === 'delivered')?.last ?? null;
  const lastBad = Math.max(
    0,
    ...rows.filter(({ outcome }) => outcome !== 'delivered').map(({ last }) => last ?? 0),
  );
  const detail = `${name}: ${good} of ${counted(total, 'attempt')} of the last hour arrived${lastGood === null ? '' : `, the last ${lasting(now - lastGood)} ago`}.`;
  const advice = 'See what it answers under Insight, Upstreams.';
  if (good === 0 && total >= 3) return { state: 'bad', detail, advice };
  return lastBad > (lastGood ?? 0) || good / total < 0.8
    ? { state: 'warn', detail, advice }
    : { state: 'ok', detail };
}
