import { oneSidedBounds, proportion } from '../../evaluate/statistics.ts';
import { RULES, type RuleName } from '../../judge/verdict.ts';
import type { KillSwitchConfig } from '../config.ts';
import type { Monitor, MonitorContext, MonitorReading } from '../monitor.ts';
import { percent } from '../percent.ts';
import { PROBE_OF } from '../probes.ts';
import type { Stratum } from '../spot-check/allocate.ts';
import { answeredItems } from '../spot-check/answer-store.ts';
import { type PersonsAnswer, isRight, truthOf } from '../spot-check/truth.ts';

const WEEK = 7 * 86_400_000;

/** A decision that was drawn, and what people said of it without seeing the verdict. */
export interface ProbeItem extends Stratum {
  /** null = the rules decided alone. */
  adapter_version: string | null;
  judged_at: number;
  answers: readonly PersonsAnswer[];
}

/** What of the items counts. */
export interface ProbeScope {
  config: KillSwitchConfig['probes'];
  /** The adapter that is watched; null = there is none. */
  version: string | null;
  /** What was judged before counts for the rules only. */
  since: number;
  now: number;
}

/** Decisions of each probe that people said were wrong, where the adapter had a part in them. */
export const probes: Monitor = {
  name: 'probes',
  trips: true,
  read: async (context) => (await readProbes(context)).filter(({ monitor }) => monitor.startsWith('probe_')),
};

/** … and where the rules decided alone; only a warning. */
export const rulesAlone: Monitor = {
  name: 'rules_alone',
  trips: false,
  read: async (context) => (await readProbes(context)).filter(({ monitor }) => monitor.startsWith('rules_')),
};

/** Both kinds of readings, by what people answered lately. @param context.version null = there is no adapter */
export async function readProbes({
  db,
  config: { probes: config },
  version,
  since,
  now,
}: Omit<MonitorContext, 'version'> & { version: string | null }): Promise<MonitorReading[]> {
  const items = await answeredItems(db, now - config.weeks * WEEK);
  return probeReadings(items, { config, version, since, now });
}

/**
 * Two readings for each probe: `probe_<id>` of what the adapter had a part in, which trips, and `rules_<id>` of what the rules
 * decided alone, which warns; turning the adapter off could not mend that. Pure; `kill-switch/README.md` has the definitions.
 */
export function probeReadings(
  items: readonly ProbeItem[],
  { config, version, since, now }: ProbeScope,
): MonitorReading[] {
  const adapter = emptyTally();
  const rules = emptyTally();
  for (const { decision, rule, adapter_version: by, judged_at: judgedAt, answers } of items) {
    const truth = truthOf(answers);
    if (truth.state !== 'agreed' || truth.at <= now - config.weeks * WEEK) continue;
    const counts = by === null ? rules : by === version && judgedAt >= since ? adapter : null;
    if (counts === null) continue;
    for (const one of rulesAbout({ rule }, truth)) {
      counts[one].of += 1;
      if (isRight(decision, truth.decision)) counts[one].right += 1;
    }
  }
  return [
    ...(version === null ? [] : RULES.map((rule) => reading('probe', rule, adapter[rule], config))),
    ...RULES.map((rule) => reading('rules', rule, rules[rule], config)),
  ];
}

type Tally = Record<RuleName, { right: number; of: number }>;

function emptyTally(): Tally {
  return Object.fromEntries(RULES.map((rule) => [rule, { right: 0, of: 0 }])) as Tally;
}

/**
 * The rules an item is about: the one the judge decided by and the one the person names, each once. A stop that only the
 * adapter made names no rule: it is about the rule of the person, or about none where the person would have let the mail go.
 * That holds for ESCALATE too, which one rule has alone: the rules miss hardly any mail to a C-level, so nearly all that is
 * left for the adapter to escalate is good mail, and a judge with 5 % false positives would trip within a quarter. Such stops
 * are what false positives are counted for.
 */
export function rulesAbout(judge: Pick<Stratum, 'rule'>, truth: { rule: string | null }): RuleName[] {
  return RULES.filter((rule) => rule === judge.rule || rule === truth.rule);
}

function reading(
  kind: 'probe' | 'rules',
  rule: RuleName,
  { right, of }: { right: number; of: number },
  { limit, labels: needed, weeks }: KillSwitchConfig['probes'],
): MonitorReading {
  const probe = PROBE_OF[rule];
  const { rate, low, high } = proportion(right, of);
  const below = of >= needed && oneSidedBounds(right, of).high < limit;
  const figures = `${right} of ${of} decisions right${rate === null ? '' : `: ${percent(rate)} (95 % interval ${percent(low)} to ${percent(high)})`}, limit ${percent(limit)}`;
  const about =
    kind === 'probe'
      ? `Probe ${probe} (${rule}), spot checks of ${weeks} weeks`
      : `Rules alone, probe ${probe} (${rule}), spot checks of ${weeks} weeks`;
  return {
    monitor: `${kind}_${probe}`,
    title: kind === 'probe' ? `Probe ${probe}` : `Probe ${probe}, rules alone`,
    state: of < needed ? 'not_enough' : !below ? 'ok' : kind === 'probe' ? 'over' : 'warn',
    value: rate,
    interval: rate === null ? null : { low, high },
    limit,
    unit: 'share',
    counted: of,
    needed,
    says:
      of < needed
        ? `${about}: not enough labels: ${of} of ${needed}.${of === 0 ? '' : ` So far ${figures}.`}`
        : `${about}: ${figures}.`,
  };
}
