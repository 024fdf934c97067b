import '@mantine/core/styles/Combobox.css';
import '@mantine/core/styles/Popover.css';
import '@mantine/core/styles/ScrollArea.css';
import '@mantine/core/styles/Pill.css';
import '@mantine/core/styles/PillsInput.css';
import { Alert, Button, Group, NativeSelect, Stack, TagsInput, TextInput, Textarea } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { CellsBody, EditResult, GridColumn, GridRecord, GridTableView } from '../../crm/web-types.ts';
import { ApiFailure, failureText } from '../app/api.ts';
import { cellShown, cellText } from './values.ts';

type Cells = Record<string, string | string[]>;

/**
 * Every field of a record, or of a new one. What was typed stays when it is refused, with what is wrong at its field.
 *
 * @param save null = the person would rather not
 */
export function RecordForm({
  table,
  record,
  editable,
  save,
  onSaved,
}: {
  table: GridTableView;
  record: GridRecord | null;
  editable: boolean;
  save: (fields: CellsBody, titles: string, overwrite: boolean) => Promise<EditResult | null>;
  onSaved: (result: EditResult) => void;
}) {
  const [typed, setTyped] = useState<Cells>({});
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const [trouble, setTrouble] = useState<{ text: string; conflict: boolean } | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    // The field that is wrong may be out of sight.
    if (Object.keys(wrong).length > 0)
      form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [wrong]);
  const columns = table.columns.filter((column) => record !== null || column.editable);
  const dirty = Object.keys(typed).length > 0;

  const submit = async (overwrite: boolean): Promise<void> => {
    setBusy(true);
    setTrouble(null);
    setWrong({});
    try {
      const titles = columns.filter(({ field }) => field in typed).map(({ title }) => title);
      const result = await save(typed, titles.join(', '), overwrite);
      if (result) {
        setTyped({});
        onSaved(result);
      }
    } catch (error) {
      const fields = error instanceof ApiFailure ? error.fields : {};
      const conflict = error instanceof ApiFailure && error.status === 409 && Object.keys(fields).length > 0;
      setWrong(fields);
      setTrouble({ text: failureText(error), conflict });
    } finally {
      setBusy(false);
    }
  };

  return (
    <form
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        void submit(false);
      }}
    >
      <Stack gap="sm">
        {columns.map((column, i) => (
          <Field
            key={column.field}
            column={column}
            record={record}
            editable={editable && column.editable && !(record !== null && column.field === 'target')}
            first={record === null && i === 0}
            typed={typed[column.field]}
            error={wrong[column.field]}
            onType={(value) => setTyped({ ...typed, [column.field]: value })}
          />
        ))}
        {trouble && (
          <Alert color="red" role="alert" title={trouble.conflict ? 'Somebody was first' : 'Not saved'}>
            {trouble.text}
            {trouble.conflict && (
              <Group mt="xs">
                <Button size="xs" variant="default" onClick={() => void submit(true)}>
                  Save mine over it
                </Button>
              </Group>
            )}
          </Alert>
        )}
        {editable && (
          <Group justify="flex-end">
            {dirty && (
              <Button
                variant="default"
                onClick={() => {
                  setTyped({});
                  setWrong({});
                  setTrouble(null);
                }}
              >
                Discard
              </Button>
            )}
            <Button type="submit" disabled={!dirty} loading={busy}>
              {record === null ? `Add ${table.one}` : 'Save'}
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}

function Field({
  column,
  record,
  editable,
  first,
  typed,
  error,
  onType,
}: {
  column: GridColumn;
  record: GridRecord | null;
  editable: boolean;
  first: boolean;
  typed: string | string[] | undefined;
  error: string | undefined;
  onType: (value: string | string[]) => void;
}) {
  const { title, kind, choices, open, hint, required, field } = column;
  const shown = {
    label: title,
    description: editable ? hint : null,
    error,
    readOnly: !editable,
    ...(first ? { 'data-autofocus': true } : {}),
  };
  if (kind === 'list') {
    const now = record?.values[field];
    return (
      <TagsInput
        {...shown}
        data={choices}
        splitChars={[';', ',']}
        acceptValueOnBlur
        value={(typed as string[] | undefined) ?? (Array.isArray(now) ? now : [])}
        onChange={onType}
        comboboxProps={{ withinPortal: true }}
      />
    );
  }
  const value =
    (typed as string | undefined) ??
    (record ? (editable ? cellText(record, column) : cellShown(record, column)) : '');
  if (kind === 'choice' && !open && editable) {
    return (
      <NativeSelect
        {...shown}
        required={required && record === null}
        data={[{ value: '', label: required ? 'choose …' : '–' }, ...choices]}
        value={value}
        onChange={(event) => onType(event.currentTarget.value)}
      />
    );
  }
  if (kind === 'json') {
    return (
      <Textarea
        {...shown}
        autosize={false}
        rows={2}
        value={value}
        onChange={(event) => onType(event.currentTarget.value)}
      />
    );
  }
  return (
    <TextInput
      {...shown}
      required={required && record === null}
      list={open && choices.length > 0 ? `crm-choices-${field}` : undefined}
      value={value}
      onChange={(event) => onType(event.currentTarget.value)}
      rightSection={
        open && choices.length > 0 ? (
          <datalist id={`crm-choices-${field}`}>
            {choices.map((choice) => (
              <option key={choice} value={choice} />
            ))}
          </datalist>
        ) : null
      }
    />
  );
}
