import { Button, Group, Stack, Text } from '@mantine/core';
import { CopyButton } from './copy-button.tsx';

/** Recovery codes, shown once. */
export function RecoveryCodes({
  codes,
  done,
  onDone,
}: {
  codes: string[];
  /** What the button says. */
  done: string;
  onDone: () => void;
}) {
  const text = `presend recovery codes\n\n${codes.join('\n')}\n`;
  return (
    <Stack>
      <Text size="sm">
        Without your phone, each of these codes signs you in once. Keep them where you keep passwords: they
        are shown only now.
      </Text>
      <ul className="access-codes" aria-label="Recovery codes">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <Group>
        <CopyButton variant="default" text={text} said="The codes are copied." />
        <Button
          variant="default"
          component="a"
          href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}
          download="presend-recovery-codes.txt"
        >
          Save as a file
        </Button>
        <Button onClick={onDone}>{done}</Button>
      </Group>
    </Stack>
  );
}
