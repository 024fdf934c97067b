import { Alert, Button, Group, TextInput } from '@mantine/core';
import { type FormEvent, useId, useState } from 'react';
import type { TestResult, UpstreamView, UpstreamsPage } from '../../settings/web-types.ts';
import { api } from '../app/api.ts';
import { useAccount } from '../app/session.tsx';
import { useAct } from './act.ts';

/** Sends one real mail through an upstream and shows what it said. */
export function TestSendForm({ upstream, from }: { upstream: UpstreamView; from: UpstreamsPage['from'] }) {
  const { email } = useAccount();
  const [to, setTo] = useState(email);
  const [sender, setSender] = useState(from.own);
  const [result, setResult] = useState<TestResult | null>(null);
  const { busy, fields, act } = useAct();
  const senders = useId();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setResult(null);
    void act(async () => {
      setResult(
        await api.post<TestResult>(`/settings/upstreams/${upstream.name}/test`, { to, from: sender }),
      );
    });
  };
  const done = result?.outcome === 'delivered';
  return (
    <details className="settings-details">
      <summary>Send a test mail through {upstream.name}</summary>
      <form onSubmit={submit}>
        <Group align="flex-start" grow preventGrowOverflow={false}>
          <TextInput
            label="From"
            description="Must be one the provider lets you send as."
            value={sender}
            onChange={(event) => setSender(event.currentTarget.value)}
            error={fields['from']}
            list={senders}
            type="email"
            required
          />
          <TextInput
            label="To"
            description="One of your own people."
            value={to}
            onChange={(event) => setTo(event.currentTarget.value)}
            error={fields['to']}
            type="email"
            required
          />
        </Group>
        <datalist id={senders}>
          {[from.own, ...from.domains.map((domain) => `test@${domain.replace(/^\./u, '')}`)].map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
        <Button type="submit" mt="sm" loading={busy}>
          Send a test mail
        </Button>
      </form>
      <div role="status">
        {result && (
          <Alert mt="sm" color={done ? 'green' : 'red'} title={result.meaning}>
            <pre className="settings-code">{result.response}</pre>
            {result.advice && <p>{result.advice}</p>}
            <small>
              {result.upstream}, {result.took_ms} ms{result.status ? `, status ${result.status}` : ''}
            </small>
          </Alert>
        )}
      </div>
    </details>
  );
}
