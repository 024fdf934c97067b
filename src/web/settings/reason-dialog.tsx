import { Button, Group, Stack, Textarea } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Dialog } from '../parts/dialog.tsx';
import { useAct } from './act.ts';

/** Asks for a reason before something is done; the text stays when it fails. */
export function ReasonDialog({
  title,
  children,
  button,
  danger = false,
  required = true,
  onClose,
  onConfirm,
}: {
  title: string;
  children?: ReactNode;
  button: string;
  danger?: boolean;
  required?: boolean;
  onClose: () => void;
  onConfirm: (reason: string) => Promise<void>;
}) {
  const [reason, setReason] = useState('');
  const { busy, fields, act } = useAct();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void act(async () => {
      await onConfirm(reason.trim());
      onClose();
    });
  };
  return (
    <Dialog onClose={onClose} title={title}>
      <form onSubmit={submit}>
        <Stack>
          {children}
          <Textarea
            label={required ? 'Why' : 'Why (optional)'}
            description="Kept with it in the history and the audit log."
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            error={fields['reason'] ?? fields['why']}
            data-autofocus
            required={required}
            rows={2}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={busy} {...(danger ? { color: 'red' } : {})}>
              {button}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
