import { Alert, Button, Group, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { CopyButton } from './copy-button.tsx';

/** A secret that is shown once: to be copied and then put away. */
export function OnceShown({
  label,
  text,
  children,
  onClose,
}: {
  label: string;
  text: string;
  children: ReactNode;
  onClose: () => void;
}) {
  return (
    <Alert color="blue" my="sm" role="status">
      <TextInput
        label={label}
        description={children}
        readOnly
        value={text}
        autoFocus
        onFocus={({ currentTarget }) => currentTarget.select()}
      />
      <Group mt="sm">
        <CopyButton size="xs" text={text} said="Copied." />
        <Button size="xs" variant="default" onClick={onClose}>
          Done
        </Button>
      </Group>
    </Alert>
  );
}
