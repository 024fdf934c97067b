/**
 * A gate from the build in a process of its own, to be killed, with a model that answers by what a mail says: a mail with
 * "broken" gets a malformed answer, one with "block" BLOCK, all else PASS. Prints its ports as JSON when it takes mail.
 */
import { startApp } from '../../dist/app.js';
import { configSchema } from '../../dist/config/config.js';
import { AdapterError } from '../../dist/judge/adapter/adapter.js';
import { DECISIONS } from '../../dist/message/types.js';
import { createLogger } from '../../dist/observability/logger.js';

const [folder, rubric] = process.argv.slice(2);

const flat = { SUPPRESS: 0, ESCALATE: 0, BLOCK: 0, PENALISE: 0, PASS: 0 };
const adapter = {
  version: 'scripted@1',
  warmup: async () => {},
  health: () => ({ state: 'ready' }),
  classify: async ({ draft }) => {
    if (draft.body.includes('broken')) throw new AdapterError('malformed', 'it gave no likelihood');
    const said = draft.body.includes('block') ? 'BLOCK' : 'PASS';
    const logLikelihood = Object.fromEntries(
      DECISIONS.map((decision) => [decision, Math.log(decision === said ? 0.97 : 0.001)]),
    );
    return { logLikelihood, mass: 0.99, exact: true, promptTokens: 500, trimmed: [] };
  },
  explain: async () => 'It says so.',
  release: async () => {},
};
const model = {
  name: 'scripted',
  adapter,
  calibration: {
    format: 1,
    version: 'scripted@1',
    temperature: 1,
    bias: flat,
    thresholds: { SUPPRESS: 0.7, ESCALATE: 0.7, BLOCK: 0.7, PENALISE: 0.7, PASS: 0.7 },
    notes: {},
  },
  shadowOnly: false,
  validatedVerticals: 'all',
  concurrency: 4,
};
const config = configSchema.parse({
  smtp: { port: 0 },
  http: { port: 0 },
  delivery: { undo_seconds: 0 },
  kill_switch: {
    watch_seconds: 0.05,
    false_positives: { labels: 5, prospects: 40 },
    canary: { enabled: false },
  },
});
const app = await startApp({
  config: { ...config, hostname: 'gate.test', source: null, data_dir: folder, rubric },
  log: createLogger('silent'),
  pollMs: 20,
  model,
});
process.stdout.write(
  `${JSON.stringify({ smtp: app.addresses.smtp[0].port, http: app.addresses.http.port })}\n`,
);
