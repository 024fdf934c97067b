import type { Kysely } from 'kysely';
import type { ProspectSnapshot } from '../../crm/prospect.ts';
import { openMail } from '../../off-loop/mail.ts';
import type { Schema } from '../../store/schema.ts';
import { type AnsweredItem, CHANGE_MS, itemsOfChecks } from './answer-store.ts';
import { type SpotCheck, listChecks } from './draw-store.ts';
import { inOrder } from './order.ts';
import { isOpen } from './results.ts';
import { isRight, truthOf } from './truth.ts';
import { mailOf, verdictOf } from './view-store.ts';
import type { BlindMail, BlindRecord, ItemView, OpenItem, Revealed, RuleChoice } from './web-types.ts';

type Db = Kysely<Schema>;

/** Newest checks of which the results are shown: half a year of weeks. */
export const SHOWN_CHECKS = 26;

/** An item as one person may see it: blind until they have answered. */
export async function itemView(
  db: Db,
  item: AnsweredItem,
  { person, now }: { person: string; now: number },
): Promise<ItemView> {
  const all = inOrder(await itemsOfChecks(db, [item.check_id]));
  const verdict = await verdictOf(db, item);
  const answered = item.answers.some(({ person_key: key }) => key === person);
  return {
    id: item.id,
    check_id: item.check_id,
    position: all.findIndex(({ id }) => id === item.id) + 1,
    of: all.length,
    mail: await blindMail(db, item),
    record: verdict?.prospect ? blindRecord(verdict.prospect) : null,
    revealed: answered
      ? { ...revealed(item, person), verdict, change_until: changeUntil(item, person, now) }
      : null,
  };
}

async function blindMail(db: Db, item: AnsweredItem): Promise<BlindMail | null> {
  const kept = await mailOf(db, item);
  if (!kept) return null;
  const { draft, headers, attachments } = await openMail(kept.raw);
  const from = headers.find(({ name }) => name.toLowerCase() === 'from')?.value ?? '';
  return {
    from,
    to: kept.recipient,
    subject: draft.subject,
    body: draft.body,
    segments: draft.segments,
    attachments: attachments.map(({ filename, contentType }) => filename ?? contentType),
    received_at: kept.received_at,
  };
}

/** What the judge's search found alike (`shared`) hints at its verdict; the texts themselves are needed to judge. */
function blindRecord({ foreign, ...record }: ProspectSnapshot): BlindRecord {
  return {
    ...record,
    foreign: foreign.map((one) => {
      const text = { ...one };
      delete text.shared;
      return text;
    }),
  };
}

/** What the judge decided and people answered. @param person whose answer is called theirs */
export function revealed(item: AnsweredItem, person: string): Omit<Revealed, 'verdict' | 'change_until'> {
  const truth = truthOf(item.answers);
  return {
    delivery_id: item.delivery_id,
    decision: item.decision,
    rule: item.rule,
    adapter_version: item.adapter_version,
    answers: item.answers.map(({ person_key: key, person_name: by, decision, rule, note, at }) => ({
      by,
      mine: key === person,
      decision,
      rule: rule as RuleChoice | null,
      note,
      at,
    })),
    truth: truth.state,
    right: truth.state === 'agreed' ? isRight(item.decision, truth.decision) : null,
  };
}

function changeUntil(item: AnsweredItem, person: string, now: number): number | null {
  const own = item.answers.find(({ person_key: key }) => key === person);
  return own && now <= own.at + CHANGE_MS ? own.at + CHANGE_MS : null;
}

/** What a person can answer: items of open checks, those of the newest first. */
export async function openItems(
  db: Db,
  { person, now }: { person: string; now: number },
): Promise<OpenItem[]> {
  const checks = (await listChecks(db, SHOWN_CHECKS)).filter((check) => isOpen(check, now));
  const items = await itemsOfChecks(
    db,
    checks.map(({ id }) => id),
  );
  return checks.flatMap((check) => openItemsOf(check, items, person));
}

function openItemsOf(check: SpotCheck, items: readonly AnsweredItem[], person: string): OpenItem[] {
  const own = inOrder(items.filter(({ check_id: id }) => id === check.id));
  return own.map(({ id, answers }, i) => ({
    id,
    check_id: check.id,
    position: i + 1,
    of: own.length,
    mine: answers.some(({ person_key: key }) => key === person),
    settled: answers.some(({ person_key: key, decision }) => key !== person && decision !== 'not_sure'),
  }));
}

/** Nobody else has settled it, and the person has not answered. */
export function isWaiting({ mine, settled }: OpenItem): boolean {
  return !mine && !settled;
}
