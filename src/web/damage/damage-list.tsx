import type { BrandDamageReport } from '../../kill-switch/brand-damage-store.ts';
import { ShownTime } from '../parts/shown-time.tsx';
import { reasonChip } from '../parts/words.ts';
import './damage.css';

/** What was reported about one mail; nothing where nothing was. */
export function DamageList({ reports }: { reports: readonly BrandDamageReport[] }) {
  if (reports.length === 0) return null;
  return (
    <ul className="damage-list" aria-label="Reported as brand damage">
      {reports.map(({ id, at, actor, what_happened, rule }) => (
        <li key={id}>
          <strong>Reported as brand damage</strong> by {actor}, <ShownTime at={at} />
          <p>{what_happened}</p>
          {rule !== null && <p>It should have been stopped as: {reasonChip(rule)}</p>}
        </li>
      ))}
    </ul>
  );
}
