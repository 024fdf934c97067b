import { aliasRecords } from '../crm/aliases.ts';
import { channelsOf, possibleOptOut, suppressionsHolding } from '../crm/suppression-store.ts';
import { findProspect, snapshot } from '../crm/snapshot.ts';
import type { ProspectSnapshot } from '../crm/prospect.ts';
import { findThread } from '../crm/threads.ts';
import { findEngine } from '../intake/engine-store.ts';
import type { Rubric } from '../judge/rubric.ts';
import type { Draft } from '../message/types.ts';
import type { ProviderName } from '../message/provider.ts';
import { spanTime } from '../observability/tracing.ts';
import { breathe } from '../off-loop/breathe.ts';
import { findClues } from '../off-loop/clues.ts';
import { judgeMail } from '../off-loop/judge.ts';
import { parseMail } from '../off-loop/mail.ts';
import { turns } from '../off-loop/turns.ts';
import { readRaw } from '../queue/store.ts';
import type { Database } from '../store/database.ts';
import { together } from '../store/together.ts';
import { type AdapterBench, consultNow } from './consult-adapter.ts';
import type { JudgeDelivery } from './process-message.ts';
import type { Rejudge } from './rejudge.ts';
import { leavesByApi, readRequestHead, withTroubleOf } from './route.ts';

const isoDate = (at: number): string => new Date(at).toISOString().slice(0, 10);

/**
 * Judges one delivery: finds the recipient in the CRM mirror, takes the snapshot that this draft needs, and asks the rules.
 * An unknown recipient is still checked against the suppressions by address and domain.
 */
export function createJudge({
  database,
  rubric,
}: {
  database: Database;
  /** Asked for every mail, so that a change holds for the next one. */
  rubric: () => Rubric;
}): JudgeDelivery {
  const { db } = database;
  return async ({ parsed, engine, address, now }) => {
    await breathe();
    const began = spanTime();
    const { draft, headers, trouble } = parsed;
    const [found, aliases] = await together([
      findProspect(db, {
        address,
        prospectIdHint: engine.trustedHeaders ? headers.prospectId : null,
      }),
      aliasRecords(db, address),
    ]);
    const doubts = [...trouble];
    const snapshotFor = async (): Promise<ProspectSnapshot | null> => {
      if (!found) return null;
      const threadId = await findThread(db, {
        prospectId: found.prospect.id,
        prospectThreadId: found.prospect.thread_id,
        inReplyTo: headers.inReplyTo,
        references: headers.references,
        threadIdHint: engine.trustedHeaders ? headers.threadId : null,
      });
      const { names, fingerprints, trouble: unread } = await cluesIn(draft);
      doubts.push(...unread);
      return snapshot(db, {
        found,
        address,
        threadId,
        names,
        fingerprints,
        today: isoDate(now),
      });
    };
    const [prospect, suppressions, doubted] = await together([
      snapshotFor(),
      found ? [] : suppressionsHolding(db, address),
      possibleOptOut(db, [address, ...(found ? [found.prospect.address] : [])]),
    ]);
    const looked = spanTime();
    const verdict = await judgeMail({
      draft,
      headers,
      trouble: doubts,
      prospect,
      suppressedChannels: channelsOf(suppressions),
      suppressions,
      possibleOptOut: doubted,
      aliases,
      channel: 'email',
      today: isoDate(now),
      rubric: rubric(),
    });
    const ended = spanTime();
    return {
      prospectId: found?.prospect.id ?? null,
      takenOverBy: found?.prospect.taken_over_by ?? null,
      input: prospect && { draft, prospect, channel: 'email', today: isoDate(now) },
      verdict: { ...verdict, latency_ms: ended - began },
      took: { began, lookupMs: looked - began, rulesMs: ended - looked },
    };
  };
}

/** Of drafts in hand: a mail may have a hundred recipients. */
const clues = new WeakMap<Draft, ReturnType<typeof findClues>>();

/** What the CRM mirror is asked about a draft. */
function cluesIn(draft: Draft): ReturnType<typeof findClues> {
  const known = clues.get(draft);
  if (known) return known;
  const found = findClues(draft);
  clues.set(draft, found);
  // Gate trouble passes: it is looked for again with the next try.
  found.catch(() => clues.delete(draft));
  return found;
}

/** Judges a stored delivery's text again, with today's record, by the rules and the adapter (`bench`; null = none). */
export function createRejudge({
  database,
  judge,
  bench,
  accounts,
  now,
}: {
  database: Database;
  judge: JudgeDelivery;
  accounts: ReadonlySet<ProviderName>;
  bench: AdapterBench | null;
  now: () => number;
}): Rejudge {
  return async (delivery, revision) => {
    const engine = await findEngine(database.db, delivery.engine_id);
    if (!engine)
      throw new Error(`delivery ${delivery.id} names engine ${delivery.engine_id}, which does not exist`);
    const text = revision ?? delivery.body_revision;
    const raw = await readRaw(database.db, delivery.message_id, text);
    const request = await readRequestHead(database.db, delivery.message_id);
    const parsed = withTroubleOf(
      await parseMail(raw),
      leavesByApi(request, engine, accounts) ? request : null,
    );
    // Nobody waits for it who could not: not beside the reading of a large mail while memory is short.
    const byRules = await turns.run(() => judge({ parsed, engine, address: delivery.recipient, now: now() }));
    const { adapter_failures } = await database.db
      .selectFrom('messages')
      .select('adapter_failures')
      .where('id', '=', delivery.message_id)
      .executeTakeFirstOrThrow();
    const failedBefore = text === 0 && adapter_failures > 0;
    const verdict = await consultNow(bench, byRules, { failedBefore });
    return { ...byRules, verdict: verdict ?? byRules.verdict };
  };
}
