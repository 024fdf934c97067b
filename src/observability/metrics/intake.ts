import { Counter, Gauge, Histogram } from 'prom-client';
import type { MetricsRegistry } from '../exposition.ts';

/** Mail coming in. `intake` is `smtp` or the front's name. */
export function intakeMetrics(registers: MetricsRegistry[]) {
  return {
    accepted: new Counter({
      name: 'presend_accepted_total',
      help: 'Messages accepted; retries of the same message are not counted again.',
      labelNames: ['engine', 'intake'],
      registers,
    }),
    retries: new Counter({
      name: 'presend_accept_retries_total',
      help: 'Messages that came again and got the id of the first time.',
      labelNames: ['engine', 'intake'],
      registers,
    }),
    acceptSeconds: new Histogram({
      name: 'presend_accept_seconds',
      help: 'Time from the last byte of a message (SMTP) or request (HTTP) until it was durable on disk.',
      labelNames: ['intake'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
      enableExemplars: true,
      registers,
    }),
    refused: new Counter({
      name: 'presend_refused_total',
      help: 'Mails and requests refused before anything was stored, by why.',
      labelNames: ['intake', 'reason'],
      registers,
    }),
    smtpLimits: new Counter({
      name: 'presend_smtp_limits_total',
      help: 'Limits of the SMTP intake that a client ran into, by which.',
      labelNames: ['limit'],
      registers,
    }),
    smtpConnections: new Gauge({
      name: 'presend_smtp_connections',
      help: 'SMTP connections open now, those in a TLS handshake too.',
      registers,
    }),
    authFailures: new Counter({
      name: 'presend_auth_failures_total',
      help: 'Failed AUTH attempts, those refused unchecked too, and requests with a wrong key or none.',
      registers,
    }),
  };
}
