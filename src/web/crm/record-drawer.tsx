import '@mantine/core/styles/ModalBase.css';
import '@mantine/core/styles/Overlay.css';
import '@mantine/core/styles/Paper.css';
import '@mantine/core/styles/Drawer.css';
import '@mantine/core/styles/Tabs.css';
import { Button, Drawer, Group, Loader, Tabs } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { GridRecord, GridTableView, RecordView } from '../../crm/web-types.ts';
import { api } from '../app/api.ts';
import { Trouble } from '../parts/trouble.tsx';
import { ErasePerson } from './erase-person.tsx';
import type { Edits } from './edits.ts';
import { RecordForm } from './record-form.tsx';
import { RecordHistory } from './record-history.tsx';
import { RecordHeld, RecordRelated } from './record-related.tsx';

/** One record with all that is known about it, beside the grid; on a narrow screen over it. */
export default function RecordDrawer({
  table,
  id,
  editable,
  narrow,
  edits,
  onClose,
  onAdded,
}: {
  table: GridTableView;
  /** `new` = a form for another. */
  id: string;
  editable: boolean;
  narrow: boolean;
  edits: Edits;
  onClose: () => void;
  onAdded: (record: GridRecord) => void;
}) {
  const isNew = id === 'new';
  const view = useQuery({
    queryKey: ['crm', table.table, id],
    queryFn: () => api.get<RecordView>(`/crm/${table.table}/${encodeURIComponent(id)}`),
    enabled: !isNew,
  });
  const title = isNew ? `Add a ${table.one}` : (view.data?.record.label ?? table.one);
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={narrow ? '100%' : 'lg'}
      title={title}
      // Its header element is no banner of the page.
      attributes={{ header: { role: 'presentation' } }}
      closeButtonProps={{ 'aria-label': 'Close' }}
      // A dialog in front of it has to scroll.
      lockScroll={false}
      transitionProps={{ duration: 0 }}
    >
      {isNew ? (
        <RecordForm
          table={table}
          record={null}
          editable={editable}
          save={(fields) => edits.create(table.table, fields, table.one)}
          onSaved={({ record }) => record && onAdded(record)}
        />
      ) : view.error ? (
        <Trouble error={view.error} onRetry={() => void view.refetch()} />
      ) : view.data ? (
        <Known table={table} view={view.data} editable={editable} edits={edits} onClose={onClose} />
      ) : (
        <Loader aria-label="Loading" />
      )}
    </Drawer>
  );
}

function Known({
  table,
  view,
  editable,
  edits,
  onClose,
}: {
  table: GridTableView;
  view: RecordView;
  editable: boolean;
  edits: Edits;
  onClose: () => void;
}) {
  const { record, held, held_total: total } = view;
  const queries = useQueryClient();
  const [erasing, setErasing] = useState(false);
  const remove = async (): Promise<void> => {
    if ((await edits.remove(table.table, [record], table.one)) > 0) onClose();
  };
  return (
    <Tabs defaultValue="fields" keepMounted={false}>
      <Tabs.List>
        <Tabs.Tab value="fields">Fields</Tabs.Tab>
        <Tabs.Tab value="related">Related</Tabs.Tab>
        <Tabs.Tab value="history">History</Tabs.Tab>
        <Tabs.Tab value="held">Held ({total})</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="fields" pt="md" keepMounted>
        <RecordForm
          table={table}
          record={record}
          editable={editable}
          save={(fields, titles, overwrite) =>
            edits.change(table.table, record, fields, titles, { overwrite })
          }
          onSaved={() => {}}
        />
        {editable && (
          <Group mt="xl">
            <Button color="red" variant="light" onClick={() => void remove()}>
              Delete this {table.one}
            </Button>
            {table.table === 'prospects' && (
              <Button color="red" variant="subtle" onClick={() => setErasing(true)}>
                Export or erase this person…
              </Button>
            )}
          </Group>
        )}
        {erasing && (
          <ErasePerson
            id={record.id}
            onClose={() => setErasing(false)}
            onErased={() => {
              onClose();
              // Its own view would ask for what is gone.
              void queries.invalidateQueries({
                queryKey: ['crm'],
                predicate: ({ queryKey }) => queryKey[2] !== record.id,
              });
            }}
          />
        )}
      </Tabs.Panel>
      <Tabs.Panel value="related" pt="md">
        <RecordRelated view={view} table={table.table} />
      </Tabs.Panel>
      <Tabs.Panel value="history" pt="md">
        <RecordHistory
          table={table.table}
          id={record.id}
          editable={editable}
          revert={(revision, act, force) => edits.revert(table.table, record.id, revision, act, { force })}
        />
      </Tabs.Panel>
      <Tabs.Panel value="held" pt="md">
        <RecordHeld held={held} total={total} />
      </Tabs.Panel>
    </Tabs>
  );
}
