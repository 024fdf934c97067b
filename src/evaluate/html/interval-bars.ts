import { scaleLinear } from 'd3-scale';
import { percent } from '../report.ts';
import type { Proportion } from '../statistics.ts';
import { at, figure, picture, shortened, table, valueCells } from './figure.ts';
import { type Content, type Markup, markup } from './markup.ts';

export interface Bar {
  /** Name of the judge. */
  label: string;
  /** Where it stands in the row of colours, from 0. */
  colour: number;
  value: Proportion;
}

export interface BarGroup {
  name: string;
  bars: readonly Bar[];
}

export interface IntervalBars {
  id: string;
  title: string;
  /** What a group is: "probe". */
  of: string;
  groups: readonly BarGroup[];
  /** The scale ends at the highest interval instead of at 100 %. */
  zoomed?: boolean;
}

const WIDTH = 400;
const LEFT = 96;
const RIGHT = 272;
const ROW = 17;
const HEADING = 22;
const GAP = 8;
const TOP = 22;
export const COLOURS = 6;

/** Bars by group and judge, each with its interval. */
export function intervalBars({ id, title, of, groups, zoomed = false }: IntervalBars): Markup {
  const values = groups
    .flatMap(({ bars }) => bars.map(({ value }) => value))
    .filter(({ rate }) => rate !== null);
  const end = zoomed ? Math.max(0.1, ...values.map(({ high }) => high)) : 1;
  const x = scaleLinear([0, end], [LEFT, RIGHT]).nice(4);
  let y = TOP;
  const drawn = groups.map(({ name, bars }): Content => {
    const top = y;
    y += HEADING + bars.length * ROW + GAP;
    return [
      markup`<text class="group" x="0" y="${at(top + 15)}">${shortened(name, 52)}</text>`,
      bars.map((bar, i) => drawBar(bar, x, top + HEADING + i * ROW)),
    ];
  });
  const height = y;
  const ticks = x
    .ticks(5)
    .map(
      (tick) =>
        markup`<line class="grid" x1="${at(x(tick))}" x2="${at(x(tick))}" y1="${TOP - 4}" y2="${at(height - GAP)}"/><text class="tick" x="${at(x(tick))}" y="12" text-anchor="middle">${Math.round(tick * 100)} %</text>`,
    );
  const description = `Bars with 95 % intervals, by ${of} and judge; the table after it has every value.`;
  return figure(
    title,
    picture({ id, width: WIDTH, height, title, description }, ticks, drawn),
    table({
      caption: title,
      head: [of, 'judge', 'share', '95 % interval', 'cases'],
      rows: groups.flatMap(({ name, bars }) =>
        bars.map(({ label, value }) => [name, label, ...valueCells(value)]),
      ),
    }),
  );
}

function drawBar({ label, colour, value }: Bar, x: (share: number) => number, top: number): Content {
  const middle = at(top + ROW / 2);
  const named = markup`<text class="label" x="${LEFT - 8}" y="${at(top + 12)}" text-anchor="end">${shortened(label, 16)}</text>`;
  if (value.rate === null) {
    return [named, markup`<text class="label" x="${LEFT + 4}" y="${at(top + 12)}">no cases</text>`];
  }
  const [low, high] = [at(x(value.low)), at(x(value.high))];
  return [
    named,
    markup`<rect class="bar c${colour % COLOURS}" x="${LEFT}" y="${at(top + 2.5)}" width="${at(x(value.rate) - LEFT)}" height="${ROW - 5}"/>`,
    markup`<path class="whisker" d="M${low} ${middle}H${high}M${low} ${at(top + 5)}v${ROW - 10}M${high} ${at(top + 5)}v${ROW - 10}"/>`,
    markup`<text class="label" x="${RIGHT + 10}" y="${at(top + 12)}">${percent(value.rate)} · ${value.hits}/${value.of}</text>`,
  ];
}
