import { Button, CloseButton, Group, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { GridColumn, GridTableView } from '../../crm/web-types.ts';

/** One field per column; what is written there narrows the grid at once and stands in the address. */
export function FilterPanel({
  table,
  filters,
  onChange,
}: {
  table: GridTableView;
  filters: Record<string, string>;
  onChange: (filters: Record<string, string>) => void;
}) {
  const set = (field: string, text: string): void => {
    const { [field]: _, ...others } = filters;
    onChange(text.trim() === '' ? others : { ...others, [field]: text.trim() });
  };
  return (
    <fieldset className="crm-filters">
      <legend className="crm-hidden">Filters</legend>
      {table.columns.map((column) => (
        <ColumnFilter
          key={column.field}
          column={column}
          value={filters[column.field] ?? ''}
          onChange={(text) => set(column.field, text)}
        />
      ))}
    </fieldset>
  );
}

const SPECIAL = [
  { value: '(empty)', label: 'empty' },
  { value: '(filled)', label: 'filled' },
];

const HINTS: Partial<Record<GridColumn['kind'], string>> = {
  number: 'e.g. 100..2000',
  date: 'e.g. 2026-01-01..',
  time: 'e.g. 2026-01-01..',
};

function ColumnFilter({
  column,
  value,
  onChange,
}: {
  column: GridColumn;
  value: string;
  onChange: (text: string) => void;
}) {
  const [text, setText] = useState(value);
  // Cleared from outside, by a chip or the Back button.
  const [seen, setSeen] = useState(value);
  if (seen !== value) {
    setSeen(value);
    setText(value);
  }
  if (column.choices.length > 0) {
    return (
      <NativeSelect
        size="xs"
        label={column.title}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        data={[{ value: '', label: 'any' }, ...column.choices, ...SPECIAL]}
      />
    );
  }
  return (
    <TextInput
      size="xs"
      label={column.title}
      placeholder={HINTS[column.kind] ?? 'contains …'}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={() => text.trim() !== value && onChange(text)}
      onKeyDown={(event) => event.key === 'Enter' && onChange(text)}
    />
  );
}

/** The filters that are on, each with a way to take it off. */
export function FilterChips({
  table,
  filters,
  onChange,
}: {
  table: GridTableView;
  filters: Record<string, string>;
  onChange: (filters: Record<string, string>) => void;
}) {
  const on = Object.entries(filters);
  if (on.length === 0) return null;
  return (
    <Group gap="xs" role="group" aria-label="Filters that are on">
      {on.map(([field, text]) => {
        const title = table.columns.find((column) => column.field === field)?.title ?? field;
        const { [field]: _, ...others } = filters;
        return (
          <span key={field} className="crm-filter-chip">
            {title}: {text}
            <CloseButton
              size="sm"
              aria-label={`Take the filter ${title} off`}
              onClick={() => onChange(others)}
            />
          </span>
        );
      })}
      <Button size="compact-sm" variant="subtle" onClick={() => onChange({})}>
        Clear all
      </Button>
    </Group>
  );
}
