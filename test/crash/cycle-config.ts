import type { ChildOptions } from './child.ts';

/** How long the gate waits for an upstream's final reply. */
export const ANSWER_SECONDS = 2;

/** What is around a gate. */
interface World {
  upstreams: { smtp: { port: number }; apiUrl: string };
  /** A port that nobody listens on. */
  deadPort: number;
}

/** Short times, so that a cycle sees many of everything. */
export function configOf({ upstreams, deadPort }: World): ChildOptions['config'] {
  const patience = {
    tls: 'none',
    connect_seconds: 2,
    greeting_seconds: 2,
    idle_seconds: 2,
    attempt_seconds: 1.5,
    answer_seconds: ANSWER_SECONDS,
  } as const;
  const provider = {
    base_url: upstreams.apiUrl,
    attempt_seconds: 1.5,
    answer_seconds: ANSWER_SECONDS,
  };
  return {
    smtp: { port: 0 },
    http: { port: 0, retry_minutes: 600 },
    answer: { wait_ms: 400 },
    upstreams: [
      { name: 'provider', host: '127.0.0.1', port: upstreams.smtp.port, ...patience },
      { name: 'refusing', host: '127.0.0.1', port: deadPort, ...patience },
    ],
    providers: {
      resend: { api_key: 're_test', ...provider },
      postmark: { api_key: 'test', ...provider },
    },
    webhooks: { allow_private: true, timeout_seconds: 1 },
    delivery: { undo_seconds: 0.2, first_retry_seconds: 0.1, max_retry_seconds: 0.5, lease_seconds: 5 },
    escalation: { from: 'presend@gate.test', fallback: 'fallback@owners.example' },
    kill_switch: { watch_seconds: 3_600, canary: { enabled: false }, spot_check: { enabled: false } },
  };
}
