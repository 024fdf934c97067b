import { Anchor, Button, Group, Text } from '@mantine/core';
import { Link } from 'wouter';
import type { WelcomeView } from '../../access/web-types.ts';
import { CopyButton } from './copy-button.tsx';
import { Step } from './step.tsx';

const UPSTREAM_LINES = `# in place of the line "upstreams: []"
upstreams:
  - name: provider
    host: smtp.provider.example
    port: 587
    tls: required
    auth: { user: apikey, password_env: PROVIDER_PASSWORD }
`;

/** Where passed mail goes: a real provider, or the outbox. */
export function UpstreamStep({ view }: { view: WelcomeView }) {
  const { upstreams, config_file, outbox_folder } = view;
  if (upstreams.length > 0) {
    return (
      <Step title="Choose where passed mail goes" done>
        <Text size="sm">
          Mail that passes leaves by {upstreams.join(', then ')}.{' '}
          <Anchor component={Link} size="sm" underline="always" href="/settings/upstreams">
            Upstreams
          </Anchor>{' '}
          can send a test to an address of yours.
        </Text>
      </Step>
    );
  }
  return (
    <Step title="Choose where passed mail goes" done={false}>
      <Text size="sm">
        Now: the <strong>outbox</strong>. Mail that passes is kept in <code>{outbox_folder}</code> and nothing
        leaves this machine. Stay on it while you try presend out.
      </Text>
      <Text size="sm" mt="xs">
        With an <strong>upstream</strong>, mail that passes goes on to your mail provider and so to real
        people. Add these lines to <code>{config_file ?? 'config/presend.yaml'}</code> with your provider’s
        values, put the password into the environment variable, and start presend again:
      </Text>
      <pre className="access-config-lines" tabIndex={0} aria-label="Lines for the configuration">
        {UPSTREAM_LINES}
      </pre>
      <CopyButton size="xs" variant="default" text={UPSTREAM_LINES} said="The lines are copied." />
    </Step>
  );
}

/** Own records instead of the example's. */
export function CrmStep({ view: { crm } }: { view: WelcomeView }) {
  const done = crm.prospects > 0 && !crm.example;
  return (
    <Step title="Bring your CRM records" done={done}>
      <Text size="sm">
        {crm.prospects === 0
          ? 'There is no prospect yet. Mail to unknown recipients is held, so presend needs your records before it can let anything pass.'
          : crm.example
            ? `These are the example’s records: ${crm.companies} companies and ${crm.prospects} prospects. Mail to people who are not on record is held, so bring your own before you connect an engine.`
            : `${crm.companies} companies and ${crm.prospects} prospects are on record.`}
      </Text>
      <Group mt="sm">
        <Button component={Link} href="/crm/prospects" variant="default">
          {done ? 'Open the CRM records' : 'Import a CSV file'}
        </Button>
        <Button component={Link} href="/sync" variant="default">
          Sync with HubSpot
        </Button>
      </Group>
    </Step>
  );
}

/** An engine that sends through the gate. */
export function EngineStep({ view: { engines, smtp, http } }: { view: WelcomeView }) {
  const own = engines.filter(({ name }) => name !== 'demo');
  const shown = own[0] ?? engines[0];
  return (
    <Step title="Connect your engine" done={own.length > 0}>
      <Text size="sm">
        {own.length > 0
          ? `${own.map(({ name }) => name).join(', ')} may send through the gate.`
          : 'Your AI sales agent hands its mail to presend instead of your provider. Add it as an engine; you get a password and an API key, shown once.'}
      </Text>
      <dl className="access-facts">
        <dt>SMTP host</dt>
        <dd>
          <code>{smtp.host}</code>
        </dd>
        <dt>Port</dt>
        <dd>
          <code>{smtp.port}</code> with STARTTLS
        </dd>
        <dt>User</dt>
        <dd>
          <code>{own[0]?.name ?? 'the engine’s name'}</code>
          {own.length === 0 && shown?.open && <> (the engine {shown.name} needs none from this machine)</>}
        </dd>
        <dt>Or by HTTP</dt>
        <dd>
          <code>{http}</code> in place of the provider’s API address (Resend, SendGrid, Postmark, Mailgun,
          MailerSend, SES)
        </dd>
      </dl>
      <Group>
        <Button component={Link} href="/settings/engines" variant="default">
          {own.length > 0 ? 'Engines' : 'Add an engine'}
        </Button>
      </Group>
    </Step>
  );
}
