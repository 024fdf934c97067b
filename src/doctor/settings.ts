import { isIP } from 'node:net';
import type { Config } from '../config/config.ts';
import { type Check, type Finding, ok, warning } from './check.ts';

/** Names under which a secret itself may stand in the configuration. */
const SECRET_KEY = /(?:^|_)(?:password|secret|token|api_key|signing_key|webhook_url|client_secret)$/;

/** Whether the configuration has secrets in it, instead of naming a variable or file. */
export function holdsSecrets(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsSecrets);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(
    ([key, inner]) =>
      (SECRET_KEY.test(key) && typeof inner === 'string' && inner !== '') || holdsSecrets(inner),
  );
}

/** Settings that are allowed and that somebody may not have meant. */
export function settingsCheck(config: Config, openEngines: readonly string[]): Check {
  return {
    id: 'settings',
    title: 'Settings',
    look: () => {
      const risks = riskySettings(config, openEngines);
      return risks.length > 0 ? risks : ok('Valid, and nothing in it is risky.');
    },
  };
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

/** @param openEngines names of engines that may send from this machine without a password */
export function riskySettings(config: Config, openEngines: readonly string[]): Finding[] {
  const { smtp, http, answer, upstreams, providers, log, storage, webhooks } = config;
  const leaves = upstreams.length > 0 || Object.keys(providers).length > 0;
  const risks: [when: boolean, says: string, mend: string][] = [
    [
      smtp.auth_without_tls_on_loopback,
      'smtp.auth_without_tls_on_loopback: passwords of engines on this machine travel unencrypted.',
      'Let the engines use STARTTLS and set it to false.',
    ],
    [
      smtp.tls === null && !isLoopback(smtp.host),
      `smtp.host is ${smtp.host} and smtp.tls is not set: engines on other machines cannot check the certificate the gate made itself.`,
      'Name a certificate for the gate under smtp.tls.',
    ],
    [
      !isLoopback(http.host),
      `http.host is ${http.host}: the HTTP side has no TLS, so keys, sessions and mail can be read on the way.`,
      'Set it to 127.0.0.1 and put a proxy with TLS in front.',
    ],
    [
      http.public_url !== null &&
        http.public_url.startsWith('http:') &&
        !isLoopback(new URL(http.public_url).hostname),
      `http.public_url is ${http.public_url}: sessions and signed links travel unencrypted.`,
      'Use an https address.',
    ],
    [
      answer.suppressed === 'accept',
      'answer.suppressed is accept: an engine is told 250 for mail that nobody gets, and logs it as sent.',
      'Set it to reject if the engine can bear a refusal.',
    ],
    [
      openEngines.length > 0 && leaves,
      `Any program on this machine may send as ${openEngines.join(', ')} without a password, and mail really leaves.`,
      `Close it: presend engine set ${openEngines[0]} --no-loopback-without-auth`,
    ],
    ...upstreams.flatMap(({ name, host, tls, verify_certificate }): typeof risks => [
      [
        (tls === 'none' || tls === 'opportunistic') && !isLoopback(host),
        `Upstream ${name}: with tls: ${tls} mail may travel unencrypted.`,
        'Set tls: required (port 587) or tls: implicit (port 465).',
      ],
      [
        !verify_certificate && !isLoopback(host),
        `Upstream ${name}: its certificate is not checked, so anybody on the way can read the mail.`,
        'Set verify_certificate: true; a private authority goes into ca_file.',
      ],
    ]),
    [
      !leaves,
      'There is no upstream: mail that is let go is written to the outbox folder and reaches nobody.',
      'Name your provider under upstreams or providers when mail is to leave.',
    ],
    [
      !log.redact,
      'log.redact is false: addresses and texts of mails are in the log.',
      'Set it to true when the fault you look for is found.',
    ],
    [
      webhooks.allow_private,
      'webhooks.allow_private: an engine’s webhook may reach into the private network.',
      'Set it to false unless your engines are there.',
    ],
    [
      storage.min_free_mb === 0,
      'storage.min_free_mb is 0: mail is accepted to the last byte, and then nothing can be settled any more.',
      'Set it to 100 or more.',
    ],
  ];
  return risks.flatMap(([when, says, mend]) => (when ? [warning(says, mend)] : []));
}
