import type { Kysely } from 'kysely';
import { decidingRule } from '../judge/deciding-rule.ts';
import type { Finding, Verdict } from '../judge/verdict.ts';
import type { Schema } from '../store/schema.ts';
import type { LabelledDelivery } from './windows.ts';

type Reader = Pick<Kysely<Schema>, 'selectFrom'>;

interface Watched {
  db: Reader;
  version: string;
  since: number;
  /** Of one engine's mail only. */
  engine?: string | null;
}

const PAGE = 1_000;
/** Verdicts looked back over: some days of a busy gate, and longer than people take to label. */
const MAX_VERDICTS = 20_000;

/**
 * The newest delivery that an active adapter stopped or let go, to each of the last `prospects` distinct prospects, with its
 * newest label; oldest first, of one engine's mail if that is asked for.
 */
export async function newestPerProspect(watched: Watched, prospects: number): Promise<LabelledDelivery[]> {
  const window = new Map<string, LabelledDelivery>();
  for await (const one of newestFirst(watched)) {
    if (!window.has(one.prospect)) window.set(one.prospect, one);
    if (window.size === prospects) break;
  }
  return [...window.values()].toReversed();
}

/** Deliveries that an active adapter stopped or let go, each with its newest label, oldest first. */
export interface AdapterDeliveries {
  deliveries: (LabelledDelivery & { at: number })[];
  /** They begin with what is watched; false = there are older ones that were not looked at. */
  whole: boolean;
}

/** What the last 20,000 verdicts that an active adapter had a part in came to. */
export async function adapterDeliveries(watched: Watched): Promise<AdapterDeliveries> {
  const deliveries: AdapterDeliveries['deliveries'] = [];
  const rows = newestFirst(watched);
  for (;;) {
    const next = await rows.next();
    if (next.done) return { deliveries: deliveries.toReversed(), whole: next.value };
    deliveries.push(next.value);
  }
}

/**
 * A delivery that was judged again counts by its newest verdict.
 *
 * @returns whether it came to the beginning
 */
async function* newestFirst({
  db,
  version,
  since,
  engine = null,
}: Watched): AsyncGenerator<LabelledDelivery & { at: number }, boolean> {
  const judged = new Set<string>();
  let before = Number.MAX_SAFE_INTEGER;
  for (let seen = 0; seen < MAX_VERDICTS; seen += PAGE) {
    const rows = await page(db, { version, since, before, engine });
    for (const row of rows) {
      const { delivery_id: delivery, prospect_id: prospect, right: answer, created_at: at } = row;
      if (judged.has(delivery)) continue;
      judged.add(delivery);
      const stopped = stoppedByAdapter(row);
      if (prospect !== null && stopped !== null) yield { delivery, prospect, stopped, answer, at };
    }
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return true;
    before = last.id;
  }
  return false;
}

function page(
  db: Reader,
  { version, since, before, engine }: Required<Omit<Watched, 'db'>> & { before: number },
) {
  const query = db
    .selectFrom('verdicts')
    .innerJoin('deliveries', 'deliveries.id', 'verdicts.delivery_id')
    .select((eb) => [
      'verdicts.id',
      'verdicts.created_at',
      'verdicts.delivery_id',
      'verdicts.decision',
      'verdicts.hold_reason',
      'deliveries.prospect_id',
      // Most mail passes, and what was found in it is not looked at.
      eb
        .case()
        .when('verdicts.decision', '=', 'PASS')
        .then('[]')
        .else(eb.ref('verdicts.findings'))
        .end()
        .as('findings'),
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
    // As JSON.stringify writes it; inside a text the quotes would be escaped.
    .where('verdicts.adapter', 'like', '%"mode":"active"%')
    .where('verdicts.created_at', '>=', since)
    .where('verdicts.id', '<', before)
    .orderBy('verdicts.id', 'desc')
    .limit(PAGE);
  return (engine === null ? query : query.where('deliveries.engine_id', '=', engine)).execute();
}

/**
 * True: by a decision that no rule shares, or by its doubt. False: it passed. Null: a rule stopped what the adapter would have
 * let go, or the gate doubts for another reason; that tells nothing of the adapter's stops, and the mail did not go.
 */
function stoppedByAdapter({
  decision,
  hold_reason,
  findings,
}: {
  decision: Verdict['decision'];
  hold_reason: string | null;
  findings: string;
}): boolean | null {
  if (hold_reason === 'low_confidence') return true;
  if (decision === null) return null;
  if (decision === 'PASS') return false;
  const rule = decidingRule({ decision, findings: JSON.parse(findings) as Finding[] });
  return rule === 'adapter' ? true : null;
}
