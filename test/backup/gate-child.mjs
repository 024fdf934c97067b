/** A gate from the build in a process of its own, to be killed: data folder and the upstream's port. Prints its port when it takes mail. */
import { fileURLToPath } from 'node:url';
import { startApp } from '../../dist/app.js';
import { configSchema } from '../../dist/config/config.js';
import { createLogger } from '../../dist/observability/logger.js';

const [folder, upstreamPort] = process.argv.slice(2);
const config = configSchema.parse({
  smtp: { port: 0 },
  http: { port: 0 },
  delivery: { undo_seconds: 0, first_retry_seconds: 1, max_retry_seconds: 1 },
  upstreams: [{ name: 'provider', host: '127.0.0.1', port: Number(upstreamPort), tls: 'none' }],
  kill_switch: { canary: { enabled: false } },
});
const app = await startApp({
  config: {
    ...config,
    hostname: 'gate.test',
    source: null,
    data_dir: folder,
    rubric: fileURLToPath(new URL('../../config/rubric.yaml', import.meta.url)),
  },
  log: createLogger('silent'),
  pollMs: 20,
  model: null,
});
process.stdout.write(`${JSON.stringify({ smtp: app.addresses.smtp[0].port })}\n`);
