/**
 * A gate from the build in a process of its own, to be killed. It loads all it needs, says so ("loaded"), and starts when it is
 * told to, so that the next one can be kept ready while this one works. Then it prints its ports as JSON.
 *
 * Bundled as CommonJS, which knows no `await` outside of functions, by `bundle.ts`.
 *
 * Arguments: one JSON object, `ChildOptions` of `child.ts`. Standard input: a JSON line `{"offsetMs": …}` starts the gate
 * with that much added to its clock; further ones move the clock; its end ends the process.
 */
import { createInterface } from 'node:readline';
import { sql } from 'kysely';
import { startApp } from '../../dist/app.js';
import { configSchema } from '../../dist/config/config.js';
import { DECISIONS } from '../../dist/message/types.js';
import { createLogger } from '../../dist/observability/logger.js';
import { migrations } from '../../dist/store/migrations/index.js';
import { MUTATIONS } from './mutations.mjs';

const { folder, rubric, config, model, synchronous, mutation, newer } = JSON.parse(process.argv[2]);

// A version of presend after this one, as far as the database sees it.
if (newer)
  migrations['9999-newer'] = { up: (db) => sql.raw('alter table deliveries add column newer text').execute(db) };

/** Answers by what a mail says: BLOCK where it is asked to be stopped by the adapter, PASS otherwise. */
const scripted = {
  name: 'scripted',
  adapter: {
    version: 'scripted@1',
    warmup: async () => {},
    health: () => ({ state: 'ready' }),
    classify: async ({ draft }) => {
      const said = draft.body.includes('Dislikable') ? 'BLOCK' : 'PASS';
      const logLikelihood = Object.fromEntries(
        DECISIONS.map((decision) => [decision, Math.log(decision === said ? 0.97 : 0.001)]),
      );
      return { logLikelihood, mass: 0.99, exact: true, promptTokens: 500, trimmed: [] };
    },
    explain: async () => 'It says so.',
    release: async () => {},
  },
  calibration: {
    format: 1,
    version: 'scripted@1',
    temperature: 1,
    bias: { SUPPRESS: 0, ESCALATE: 0, BLOCK: 0, PENALISE: 0, PASS: 0 },
    thresholds: { SUPPRESS: 0.7, ESCALATE: 0.7, BLOCK: 0.7, PENALISE: 0.7, PASS: 0.7 },
    notes: {},
  },
  shadowOnly: false,
  validatedVerticals: 'all',
  concurrency: 4,
};

async function main() {
  const lines = createInterface(process.stdin)[Symbol.asyncIterator]();
  const parsed = configSchema.parse(config);
  process.stdout.write('loaded\n');
  let { offsetMs } = JSON.parse((await lines.next()).value);

  const app = await startApp({
    config: { ...parsed, hostname: 'gate.test', source: null, data_dir: folder, rubric },
    log: createLogger('silent'),
    now: () => Date.now() + offsetMs,
    pollMs: 20,
    ...(model === 'configured' ? {} : { model: model === 'scripted' ? scripted : null }),
  });
  // What a wrong gate would do, for the control runs; on its own connection alone, and gone with it.
  const { db } = app.database;
  if (synchronous) await sql`pragma synchronous = ${sql.raw(synchronous)}`.execute(db);
  for (const statement of mutation ? MUTATIONS[mutation] : []) await sql.raw(statement).execute(db);
  process.stdout.write(
    `${JSON.stringify({ smtp: app.addresses.smtp[0].port, http: app.addresses.http.port })}\n`,
  );

  for await (const line of lines) {
    ({ offsetMs } = JSON.parse(line));
    app.wake();
  }
  process.exit(0);
}

void main();
