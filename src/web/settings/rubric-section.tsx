import { Alert, Button, Group, NativeSelect, Stack, Text } from '@mantine/core';
import { useSessionStorage } from '@mantine/hooks';
import { useRef, useState } from 'react';
import { changedFields } from '../../judge/rubric-fields.ts';
import type { RubricValues } from '../../judge/rubric.ts';
import type { BacktestBody, BacktestView, ModelChoice, RubricPage } from '../../settings/web-types.ts';
import { api } from '../app/api.ts';
import { tellDone } from '../parts/notify.ts';
import { ShownTime } from '../parts/shown-time.tsx';
import { useAct } from './act.ts';
import { BacktestPanel } from './backtest-panel.tsx';
import { Facts, Load, useMayChange, useReload } from './load.tsx';
import { ReasonDialog } from './reason-dialog.tsx';
import { RubricForm } from './rubric-form.tsx';
import { RubricHistory } from './rubric-history.tsx';

/** The rubric: read, edit, try on past mail, save, go back. */
export default function RubricSection() {
  return <Load section="rubric">{(page) => <Rubric page={page} />}</Load>;
}

/** An edit under way, kept while one looks at other pages. */
interface Draft {
  base: string;
  values: RubricValues;
}

function Rubric({ page }: { page: RubricPage }) {
  const mayChange = useMayChange();
  const reload = useReload('rubric');
  const [draft, setDraft] = useSessionStorage<Draft | null>({ key: 'rubric-draft', defaultValue: null });
  const [days, setDays] = useState('30');
  const [model, setModel] = useState('');
  const [run, setRun] = useState<{ id: string; of: string; rubric: string } | null>(null);
  const [saving, setSaving] = useState(false);
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const { busy, fields, act } = useAct();
  const panel = useRef<HTMLDivElement>(null);
  const values = draft?.values ?? page.values;
  const changed = changedFields(page.values, values);
  const stale = draft !== null && draft.base !== page.version;
  const disabled = !mayChange || page.trouble !== null;
  const body = { base: page.version, values };
  const rubric = JSON.stringify(body);
  const mark = JSON.stringify([changed.length > 0 ? body : null, model]);
  const nothing = changed.length === 0 && model === '';

  const tryIt = (): Promise<void> =>
    act(async () => {
      const trial: BacktestBody = {
        ...(changed.length > 0 ? body : {}),
        adapter: model || null,
        since_days: Number(days),
      };
      const started = await api.post<BacktestView>('/settings/rubric/backtests', trial);
      setRun({ id: started.id, of: mark, rubric });
      requestAnimationFrame(() => panel.current?.focus());
    });
  const save = async (why: string): Promise<void> => {
    try {
      await api.send('PUT', '/settings/rubric', { ...body, why: why || null });
    } catch (error) {
      setWrong((error as { fields?: Record<string, string> }).fields ?? {});
      throw error;
    }
    setDraft(null);
    setRun(null);
    tellDone('Saved: it holds for the next mail, and what is held is judged again.');
    await reload();
  };

  return (
    <Stack>
      <Status page={page} />
      {stale && changed.length > 0 && (
        <Alert color="orange" title="The rubric was changed meanwhile">
          Your edit began at version {draft.base}; {page.version} is in force now. What you typed is kept and
          counts against that: look at the marked fields once more.
        </Alert>
      )}
      <RubricForm
        page={page}
        values={values}
        changed={changed}
        fields={{ ...fields, ...wrong }}
        disabled={disabled}
        onChange={(next) => {
          setWrong({});
          setDraft({ base: draft?.base ?? page.version, values: next });
        }}
      />
      <div ref={panel} tabIndex={-1}>
        {run && <BacktestPanel id={run.id} outdated={run.of !== mark} />}
      </div>
      {mayChange && (changed.length > 0 || page.models.length > 0) && (
        <div
          className={changed.length > 0 ? 'rubric-bar' : 'rubric-bar rubric-bar-still'}
          role="region"
          aria-label="Your change"
        >
          <Text size="sm" mb="xs">
            {changed.length === 0
              ? 'Nothing is changed. Another model can be tried on past mail all the same.'
              : `${changed.length === 1 ? 'One change' : `${changed.length} changes`}: ${changed.join(', ')}. Not saved yet.`}
          </Text>
          <Group gap="xs">
            <NativeSelect
              aria-label="How far back to try it"
              value={days}
              onChange={(event) => setDays(event.currentTarget.value)}
              data={[
                { value: '7', label: 'last 7 days' },
                { value: '30', label: 'last 30 days' },
                { value: '90', label: 'last 90 days' },
              ]}
            />
            {page.models.length > 0 && (
              <NativeSelect
                aria-label="Which model to try it with"
                value={model}
                onChange={(event) => setModel(event.currentTarget.value)}
                data={[
                  { value: '', label: 'readings as they were' },
                  ...page.models.map((one) => ({ value: one.name, label: modelLabel(one) })),
                ]}
              />
            )}
            <Button loading={busy} disabled={disabled || nothing} onClick={() => void tryIt()}>
              Try it on past mail
            </Button>
            {changed.length > 0 && (
              <>
                <Button
                  variant={run?.rubric === rubric ? 'filled' : 'default'}
                  disabled={disabled}
                  onClick={() => setSaving(true)}
                >
                  Save…
                </Button>
                <Button
                  variant="default"
                  onClick={() => {
                    setDraft(null);
                    setRun(null);
                    setWrong({});
                  }}
                >
                  Discard
                </Button>
              </>
            )}
          </Group>
        </div>
      )}
      <RubricHistory page={page} />
      {saving && (
        <ReasonDialog
          title="Save the rubric"
          button="Save"
          required={false}
          onClose={() => setSaving(false)}
          onConfirm={save}
        >
          <Text size="sm">
            {run?.rubric === rubric
              ? 'It holds for the next mail. What is held is judged again, which can suppress and never relays.'
              : 'You have not tried exactly this change on past mail. It holds for the next mail; what is held is judged again, which can suppress and never relays.'}
          </Text>
        </ReasonDialog>
      )}
    </Stack>
  );
}

/** "my-judge, asked again (not calibrated: readings only)" */
const modelLabel = ({ name, active, calibrated }: ModelChoice): string =>
  `${name}${active ? ' (active)' : ''}, asked again${calibrated ? '' : ' – not calibrated: readings only'}`;

function Status({ page }: { page: RubricPage }) {
  const saved = page.origin === 'data';
  return (
    <section className="settings-card" aria-label="The rubric in force">
      <Facts
        facts={[
          ['In force', `version ${page.version}, ${saved ? 'saved here' : 'as configured'}`],
          ['File', page.path],
          ...(saved ? ([['Wins over', page.configured_path]] as const) : []),
        ]}
      />
      {page.trouble && (
        <Alert color="red" mt="sm" title="The file was edited by hand and is not valid">
          <pre className="settings-code">{page.trouble}</pre>
          Version {page.version} stays in force. Mend the file, or go back to a version of the history below;
          the file is then kept beside as rubric.yaml.invalid.
        </Alert>
      )}
      {page.by_hand && (
        <Alert color="blue" mt="sm" title="The file was changed outside of presend">
          Noticed on <ShownTime at={page.by_hand.at} />; it is in force as it stands there. What you save here
          keeps it and adds your change.
        </Alert>
      )}
      <details className="settings-details">
        <summary>The file’s text</summary>
        <pre className="settings-code">{page.text}</pre>
      </details>
    </section>
  );
}
