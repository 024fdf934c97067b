import { Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { AccountView, Enrolment, SessionView } from '../../access/web-types.ts';
import { api } from '../app/api.ts';
import { tellDone } from '../parts/notify.ts';
import { shortDate } from '../parts/time.ts';
import { ConfirmPassword } from './confirm-password.tsx';
import { EnrolmentView } from './enrolment-view.tsx';
import { RecoveryCodes } from './recovery-codes.tsx';
import { useEnter } from './use-enter.ts';
import { useForm } from './use-form.ts';

type Stage =
  | { name: 'rest' }
  | { name: 'password'; act: 'begin' | 'disable' | 'codes' }
  | { name: 'scan'; enrolment: Enrolment }
  | { name: 'codes'; codes: string[] };

/** One-time codes of an authenticator app: on, off, recovery codes. */
export function TotpPanel({ account }: { account: AccountView }) {
  const [stage, setStage] = useState<Stage>({ name: 'rest' });
  const enter = useEnter();
  const client = useQueryClient();
  const refresh = (session?: SessionView): void => {
    if (session) enter(session);
    void client.invalidateQueries({ queryKey: ['account'] });
    void client.invalidateQueries({ queryKey: ['account-sessions'] });
  };
  const rest = (): void => setStage({ name: 'rest' });
  const { totp } = account;
  return (
    <section className="access-panel">
      <h2>One-time codes</h2>
      {stage.name === 'rest' &&
        (account.provider_only || (!account.has_password && !totp) ? (
          <Text size="sm">Your identity provider asks for its own second step.</Text>
        ) : totp ? (
          <Stack gap="sm">
            <Text size="sm">
              On since {shortDate(totp.since)}. {totp.recovery_codes_left} of 10 recovery codes are left.
            </Text>
            {totp.recovery_codes_left <= 3 && (
              <Alert color="orange">Few recovery codes are left: make new ones.</Alert>
            )}
            <Group>
              <Button variant="default" onClick={() => setStage({ name: 'password', act: 'codes' })}>
                New recovery codes
              </Button>
              {!account.totp_required && (
                <Button variant="default" onClick={() => setStage({ name: 'password', act: 'disable' })}>
                  Switch off
                </Button>
              )}
            </Group>
            {account.totp_required && (
              <Text size="sm" c="dimmed">
                Your role must use them.
              </Text>
            )}
          </Stack>
        ) : (
          <Stack gap="sm">
            <Text size="sm">
              A code from an app on your phone, asked for beside the password: who learns your password alone
              cannot sign in.
            </Text>
            <div>
              <Button variant="default" onClick={() => setStage({ name: 'password', act: 'begin' })}>
                Set up one-time codes
              </Button>
            </div>
          </Stack>
        ))}
      {stage.name === 'password' && (
        <ConfirmPassword
          email={account.email}
          button={
            { begin: 'Go on', disable: 'Switch off one-time codes', codes: 'Make new recovery codes' }[
              stage.act
            ]
          }
          onCancel={rest}
          send={async (password) => {
            if (stage.act === 'begin') {
              const enrolment = await api.post<Enrolment>('/account/totp', { password });
              setStage({ name: 'scan', enrolment });
            } else if (stage.act === 'disable') {
              refresh(await api.post<SessionView>('/account/totp/disable', { password }));
              rest();
              tellDone('One-time codes are off; all other sessions have ended.');
            } else {
              const { recovery_codes } = await api.post<{ recovery_codes: string[] }>(
                '/account/recovery-codes',
                {
                  password,
                },
              );
              refresh();
              setStage({ name: 'codes', codes: recovery_codes });
            }
          }}
        />
      )}
      {stage.name === 'scan' && (
        <Scan
          enrolment={stage.enrolment}
          onCancel={rest}
          onDone={({ recovery_codes, session }) => {
            setStage({ name: 'codes', codes: recovery_codes });
            refresh(session);
          }}
        />
      )}
      {stage.name === 'codes' && <RecoveryCodes codes={stage.codes} done="I have kept them" onDone={rest} />}
    </section>
  );
}

function Scan({
  enrolment,
  onDone,
  onCancel,
}: {
  enrolment: Enrolment;
  onDone: (done: { recovery_codes: string[]; session: SessionView }) => void;
  onCancel: () => void;
}) {
  const form = useForm({
    initial: { code: '' },
    send: ({ code }) =>
      api.post<{ recovery_codes: string[]; session: SessionView }>('/account/totp/confirm', { code }),
    onDone,
  });
  return (
    <form {...form.formProps}>
      <Stack maw="24rem">
        <Text size="sm">Scan this with an authenticator app, then type the code it shows.</Text>
        <EnrolmentView enrolment={enrolment} />
        <TextInput
          label="One-time code"
          description="Six digits."
          autoComplete="one-time-code"
          inputMode="numeric"
          spellCheck={false}
          autoFocus
          {...form.field('code', 'The code')}
        />
        {form.trouble && (
          <Alert color="red" role="alert">
            {form.trouble}
          </Alert>
        )}
        <Group>
          <Button type="submit" loading={form.pending}>
            Switch on one-time codes
          </Button>
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
