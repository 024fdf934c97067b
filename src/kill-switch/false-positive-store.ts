import type { Kysely } from 'kysely';
import { decidingRule } from '../judge/deciding-rule.ts';
import type { AdapterRecord, Finding, Verdict } from '../judge/verdict.ts';
import type { Schema } from '../store/schema.ts';
import type { Answer, WindowDelivery } from './windows.ts';

type Reader = Pick<Kysely<Schema>, 'selectFrom'>;

const PAGE = 1_000;
/** Verdicts looked back over: a window of 500 prospects has seldom more. */
const MAX_VERDICTS = 20_000;

/**
 * The newest delivery that an active adapter had a part in, to each of the last `prospects` distinct prospects, with its newest
 * label; oldest first, of one engine's mail if that is asked for. A delivery that was judged again counts by its newest verdict;
 * one that the adapter did not stop and that did not pass either counts not at all.
 */
export async function newestPerProspect(
  {
    db,
    version,
    since,
    engine = null,
  }: { db: Reader; version: string; since: number; engine?: string | null },
  prospects: number,
): Promise<(WindowDelivery & { answer: Answer })[]> {
  const window = new Map<string, WindowDelivery & { answer: Answer }>();
  /** Left out by their newest verdict: an earlier one does not count instead. */
  const leftOut = new Set<string>();
  let before = Number.MAX_SAFE_INTEGER;
  for (let seen = 0; seen < MAX_VERDICTS && window.size < prospects; seen += PAGE) {
    const rows = await page(db, { version, since, before, engine });
    for (const { delivery_id: delivery, prospect_id: prospect, right: answer, ...verdict } of rows) {
      if (prospect === null || window.has(prospect) || window.size >= prospects) continue;
      if ((JSON.parse(verdict.adapter!) as AdapterRecord).mode !== 'active') continue;
      const stopped = stoppedByAdapter(verdict);
      // What a rule or another doubt stopped tells nothing about the adapter, and it did not go either.
      if (!stopped && verdict.decision !== 'PASS') leftOut.add(delivery);
      if (leftOut.has(delivery)) continue;
      window.set(prospect, { delivery, prospect, stopped, answer });
    }
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) break;
    before = last.id;
  }
  return [...window.values()].toReversed();
}

function page(
  db: Reader,
  {
    version,
    since,
    before,
    engine,
  }: { version: string; since: number; before: number; engine: string | null },
) {
  const query = db
    .selectFrom('verdicts')
    .innerJoin('deliveries', 'deliveries.id', 'verdicts.delivery_id')
    .select((eb) => [
      'verdicts.id',
      'verdicts.delivery_id',
      'verdicts.decision',
      'verdicts.hold_reason',
      'verdicts.findings',
      'verdicts.adapter',
      'deliveries.prospect_id',
      eb
        .selectFrom('labels')
        .select('labels.right')
        .whereRef('labels.delivery_id', '=', 'deliveries.id')
        .orderBy('labels.id', 'desc')
        .limit(1)
        .as('right'),
    ])
    .where('verdicts.adapter_version', '=', version)
    .where('verdicts.adapter', 'is not', null)
    .where('verdicts.created_at', '>=', since)
    .where('verdicts.id', '<', before)
    .orderBy('verdicts.id', 'desc')
    .limit(PAGE);
  return (engine === null ? query : query.where('deliveries.engine_id', '=', engine)).execute();
}

/** By a decision that no rule shares, or by its doubt. */
function stoppedByAdapter({
  decision,
  hold_reason,
  findings,
}: {
  decision: Verdict['decision'];
  hold_reason: string | null;
  findings: string;
}): boolean {
  if (hold_reason === 'low_confidence') return true;
  if (decision === null || decision === 'PASS') return false;
  return decidingRule({ decision, findings: JSON.parse(findings) as Finding[] }) === 'adapter';
}
