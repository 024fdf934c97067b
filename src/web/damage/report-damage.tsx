import { Button } from '@mantine/core';
import { Suspense, lazy, useState } from 'react';
import { hasLeft } from '../../kill-switch/left.ts';
import type { DeliveryState } from '../../message/disposition.ts';
import { useAccount } from '../app/session.tsx';
import { useCommands } from '../parts/commands.ts';

const DamageDialog = lazy(() => import('./damage-dialog.tsx'));

/** The way to report a mail that left and should not have; nothing for mail that has not left, and for auditors. */
export function ReportDamage({
  delivery,
  onReported,
}: {
  delivery: { id: string; engine: string; recipient: string; state: DeliveryState };
  onReported: () => void;
}) {
  const { role } = useAccount();
  const [asking, setAsking] = useState(false);
  const possible = role !== 'auditor' && hasLeft(delivery.state);
  useCommands(
    possible
      ? [
          {
            id: `damage-${delivery.id}`,
            label: `Report brand damage to ${delivery.recipient}`,
            group: 'Acts',
            run: () => setAsking(true),
          },
        ]
      : [],
  );
  if (!possible) return null;
  return (
    <>
      <Button size="xs" color="red" variant="outline" onClick={() => setAsking(true)}>
        Report brand damage
      </Button>
      {asking && (
        <Suspense fallback={null}>
          <DamageDialog delivery={delivery} onClose={() => setAsking(false)} onReported={onReported} />
        </Suspense>
      )}
    </>
  );
}
