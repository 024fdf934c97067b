import { Anchor, Button, CopyButton, Text, Title } from '@mantine/core';

const SCOPES = [
  'crm.objects.contacts.read',
  'crm.objects.companies.read',
  'crm.objects.owners.read',
  'crm.schemas.contacts.read',
  'crm.schemas.companies.read',
];

const CONFIG = `# in place of the line "hubspot: null"
hubspot:
  token_env: HUBSPOT_TOKEN
  sync:
    enabled: false
    every_minutes: 15`;

/** How to get from nothing to the first dry run. */
export function NotConfigured() {
  return (
    <section aria-labelledby="sync-set-up">
      <Title order={2} size="h4" id="sync-set-up" mb="sm">
        HubSpot is not connected yet
      </Title>
      <ol className="sync-steps">
        <li>
          In HubSpot, open <strong>Settings → Integrations → Private Apps</strong> and create a private app
          with these scopes:
          <Copied label="the scopes" text={SCOPES.join('\n')} />
          To write opt-outs back to HubSpot as well, add <code>crm.objects.contacts.write</code>.
        </li>
        <li>
          Put its access token where only the gate reads it, for example into the environment variable{' '}
          <code>HUBSPOT_TOKEN</code> of its service, or into a file named by <code>token_file</code>.
        </li>
        <li>
          Add this to the configuration (<code>presend.yaml</code>) and restart the gate:
          <Copied label="the configuration" text={CONFIG} />
        </li>
        <li>
          Come back here and start with a dry run: it says what would change, record by record, and writes
          nothing.
        </li>
        <li>
          When you like what you see, sync once, then set <code>enabled: true</code>: from then on it runs by
          the clock.
        </li>
      </ol>
      <Text size="sm" c="dimmed">
        Without HubSpot the mirror is filled by hand or from CSV files, under{' '}
        <Anchor href="/app/crm/prospects">CRM records</Anchor>.
      </Text>
    </section>
  );
}

function Copied({ label, text }: { label: string; text: string }) {
  return (
    <div className="sync-copied">
      <pre className="sync-config" tabIndex={0} aria-label={label}>
        {text}
      </pre>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button size="xs" variant="default" mt={4} onClick={copy} aria-label={`Copy ${label}`}>
            {copied ? 'Copied' : 'Copy'}
          </Button>
        )}
      </CopyButton>
    </div>
  );
}
