import { Button, Group, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { PlaygroundProspect } from '../../insight/web-types.ts';
import { api } from '../app/api.ts';
import { tellFailure } from '../parts/notify.ts';

/** Finds a prospect of the CRM mirror, to judge against as it stands or to alter its record. */
export function ProspectPicker({
  picked,
  pick,
  alter,
}: {
  picked: { id: string; label: string } | null;
  pick: (prospect: { id: string; label: string } | null) => void;
  alter: (record: Record<string, unknown>) => void;
}) {
  const [text, setText] = useState('');
  const [asked] = useDebouncedValue(text.trim(), 200);
  const { data } = useQuery({
    queryKey: ['playground', 'prospects', asked],
    queryFn: ({ signal }) =>
      api.get<{ prospects: PlaygroundProspect[] }>('/playground/prospects', { q: asked }, signal),
    enabled: asked !== '',
  });
  const load = (id: string): void => {
    api.get<{ record: Record<string, unknown> }>(`/playground/prospects/${encodeURIComponent(id)}`).then(
      ({ record }) => alter(record),
      (error: unknown) => tellFailure(error, 'The record could not be loaded'),
    );
  };
  if (picked) {
    return (
      <Group my="xs" gap="xs">
        <Text fw={600}>{picked.label}</Text>
        <Button size="compact-md" variant="default" onClick={() => load(picked.id)}>
          Alter the record
        </Button>
        <Button size="compact-md" variant="default" onClick={() => pick(null)}>
          Take another
        </Button>
      </Group>
    );
  }
  return (
    <>
      <TextInput
        label="Pick a prospect"
        description="Name, address or company; or write a record below."
        type="search"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {asked !== '' && data && (
        <ul style={{ listStyle: 'none', padding: 0, margin: '0.25rem 0' }} aria-label="Prospects found">
          {data.prospects.slice(0, 8).map(({ id, name, address, company }) => {
            const label = [name ?? address, company].filter(Boolean).join(', ');
            return (
              <li key={id}>
                <button
                  type="button"
                  className="insight-choice"
                  onClick={() => {
                    setText('');
                    pick({ id, label });
                  }}
                >
                  {label}{' '}
                  <Text span size="xs" c="dimmed">
                    {name ? address : ''}
                  </Text>
                </button>
              </li>
            );
          })}
          {data.prospects.length === 0 && <li>No prospect matches.</li>}
        </ul>
      )}
    </>
  );
}
