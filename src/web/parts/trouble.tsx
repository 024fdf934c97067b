import { Alert, Button, Group } from '@mantine/core';
import { failureText } from '../app/api.ts';

/** A failed load, with the way to try again. */
export function Trouble({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  return (
    <Alert color="red" role="alert" title="This could not be loaded">
      <Group justify="space-between">
        <span>{failureText(error)}</span>
        {onRetry && (
          <Button size="xs" variant="default" onClick={onRetry}>
            Try again
          </Button>
        )}
      </Group>
    </Alert>
  );
}
