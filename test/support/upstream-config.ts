import { upstreamSchema } from '../../src/delivery/upstream.ts';
import type { SmtpUpstream } from './smtp-upstream.ts';

/** Configuration of a test upstream: loopback, no TLS, short timeouts. */
export function upstreamConfig(upstream: SmtpUpstream, name = 'provider') {
  return upstreamSchema.parse({ name, host: '127.0.0.1', port: upstream.port, tls: 'none' });
}
