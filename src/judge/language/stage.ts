import type { ProspectSnapshot } from '../../crm/prospect.ts';
import { fieldName, keyText, signalLeaves } from './signals.ts';
import { rememberRecords } from './remember.ts';

/**
 * Company stages on one scale: 0 bootstrapped or pre-seed, 1 seed, 2 Series A, 3 Series B, 4 Series C and
 * later, 5 public.
 */
export type Stage = 0 | 1 | 2 | 3 | 4 | 5;

export const STAGE_NAMES = [
  'pre-seed',
  'seed',
  'Series A',
  'Series B',
  'Series C or later',
  'public',
] as const;

const SPELLINGS: [Stage, RegExp][] = [
  [
    5,
    /\b(?:public(?:ly)?(?: (?:listed|traded|held|company))?|listed|post[ -]?ipo|ipo'?e?d|nasdaq|nyse|lse)\b/i,
  ],
  [4, /\b(?:post[ -]?)?series[ -_]?(?:[c-k])\b|\blate[ -_]?stage\b|\bpre[ -]?ipo\b|\bgrowth equity\b/i],
  [3, /\bseries[ -_]?b\d?\b/i],
  [2, /\bseries[ -_]?a\d?\b/i],
  [
    0,
    /\bpre[ -_]?(?:series[ -_]?)?seed\b|\bbootstrap\w*\b|\bself[ -]?funded\b|\bangel\b|\bpre[ -]?(?:revenue|funding)\b|\bunfunded\b/i,
  ],
  [1, /\bseed\b/i],
];

/** The stage a spelling names; null for none ("unknown", "venture", ""). */
export function stageNamed(spelled: string | null): Stage | null {
  if (spelled === null || /\b(?:not|non|unknown)\b/i.test(spelled)) return null;
  const words = spelled.replace(/_+/g, ' ');
  return SPELLINGS.find(([, pattern]) => pattern.test(words))?.[0] ?? null;
}

/** Stages a record allows, lowest to highest, and the field that says so. */
export interface RecordStage {
  low: Stage;
  high: Stage;
  field: { field: string; value: unknown };
}

const STAGE_KEY =
  / (?:funding (?:stage|tier|round)|stage|last round|latest round|current stage|company stage) $/;

/**
 * The prospect's stage: the record's field, widened by what signals say on top of it (a bootstrapped
 * company, an IPO date that has passed). null when nothing names one.
 */
export const stageOf = rememberRecords(readStage);

function readStage(prospect: ProspectSnapshot, today: string): RecordStage | null {
  const own = stageNamed(prospect.funding_stage);
  const leaves = signalLeaves(prospect.available_signals).filter(({ path }) => path.length <= 2);
  let range: RecordStage | null =
    own === null
      ? null
      : { low: own, high: own, field: { field: 'funding_stage', value: prospect.funding_stage } };
  for (const { path, value } of leaves) {
    const stage = signalledStage(keyText(path), value, today);
    if (stage === null) continue;
    range = range
      ? { ...range, low: Math.min(range.low, stage) as Stage, high: Math.max(range.high, stage) as Stage }
      : { low: stage, high: stage, field: { field: fieldName(path), value } };
  }
  return range;
}

function signalledStage(key: string, value: string | number | boolean, today: string): Stage | null {
  if (/ (?:bootstrapped|self funded) $/.test(key)) return value === true || value === 'true' ? 0 : null;
  if (/ (?:is public|publicly traded|publicly listed|listed) $/.test(key)) return value === true ? 5 : null;
  if (/ (?:ipo|listing) date $/.test(key)) return typeof value === 'string' && value <= today ? 5 : 4;
  return STAGE_KEY.test(key) && typeof value === 'string' ? stageNamed(value) : null;
}
