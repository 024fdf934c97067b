import { Alert, Button, Group, Loader, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { EditResult, GridTable, RevisionView } from '../../crm/web-types.ts';
import { ApiFailure, api, failureText } from '../app/api.ts';
import { ShownTime } from '../parts/shown-time.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { valueText } from './values.ts';

const WHAT = { created: 'created it', changed: 'changed it', deleted: 'deleted it' };

/** Who changed what and when, newest first, each to be taken back. */
export function RecordHistory({
  table,
  id,
  editable,
  revert,
}: {
  table: GridTable;
  id: string;
  editable: boolean;
  revert: (revision: number, act: string, force: boolean) => Promise<EditResult | null>;
}) {
  const history = useQuery({
    queryKey: ['crm', table, id, 'history'],
    queryFn: () => api.get<RevisionView[]>(`/crm/${table}/${encodeURIComponent(id)}/history`),
  });
  if (history.error) return <Trouble error={history.error} onRetry={() => void history.refetch()} />;
  if (!history.data) return <Loader aria-label="Loading" />;
  if (history.data.length === 0) return <Text c="dimmed">Nobody changed it since it came.</Text>;
  return (
    <ol className="crm-list" aria-label="History">
      {history.data.map((revision) => (
        <Entry key={revision.id} revision={revision} editable={editable} revert={revert} />
      ))}
    </ol>
  );
}

function Entry({
  revision,
  editable,
  revert,
}: {
  revision: RevisionView;
  editable: boolean;
  revert: (revision: number, act: string, force: boolean) => Promise<EditResult | null>;
}) {
  const [trouble, setTrouble] = useState<string | null>(null);
  const [changedSince, setChangedSince] = useState(false);
  const [busy, setBusy] = useState(false);
  const { id, at, actor, what, changes, reverts, reverted_by: revertedBy, import_id: importId } = revision;
  const take = async (force: boolean): Promise<void> => {
    setBusy(true);
    setTrouble(null);
    try {
      await revert(id, `Revert change ${id}`, force);
    } catch (error) {
      setTrouble(failureText(error));
      setChangedSince(
        error instanceof ApiFailure && error.status === 409 && /changed since/u.test(error.message),
      );
    } finally {
      setBusy(false);
    }
  };
  return (
    <li>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Text size="sm">
          <strong>{actor}</strong> {reverts === null ? WHAT[what] : `took change ${reverts} back`}
          {importId !== null && ' by an import'}
          <Text component="span" size="sm" c="dimmed">
            {' '}
            · <ShownTime at={at} />
            {revertedBy !== null && ' · taken back since'}
          </Text>
        </Text>
        {editable && revertedBy === null && what !== 'created' && (
          <Button
            size="compact-sm"
            variant="default"
            style={{ flexShrink: 0 }}
            loading={busy}
            aria-label={`Revert change ${id}`}
            onClick={() => void take(false)}
          >
            Revert
          </Button>
        )}
      </Group>
      {what === 'changed' && (
        <ul>
          {changes.map(({ field, title, before, after }) => (
            <li key={field}>
              {title}: {valueText(before) || '(empty)'} <span aria-label="becomes">→</span>{' '}
              <strong>{valueText(after) || '(empty)'}</strong>
            </li>
          ))}
        </ul>
      )}
      {trouble !== null && (
        <Alert color="red" role="alert" mt="xs">
          {trouble}
          {changedSince && (
            <Group mt="xs">
              <Button size="xs" variant="default" onClick={() => void take(true)}>
                Revert only these fields
              </Button>
            </Group>
          )}
        </Alert>
      )}
    </li>
  );
}
