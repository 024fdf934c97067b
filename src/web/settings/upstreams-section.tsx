import { Alert, Badge, Group, Stack, Text, Title } from '@mantine/core';
import type { AttemptView, UpstreamView, UpstreamsPage } from '../../settings/web-types.ts';
import { ShownTime } from '../parts/shown-time.tsx';
import { Facts, Load, useMayChange } from './load.tsx';
import { TestSendForm } from './test-send-form.tsx';

/** Upstreams and provider accounts as configured, how their last attempts ended, and a mail to try each. */
export default function UpstreamsSection() {
  return <Load section="upstreams">{(page) => <Upstreams page={page} />}</Load>;
}

const KIND = { smtp: 'SMTP', account: 'provider account', outbox: 'built in' };

function Upstreams({ page }: { page: UpstreamsPage }) {
  const mayChange = useMayChange();
  return (
    <Stack>
      {page.outbox_only && (
        <Alert color="orange" title="No upstream is configured: mail stays here">
          <Text size="sm" mb="xs">
            What is relayed is kept in <code>{page.outbox_folder}</code> and reaches nobody. Name your
            provider in <code>{page.config_file ?? 'config/presend.yaml'}</code> and restart the gate:
          </Text>
          <pre className="settings-code">
            {
              '# in place of the line "upstreams: []"\nupstreams:\n  - name: provider\n    host: smtp.provider.example\n    port: 587\n    auth: { user: …, password_env: PROVIDER_PASSWORD }'
            }
          </pre>
        </Alert>
      )}
      {page.upstreams.map((upstream) => (
        <section key={upstream.name} className="settings-card" aria-labelledby={`upstream-${upstream.name}`}>
          <Group gap="sm" mb="sm">
            <Title order={2} size="h4" id={`upstream-${upstream.name}`}>
              {upstream.name}
            </Title>
            <Badge variant="light">{KIND[upstream.kind]}</Badge>
            <State upstream={upstream} />
          </Group>
          <Facts
            facts={[
              ['Where', upstream.where],
              ...(upstream.tls ? ([['TLS', upstream.tls]] as const) : []),
              ...(upstream.kind === 'outbox' ? [] : ([['Signs in', upstream.auth ? 'yes' : 'no']] as const)),
              [
                'Used by',
                [upstream.used_by_default ? 'default order' : null, ...upstream.engines]
                  .filter((one) => one !== null)
                  .join(', ') ||
                  (upstream.kind === 'account' ? 'mail that came in the shape of its API' : 'no engine'),
              ],
              ['Last success', <Attempt key="success" attempt={upstream.last_success} />],
              ['Last failure', <Attempt key="failure" attempt={upstream.last_failure} />],
            ]}
          />
          {mayChange && <TestSendForm upstream={upstream} from={page.from} />}
        </section>
      ))}
    </Stack>
  );
}

function State({ upstream: { last_success, last_failure } }: { upstream: UpstreamView }) {
  if (!last_success && !last_failure) return <Badge color="gray">not used yet</Badge>;
  const failing = last_failure !== null && last_failure.at > (last_success?.at ?? 0);
  return (
    <Badge color={failing ? 'red' : 'green'} variant="light">
      {failing ? 'last attempt failed' : 'works'}
    </Badge>
  );
}

function Attempt({ attempt }: { attempt: AttemptView | null }) {
  if (!attempt) return 'none';
  return (
    <>
      <ShownTime at={attempt.at} />
      {attempt.response && `: ${attempt.response}`}
    </>
  );
}
