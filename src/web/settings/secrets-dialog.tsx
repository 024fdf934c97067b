import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import type { EnginesPage, EngineSecrets } from '../../settings/web-types.ts';
import { Dialog } from '../parts/dialog.tsx';

/** Secrets that the gate has just made. They are shown here and nowhere again. */
export function SecretsDialog({
  secrets,
  smtp,
  onClose,
}: {
  secrets: EngineSecrets;
  smtp: EnginesPage['smtp'];
  onClose: () => void;
}) {
  const { engine, password, key, webhook_secret } = secrets;
  const rows: [label: string, value: string][] = [
    ...(password
      ? ([
          ['SMTP host and port, with STARTTLS', `${smtp.host}:${smtp.port}`],
          ['SMTP user', engine.name],
          ['SMTP password', password],
        ] as [string, string][])
      : []),
    ...(key?.kind === 'bearer' ? ([['API key', key.key]] as [string, string][]) : []),
    ...(key?.kind === 'sigv4'
      ? ([
          ['Access key id', key.accessKeyId],
          ['Secret access key', key.secretAccessKey],
        ] as [string, string][])
      : []),
    ...(webhook_secret ? ([['Webhook secret', webhook_secret]] as [string, string][]) : []),
  ];
  return (
    <Dialog onClose={onClose} closeOnClickOutside={false} title={`Credentials of ${engine.name}`}>
      <Stack>
        <Alert color="orange" title="Shown this once">
          Copy what you need now: the gate cannot show it again. It can make a new one at any time.
        </Alert>
        {rows.map(([label, value]) => (
          <Secret key={label} label={label} value={value} />
        ))}
        <Group justify="flex-end">
          <Button onClick={onClose}>I have copied it</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

function Secret({ label, value }: { label: string; value: string }) {
  const { copy, copied } = useClipboard();
  return (
    <div>
      <Group justify="space-between">
        <Text size="sm" fw={600}>
          {label}
        </Text>
        <Button size="xs" variant="default" onClick={() => copy(value)} aria-label={`Copy ${label}`}>
          {copied ? 'Copied' : 'Copy'}
        </Button>
      </Group>
      <pre className="settings-code">{value}</pre>
    </div>
  );
}
