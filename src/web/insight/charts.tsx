import '@mantine/charts/styles.css';
import '@mantine/core/styles/ColorSwatch.css';
import { BarChart, LineChart } from '@mantine/charts';
import { useComputedColorScheme } from '@mantine/core';
import type { InsightView } from '../../insight/web-types.ts';
import { DECISIONS } from '../../message/types.ts';
import { measuredDuration } from '../parts/time.ts';
import { stepLabel } from './step-label.ts';

/**
 * Okabe and Ito's colours, which people with any colour vision tell apart (Color Universal Design, 2008); the dark one is
 * turned light where the page is dark. Series are also told apart by their order and in the table.
 */
const COLOURS = {
  PASS: ['#009e73', '#009e73'],
  PENALISE: ['#f0e442', '#f0e442'],
  BLOCK: ['#d55e00', '#e8803a'],
  ESCALATE: ['#56b4e9', '#56b4e9'],
  SUPPRESS: ['#1f1f1f', '#e0e0e0'],
  doubt: ['#cc79a7', '#cc79a7'],
} as const;

const HEIGHT = 260;
const STILL = { isAnimationActive: false } as const;

export default function InsightChart({
  kind,
  view,
}: {
  kind: 'decisions' | 'latency' | 'ages';
  view: InsightView;
}) {
  const dark = useComputedColorScheme() === 'dark' ? 1 : 0;
  if (kind === 'decisions') {
    const series = [...DECISIONS.toReversed(), 'doubt' as const];
    return (
      <BarChart
        h={HEIGHT}
        type="stacked"
        withLegend
        dataKey="label"
        data={view.decisions.map((one) => ({ ...one, label: stepLabel(one.at, view.step_ms) }))}
        series={series.map((name) => ({
          name,
          label: name === 'doubt' ? 'Doubt' : name,
          color: COLOURS[name][dark],
        }))}
        barProps={{ ...STILL, stroke: dark ? '#1f1f1f' : '#ffffff', strokeWidth: 1 }}
        barChartProps={{ accessibilityLayer: false }}
      />
    );
  }
  if (kind === 'latency') {
    return (
      <LineChart
        h={HEIGHT}
        withLegend
        dataKey="label"
        data={view.latency.map((one) => ({ ...one, label: stepLabel(one.at, view.step_ms) }))}
        series={[
          { name: 'p50_ms', label: 'Half are faster than', color: dark ? '#56b4e9' : '#0072b2' },
          {
            name: 'p95_ms',
            label: '95 % are faster than',
            color: dark ? '#e8803a' : '#d55e00',
            strokeDasharray: '6 4',
          },
        ]}
        curveType="linear"
        connectNulls={false}
        valueFormatter={measuredDuration}
        yAxisProps={{ width: 70 }}
        lineProps={STILL}
        lineChartProps={{ accessibilityLayer: false }}
      />
    );
  }
  return (
    <BarChart
      h={HEIGHT}
      dataKey="label"
      data={view.holds.ages}
      series={[{ name: 'count', label: 'Held', color: dark ? '#56b4e9' : '#0072b2' }]}
      barProps={STILL}
      barChartProps={{ accessibilityLayer: false }}
    />
  );
}
