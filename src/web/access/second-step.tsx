import { Alert, Anchor, Button, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Enrolment, SignInResult } from '../../access/web-types.ts';
import { ApiFailure, api } from '../app/api.ts';
import { EnrolmentView } from './enrolment-view.tsx';
import { useForm } from './use-form.ts';

type Done = Extract<SignInResult, { step: 'done' }>;

/** The second step of signing in: a one-time code, or setting the app up where the role must. */
export function SecondStep({
  token,
  enrolment,
  onDone,
  onBack,
}: {
  token: string;
  enrolment: Enrolment | null;
  onDone: (done: Done) => void;
  onBack: () => void;
}) {
  const [recovery, setRecovery] = useState(false);
  const form = useForm({
    initial: { code: '' },
    send: ({ code }) => api.post<Done>('/session/second-step', { token, code }),
    onDone,
  });
  const over = form.error instanceof ApiFailure && form.error.code === 'conflict';
  return (
    <form {...form.formProps}>
      <Stack>
        {enrolment && (
          <>
            <Text size="sm">
              Your role must use one-time codes. Scan this with an authenticator app, then type the code it
              shows.
            </Text>
            <EnrolmentView enrolment={enrolment} />
          </>
        )}
        <TextInput
          label={recovery ? 'Recovery code' : 'One-time code'}
          description={
            recovery
              ? 'One of the ten you kept; each works once.'
              : enrolment
                ? 'Six digits.'
                : 'Six digits, from your authenticator app.'
          }
          autoComplete="one-time-code"
          inputMode={recovery ? 'text' : 'numeric'}
          autoCapitalize="none"
          spellCheck={false}
          data-autofocus
          autoFocus
          {...form.field('code', recovery ? 'The recovery code' : 'The code')}
        />
        {form.trouble && (
          <Alert color="red" role="alert">
            {form.trouble}
          </Alert>
        )}
        <Button type="submit" loading={form.pending} disabled={over}>
          Sign in
        </Button>
        {!enrolment && (
          <Anchor component="button" type="button" size="sm" onClick={() => setRecovery(!recovery)}>
            {recovery ? 'Use the authenticator app' : 'Use a recovery code instead'}
          </Anchor>
        )}
        <Anchor component="button" type="button" size="sm" onClick={onBack}>
          Begin again
        </Anchor>
      </Stack>
    </form>
  );
}
