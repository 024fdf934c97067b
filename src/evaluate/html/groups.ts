import { NOT_SAID, type Summary, type Tally } from '../evaluate.ts';
import type { JudgeResults } from '../evaluation.ts';
import { isSaid } from '../report.ts';
import type { Proportion } from '../statistics.ts';
import { MEASURES } from './headline.ts';
import { intervalBars } from './interval-bars.ts';
import { type Markup, markup } from './markup.ts';

export interface Grouping {
  id: string;
  /** What a group is: "probe". */
  of: string;
  groups: (summary: Summary) => Record<string, Tally>;
  name?: (group: string) => string;
}

/** Both sides of every judge, by group: bad drafts with the right decision, and good drafts stopped. */
export function bothSides(
  judges: readonly JudgeResults[],
  { id, of, groups, name = (group) => group }: Grouping,
): Markup | null {
  if (!judges.some(({ summary }) => isSaid(groups(summary)))) return null;
  const names = [...new Set(judges.flatMap(({ summary }) => Object.keys(groups(summary))))].sort();
  const side = (key: 'exact' | 'goodStopped', zoomed: boolean): Markup =>
    intervalBars({
      id: `${id}-${key}`,
      title: `${MEASURES[key]}, by ${of}`,
      of,
      zoomed,
      groups: names.map((group) => ({
        name: group === NOT_SAID ? `no ${of} given` : name(group),
        bars: judges.map(({ facts, index, summary }) => ({
          label: facts.label,
          colour: index,
          value: groups(summary)[group]?.[key] ?? NOTHING,
        })),
      })),
    });
  return markup`<div class="grid-of-two">${side('exact', false)}${side('goodStopped', true)}</div>`;
}

/** Of a judge that was ended before it came to the group. */
const NOTHING: Proportion = { hits: 0, of: 0, rate: null, low: 0, high: 1 };
