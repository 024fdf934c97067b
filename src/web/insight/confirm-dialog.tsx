import { Button, Group, Title } from '@mantine/core';
import { type ReactNode, useEffect, useId, useRef } from 'react';

/** Asks before something that cannot be taken back lightly. The browser's own dialog: it keeps and returns the focus. */
export function ConfirmDialog({
  title,
  children,
  confirm,
  busy,
  onConfirm,
  onClose,
}: {
  title: string;
  children: ReactNode;
  /** What the button does, as a verb. */
  confirm: string;
  busy: boolean;
  onConfirm: () => void;
  onClose: () => void;
}) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog ref={dialog} className="confirm" aria-labelledby={id} onClose={onClose}>
      <Title order={2} size="h4" id={id} mb="xs">
        {title}
      </Title>
      {children}
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={() => dialog.current?.close()}>
          Cancel
        </Button>
        <Button color="red" loading={busy} onClick={onConfirm}>
          {confirm}
        </Button>
      </Group>
    </dialog>
  );
}
