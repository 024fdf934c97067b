import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { useAccount } from '../app/session.tsx';
import { useCommands } from '../parts/commands.ts';
import { Dialog } from '../parts/dialog.tsx';
import type { AskedAct } from './act-sheet.tsx';
import { performBulk } from './bulk.ts';
import type { SimpleActBody } from './calls.ts';
import { LazyActSheet } from './lazy-act-sheet.tsx';
import { walkStore } from './order.ts';
import type { Row } from './queue-cache.ts';
import { NOTHING, selectionStore } from './selection.ts';

/** Acts on what is ticked. Only messages that were opened can be released; the others are named and opened one by one. */
export function BulkBar({ rows, search }: { rows: readonly Row[]; search: string }) {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const { role } = useAccount();
  const [asking, setAsking] = useState<AskedAct | 'unopened' | null>(null);
  const unopened = rows.filter((row) => !row.opened);
  const opened = rows.filter((row) => row.opened);
  const about = (which: readonly Row[]): string =>
    which.length === 1 && which[0]
      ? (which[0].recipient_name ?? which[0].recipient)
      : `${which.length} messages`;

  const read = (ids: readonly string[]): void => {
    walkStore.set({ search, ids });
    if (ids[0]) navigate(`/deliveries/${ids[0]}`);
  };
  const ask = (act: AskedAct): void => setAsking(act === 'release' && unopened.length > 0 ? 'unopened' : act);
  const run = (act: AskedAct, { label, reason, until }: SimpleActBody, which: readonly Row[]): void => {
    setAsking(null);
    if (act === 'assign') return;
    void performBulk(client, {
      ids: which.map(({ id }) => id),
      act,
      ...(label ? { label } : {}),
      ...(reason ? { reason } : {}),
      ...(until ? { until } : {}),
    });
  };
  const claim = (): void => void performBulk(client, { ids: rows.map(({ id }) => id), act: 'claim' });
  const clear = (): void => selectionStore.set(NOTHING);

  useCommands(
    role === 'auditor'
      ? []
      : [
          { id: 'release', label: 'Release selected', keys: ['1'], group: 'Acts', run: () => ask('release') },
          { id: 'reject', label: 'Reject selected', keys: ['2'], group: 'Acts', run: () => ask('reject') },
          {
            id: 'escalate',
            label: 'Forward selected',
            keys: ['3'],
            group: 'Acts',
            run: () => ask('escalate'),
          },
          { id: 'snooze', label: 'Snooze selected', keys: ['h'], group: 'Acts', run: () => ask('snooze') },
          { id: 'claim', label: 'Assign selected to me', keys: ['a'], group: 'Acts', run: claim },
          { id: 'clear', label: 'Clear selection', keys: ['Escape'], group: 'List', run: clear },
        ],
  );
  return (
    <div className="bulk" role="region" aria-label="Selected messages">
      <strong aria-live="polite">{rows.length} selected</strong>
      {unopened.length > 0 && <span className="bulk-note">{unopened.length} not opened yet</span>}
      <div className="bulk-acts">
        <Button size="xs" onClick={() => ask('release')}>
          Release
        </Button>
        <Button size="xs" variant="default" onClick={() => ask('reject')}>
          Reject
        </Button>
        <Button size="xs" variant="default" onClick={() => ask('escalate')}>
          Forward
        </Button>
        <Button size="xs" variant="default" onClick={() => ask('snooze')}>
          Snooze
        </Button>
        <Button size="xs" variant="default" onClick={claim}>
          Assign to me
        </Button>
        <Button size="xs" variant="subtle" onClick={clear}>
          Clear
        </Button>
      </div>
      {asking === 'unopened' && (
        <Dialog
          title={`${unopened.length} of ${rows.length} were not opened`}
          onClose={() => setAsking(null)}
          footer={
            <>
              <Button data-autofocus onClick={() => read(unopened.map(({ id }) => id))}>
                Open them one after another
              </Button>
              {opened.length > 0 && (
                <Button variant="default" onClick={() => setAsking('release')}>
                  Release the {opened.length} that were
                </Button>
              )}
            </>
          }
        >
          <p className="sheet-hint">Together only what was read can be released.</p>
          <ul className="sheet-list">
            {unopened.slice(0, 20).map((row) => (
              <li key={row.id}>
                <strong>{row.recipient_name ?? row.recipient}</strong> {row.subject}
              </li>
            ))}
            {unopened.length > 20 && <li>… and {unopened.length - 20} more</li>}
          </ul>
        </Dialog>
      )}
      {asking !== null && asking !== 'unopened' && (
        <LazyActSheet
          asking={{
            act: asking,
            about: about(asking === 'release' ? opened : rows),
            key: 'bulk',
          }}
          label={null}
          onClose={() => setAsking(null)}
          onDo={(body) => run(asking, body, asking === 'release' ? opened : rows)}
        />
      )}
    </div>
  );
}
