import { bin } from 'd3-array';
import { scaleLinear, scaleLog } from 'd3-scale';
import { at, figure, picture, table } from './figure.ts';
import { COLOURS } from './interval-bars.ts';
import { type Markup, markup } from './markup.ts';

const WIDTH = 400;
const PLOT = { left: 44, right: 388, top: 58, bottom: 220 };
const HEIGHT = 262;
const BUCKETS_A_DECADE = 8;
/** Room for the name and value of a percentile. */
const NAME = 80;

export interface LatencyHistogram {
  id: string;
  judge: string;
  colour: number;
  /** Milliseconds, one a case; at least one. */
  values: readonly number[];
  marks: { p50: number; p95: number; p99: number };
  /** Powers of ten that the axis reaches from and to, the same for judges to be compared. */
  decades: readonly [from: number, to: number];
}

/** The powers of ten around all values; a time that the clock could not tell from none counts as a microsecond. */
export function decadesAround(values: readonly number[]): [number, number] {
  const exponents = values.map((value) => Math.log10(Math.max(value, 0.001)));
  const from = Math.floor(exponents.reduce((least, one) => Math.min(least, one), Number.POSITIVE_INFINITY));
  const to = Math.ceil(exponents.reduce((most, one) => Math.max(most, one), Number.NEGATIVE_INFINITY));
  return [from, Math.max(to, from + 1)];
}

/** How long a judge took, in buckets that grow by the same factor. */
export function latencyHistogram({ id, judge, colour, values, marks, decades }: LatencyHistogram): Markup {
  const [from, to] = decades;
  const buckets = (to - from) * BUCKETS_A_DECADE;
  const edge = (i: number): number => 10 ** (from + i / BUCKETS_A_DECADE);
  const edges = Array.from({ length: buckets - 1 }, (_, i) => edge(i + 1));
  const bins = bin<number, number>()
    .domain([edge(0), edge(buckets)])
    .thresholds(edges)(values.map((value) => Math.min(Math.max(value, edge(0)), edge(buckets))));
  const x = scaleLog([edge(0), edge(buckets)], [PLOT.left, PLOT.right]);
  const most = Math.max(...bins.map(({ length }) => length));
  const y = scaleLinear([0, most], [PLOT.bottom, PLOT.top]);
  const bars = bins
    .filter(({ length }) => length > 0)
    .map(
      ({ x0 = 0, x1 = 0, length }) =>
        markup`<rect class="bar c${colour % COLOURS}" x="${at(x(x0))}" y="${at(y(length))}" width="${at(x(x1) - x(x0) - 1)}" height="${at(PLOT.bottom - y(length))}"/>`,
    );
  const ticks = Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i)).map(
    (tick) =>
      markup`<line class="grid" x1="${at(x(tick))}" x2="${at(x(tick))}" y1="${PLOT.top}" y2="${PLOT.bottom}"/><text class="tick" x="${at(x(tick))}" y="${PLOT.bottom + 16}" text-anchor="middle">${duration(tick)}</text>`,
  );
  const within = (value: number): number => x(Math.min(Math.max(value, edge(0)), edge(buckets)));
  const late = (position: number): boolean => position > PLOT.right - NAME;
  // Names stand beside their lines, on the side where there is room, and each higher than the lines it would cross.
  const upwards = late(within(marks.p50));
  const marked = Object.entries(marks).map(([name, value], i) => {
    const where = within(value);
    const height = 12 + (upwards ? 2 - i : i) * 15;
    const [beside, anchor] = late(where) ? [-5, 'end'] : [5, 'start'];
    return {
      line: markup`<path class="mark" d="M${at(where)} ${height - 8}V${PLOT.bottom}"/>`,
      name: markup`<text class="halo" x="${at(where + beside)}" y="${height}" text-anchor="${anchor}">${name} ${duration(value)}</text>`,
    };
  });
  const title = `Latency of ${judge}`;
  const description = `Histogram of ${values.length} judgements in logarithmic buckets; half took up to ${duration(marks.p50)}, 95 % up to ${duration(marks.p95)}, 99 % up to ${duration(marks.p99)}.`;
  return figure(
    title,
    picture(
      { id, width: WIDTH, height: HEIGHT, title, description },
      ticks,
      bars,
      markup`<path class="axis" d="M${PLOT.left} ${PLOT.bottom}H${PLOT.right}"/><text class="tick" x="${PLOT.left - 6}" y="${PLOT.top + 4}" text-anchor="end">${most}</text><text class="tick" x="${PLOT.left - 6}" y="${PLOT.bottom}" text-anchor="end">0</text>`,
      marked.map(({ line }) => line),
      marked.map(({ name }) => name),
      markup`<text class="tick" x="${(PLOT.left + PLOT.right) / 2}" y="${HEIGHT - 8}" text-anchor="middle">time for one case (logarithmic); upwards, cases</text>`,
    ),
    table({
      caption: title,
      head: ['from', 'to', 'cases'],
      rows: bins
        .filter(({ length }) => length > 0)
        .map(({ x0 = 0, x1 = 0, length }) => [duration(x0), duration(x1), length]),
    }),
  );
}

/** "0.15 ms", "140 ms", "2.3 s". */
export function duration(ms: number): string {
  const [value, unit] = ms < 1 ? [ms * 1000, 'µs'] : ms < 1000 ? [ms, 'ms'] : [ms / 1000, 's'];
  return `${Number(value.toPrecision(value < 100 ? 2 : 3))} ${unit}`;
}
