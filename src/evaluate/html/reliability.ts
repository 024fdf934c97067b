import { scaleLinear } from 'd3-scale';
import type { CalibrationError, ReliabilityBin } from '../calibration-error.ts';
import { percent } from '../report.ts';
import { at, figure, picture, table } from './figure.ts';
import { COLOURS } from './interval-bars.ts';
import { type Markup, markup } from './markup.ts';

const WIDTH = 400;
const PLOT = { left: 48, right: 388, top: 10, bottom: 270 };
const COUNTS = { top: 306, bottom: 346 };
const HEIGHT = 382;
const TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1];

export interface Reliability {
  id: string;
  title: string;
  /** What comes true: "right", "good". */
  came: string;
  error: CalibrationError;
  colour: number;
}

/** A reliability diagram: how often what was stated with a probability came true, and how many cases each point stands for. */
export function reliability({ id, title, came, error, colour }: Reliability): Markup {
  const { bins, ece, brier } = error;
  const x = scaleLinear([0, 1], [PLOT.left, PLOT.right]);
  const y = scaleLinear([0, 1], [PLOT.bottom, PLOT.top]);
  const most = Math.max(...bins.map(({ observed }) => observed.of));
  const height = scaleLinear([0, most], [0, COUNTS.bottom - COUNTS.top]);
  const name = `c${colour % COLOURS}`;
  const grid = TICKS.map(
    (tick) =>
      markup`<path class="grid" d="M${at(x(tick))} ${PLOT.top}V${PLOT.bottom}M${PLOT.left} ${at(y(tick))}H${PLOT.right}"/><text class="tick" x="${at(x(tick))}" y="${PLOT.bottom + 16}" text-anchor="middle">${tick}</text><text class="tick" x="${PLOT.left - 6}" y="${at(y(tick) + 4)}" text-anchor="end">${tick}</text>`,
  );
  const curve = bins.map(({ stated, observed }) => `${at(x(stated))},${at(y(observed.rate ?? 0))}`).join(' ');
  const points = bins.map(
    ({ stated, observed: { rate, low, high } }) =>
      markup`<path class="whisker" d="M${at(x(stated))} ${at(y(low))}V${at(y(high))}"/><circle class="point ${name}" cx="${at(x(stated))}" cy="${at(y(rate ?? 0))}" r="4"/>`,
  );
  const counts = bins.map(({ from, to, observed: { of } }) => {
    const width = Math.max(2, x(to) - x(from) - 1);
    return markup`<rect class="bar ${name}" x="${at(Math.min(x(from), PLOT.right - width))}" y="${at(COUNTS.bottom - height(of))}" width="${at(width)}" height="${at(height(of))}"/>`;
  });
  const gist = `expected calibration error ${percent(ece.value)} [${percent(ece.low)}, ${percent(ece.high)}], Brier score ${brier.toFixed(3)}`;
  const description = `Reliability diagram over ${bins.length} bins: ${gist}. On the dashed diagonal, what is stated comes true as often as stated; the table after it has every bin.`;
  return figure(
    markup`${title}: ${gist}`,
    picture(
      { id, width: WIDTH, height: HEIGHT, title, description },
      grid,
      markup`<path class="diagonal" d="M${PLOT.left} ${PLOT.bottom}L${PLOT.right} ${PLOT.top}"/>`,
      markup`<polyline class="curve ${name}" points="${curve}"/>`,
      points,
      markup`<text class="tick" transform="rotate(-90 12 ${(PLOT.top + PLOT.bottom) / 2})" x="12" y="${(PLOT.top + PLOT.bottom) / 2}" text-anchor="middle">share ${came}</text>`,
      counts,
      markup`<path class="axis" d="M${PLOT.left} ${COUNTS.bottom}H${PLOT.right}"/><text class="tick" x="${PLOT.left - 6}" y="${COUNTS.top + 8}" text-anchor="end">${most}</text><text class="tick" x="${PLOT.left - 6}" y="${COUNTS.bottom}" text-anchor="end">0</text>`,
      markup`<text class="tick" x="${(PLOT.left + PLOT.right) / 2}" y="${HEIGHT - 16}" text-anchor="middle">probability stated; below, cases in each bin</text>`,
    ),
    table({
      caption: `${title}, by bin`,
      head: ['stated', 'mean', `share ${came}`, '95 % interval', 'cases'],
      rows: bins.map(binCells),
    }),
  );
}

function binCells({ from, to, stated, observed }: ReliabilityBin): string[] {
  return [
    `${from.toFixed(3)} to ${to.toFixed(3)}`,
    stated.toFixed(3),
    percent(observed.rate ?? 0),
    `${percent(observed.low)} to ${percent(observed.high)}`,
    `${observed.hits} of ${observed.of}`,
  ];
}
