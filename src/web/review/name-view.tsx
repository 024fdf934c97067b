import { Button, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { SavedView } from '../../review/web-types.ts';
import { ApiFailure, failureText } from '../app/api.ts';
import { Dialog } from '../parts/dialog.tsx';
import { calls } from './calls.ts';
import type { Filters } from './filters.ts';

/** Asks for a view's name, and saves it. */
export default function NameView({
  view,
  filters,
  onClose,
  onSaved,
}: {
  view: SavedView | null;
  filters: Filters;
  onClose: () => void;
  onSaved: () => void;
}) {
  const [name, setName] = useState(view?.name ?? '');
  const [shared, setShared] = useState(view?.shared ?? false);
  const save = useMutation({
    mutationFn: () =>
      view
        ? calls.changeView(view.id, { name: name.trim(), shared })
        : calls.saveView({ name: name.trim(), query: filters, shared }),
    onSuccess: () => {
      onSaved();
      onClose();
    },
  });
  const wrong = save.error;
  return (
    <Dialog title={view ? 'Rename view' : 'Save view'} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== '') save.mutate();
        }}
      >
        <TextInput
          label="Name"
          data-autofocus
          maxLength={60}
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={
            wrong &&
            (wrong instanceof ApiFailure ? (wrong.fields['name'] ?? wrong.message) : failureText(wrong))
          }
        />
        <label className="tick">
          <input
            type="checkbox"
            checked={shared}
            onChange={(event) => setShared(event.currentTarget.checked)}
          />
          Everybody sees it
        </label>
        <Button type="submit" loading={save.isPending} disabled={name.trim() === ''}>
          Save
        </Button>
      </form>
    </Dialog>
  );
}
