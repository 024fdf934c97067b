import { Alert, Badge, Group, Stack, Text, Title } from '@mantine/core';
import type { AdapterMode, AdapterPage } from '../../settings/web-types.ts';
import { DamageReports } from '../damage/damage-reports.tsx';
import { plural } from '../parts/words.ts';
import { CanaryPanel } from './canary-panel.tsx';
import { KillSwitchPanel } from './kill-switch-panel.tsx';
import { Facts, Load } from './load.tsx';
import { MonitorsPanel } from './monitors-panel.tsx';

/** The judge model: what it may do and why, how it stands, and the kill switch. */
export default function AdapterSection() {
  return <Load section="adapter">{(page) => <Adapter page={page} />}</Load>;
}

export const MODE: Record<AdapterMode, { color: string; says: string }> = {
  active: { color: 'green', says: 'It judges with the rules; it may raise a decision, never lower one' },
  shadow: { color: 'yellow', says: 'It is asked for the record only; the rules decide alone' },
  off: { color: 'gray', says: 'It is not asked; the rules decide alone' },
};

function Adapter({ page }: { page: AdapterPage }) {
  const { model, effective, configured, kill_switch } = page;
  return (
    <Stack>
      <section className="settings-card" aria-labelledby="mode">
        <Group gap="sm" mb="sm">
          <Title order={2} size="h4" id="mode">
            What the adapter does now
          </Title>
          <Badge color={MODE[effective].color} variant="light">
            {effective}
          </Badge>
        </Group>
        <Text mb="sm">{MODE[effective].says}.</Text>
        <Facts
          facts={[
            ['Configured', `${configured} (adapter.mode in ${page.config_file ?? 'config/presend.yaml'})`],
            ['The model allows', model ? limitOf(model) : 'nothing: no model is chosen'],
            ['The kill switch allows', kill_switch.mode],
            [
              'When it cannot be asked',
              `mail waits up to ${page.wait_minutes} minutes, then ${page.when_unavailable === 'rules' ? 'the rules decide alone' : 'it is held'}`,
            ],
            ['Waiting for it', plural(page.in_line, 'message')],
          ]}
        />
      </section>
      <section className="settings-card" aria-labelledby="model">
        <Title order={2} size="h4" id="model" mb="sm">
          Model
        </Title>
        {model ? <Model model={model} /> : <NoModel />}
      </section>
      <KillSwitchPanel page={page} />
      <MonitorsPanel watched={page.monitors} />
      <DamageReports />
      <CanaryPanel />
    </Stack>
  );
}

function limitOf({ limit, calibrated }: NonNullable<AdapterPage['model']>): string {
  if (limit === 'active') return 'active: it is calibrated';
  return calibrated ? 'shadow: it was chosen to judge in shadow' : 'shadow: it was never calibrated';
}

function Model({ model }: { model: NonNullable<AdapterPage['model']> }) {
  const thresholds = Object.entries(model.calibration?.thresholds ?? {});
  return (
    <>
      {model.trouble && (
        <Alert color="red" mb="sm" title="It is not available">
          {model.trouble}
        </Alert>
      )}
      <Facts
        facts={[
          ['Name', model.name],
          ['Version', model.version],
          ['State', model.state],
          [
            'Calibration',
            model.calibration
              ? `temperature ${model.calibration.temperature.toFixed(2)}; it needs ${thresholds.map(([name, value]) => `${name} ${value.toFixed(2)}`).join(', ')}`
              : 'none',
          ],
          [
            'Tested on',
            model.validated_verticals === 'all'
              ? 'all regulated verticals'
              : model.validated_verticals.join(', ') || 'no regulated vertical',
          ],
          [
            'Latency',
            model.latency
              ? `half within ${Math.round(model.latency.p50_ms)} ms, 95 % within ${Math.round(model.latency.p95_ms)} ms (${model.latency.readings} readings)`
              : 'no reading yet',
          ],
        ]}
      />
    </>
  );
}

function NoModel() {
  return (
    <Text>
      The rules judge alone. Choose a model with <code>presend models use</code> and restart the gate;{' '}
      <code>presend models list</code> names those there are.
    </Text>
  );
}
