import { Button, Group, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import type { AuditQuery } from '../../insight/web-types.ts';
import { api } from '../app/api.ts';

/** Filters of the audit log; they stand in the address once they are applied. */
export function AuditFilters({ filter, apply }: { filter: AuditQuery; apply: (next: AuditQuery) => void }) {
  const [values, setValues] = useState<AuditQuery>(filter);
  const { data } = useQuery({
    queryKey: ['audit', 'values'],
    queryFn: () => api.get<{ actors: string[]; actions: string[]; types: string[] }>('/audit/values'),
    staleTime: 60_000,
  });
  const id = useId();
  const field = (
    name: keyof AuditQuery,
    label: string,
    more: { type?: string; list?: boolean; placeholder?: string } = {},
  ) => (
    <TextInput
      label={label}
      type={more.type ?? 'text'}
      {...(more.placeholder ? { placeholder: more.placeholder } : {})}
      value={values[name] ?? ''}
      onChange={(event) => setValues({ ...values, [name]: event.currentTarget.value })}
      {...(more.list ? { list: `${id}-${name}` } : {})}
    />
  );
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    apply(Object.fromEntries(Object.entries(values).filter(([, value]) => value !== '')));
  };
  return (
    <form onSubmit={submit} role="search" aria-label="Filter the audit log">
      {(['actors', 'actions', 'types'] as const).map((list) => (
        <datalist key={list} id={`${id}-${list.slice(0, -1)}`}>
          {(data?.[list] ?? []).map((value) => (
            <option key={value} value={value} />
          ))}
        </datalist>
      ))}
      <div className="audit-filters">
        {field('q', 'Words', { placeholder: 'in any column' })}
        {field('actor', 'Actor', { list: true })}
        {field('action', 'Action', { list: true })}
        {field('type', 'Kind of subject', { list: true })}
        {field('subject', 'Id of the subject')}
        {field('from', 'From', { type: 'date' })}
        {field('to', 'Before', { type: 'date' })}
        <Group gap="xs" wrap="nowrap">
          <Button type="submit">Apply</Button>
          <Button variant="default" onClick={() => apply({})}>
            Clear
          </Button>
        </Group>
      </div>
    </form>
  );
}
