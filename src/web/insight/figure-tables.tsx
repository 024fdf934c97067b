import type { InsightView } from '../../insight/web-types.ts';
import { DECISIONS } from '../../message/types.ts';
import { measuredDuration } from '../parts/time.ts';
import { stepLabel } from './step-label.ts';

/** The figures of the charts as tables. */
export function DecisionTable({ view }: { view: InsightView }) {
  const columns = [...DECISIONS.toReversed(), 'doubt'] as const;
  return (
    <table className="plain-table">
      <caption>Deliveries by first verdict; steps begin at the time shown, UTC</caption>
      <thead>
        <tr>
          <th scope="col">From</th>
          {columns.map((one) => (
            <th key={one} scope="col" className="number">
              {one === 'doubt' ? 'Doubt' : one}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {view.decisions.map((row) => (
          <tr key={row.at}>
            <th scope="row">{stepLabel(row.at, view.step_ms)}</th>
            {columns.map((one) => (
              <td key={one} className="number">
                {row[one]}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function LatencyTable({ view }: { view: InsightView }) {
  return (
    <table className="plain-table">
      <caption>Time the judge took; steps begin at the time shown, UTC</caption>
      <thead>
        <tr>
          <th scope="col">From</th>
          <th scope="col" className="number">
            p50
          </th>
          <th scope="col" className="number">
            p95
          </th>
        </tr>
      </thead>
      <tbody>
        {view.latency.map((row) => (
          <tr key={row.at}>
            <th scope="row">{stepLabel(row.at, view.step_ms)}</th>
            <td className="number">{measuredDuration(row.p50_ms)}</td>
            <td className="number">{measuredDuration(row.p95_ms)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function AgeTable({ view }: { view: InsightView }) {
  return (
    <table className="plain-table">
      <caption>Held deliveries by age</caption>
      <thead>
        <tr>
          <th scope="col">Age</th>
          <th scope="col" className="number">
            Held
          </th>
        </tr>
      </thead>
      <tbody>
        {view.holds.ages.map(({ label, count }) => (
          <tr key={label}>
            <th scope="row">{label}</th>
            <td className="number">{count}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
