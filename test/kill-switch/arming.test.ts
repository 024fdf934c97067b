import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { newestSwitchEntry, reset, trip } from '../../src/kill-switch/switch-store.ts';
import { safest } from '../../src/judge/adapter-mode.ts';
import { startGate } from '../support/gate.ts';
import { signIn } from '../support/sign-in.ts';

const SOURCE = join(PROJECT_ROOT, 'src');

/** Files of the source (not the browser's) whose text matches, below `src`. */
function filesWith(pattern: RegExp): string[] {
  return readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.startsWith('web/'))
    .filter((name) => pattern.test(readFileSync(join(SOURCE, name), 'utf8')))
    .toSorted();
}

describe('a tripped switch is armed by a person and nothing else', () => {
  test('in the code: one file writes the table, and only the command and the admin’s endpoint call reset', () => {
    const write =
      /(?:insertInto|updateTable|deleteFrom|insert into|update|delete from)\(?\s*'?kill_switch\b/u;
    expect(filesWith(write)).toEqual(['kill-switch/switch-store.ts']);
    expect(filesWith(/\breset\b[^;]*from '[^']*switch-store\.ts'/u)).toEqual([
      'cli/kill-switch.ts',
      'settings/adapter-endpoints.ts',
    ]);
  });

  test('whatever trips it, and in whatever order, only tightens it until it is reset', async () => {
    const gate = await startGate();
    const { database } = gate.app;
    const act = fc.constantFrom('shadow' as const, 'off' as const, 'reset' as const);
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 8 }), async (acts) => {
        let mode = (await newestSwitchEntry(database.db))?.mode ?? 'active';
        for (const one of acts) {
          if (one !== 'reset') {
            await database.transact((trx) => trip(trx, { by: 'monitor:x', reason: 'r', mode: one, at: 1 }));
            mode = safest(mode, one);
          } else if (mode !== 'active') {
            await database.transact((trx) => reset(trx, { by: 'kim', reason: 'looked at', at: 1 }));
            mode = 'active';
          }
          expect((await newestSwitchEntry(database.db))?.mode ?? 'active').toBe(mode);
        }
      }),
      { numRuns: 30, seed: 11 },
    );
    // A monitor cannot ask for more than it may, even by mistake.
    await database.transact((trx) => trip(trx, { by: 'm', reason: 'r', mode: 'off', at: 2 }));
    await database.transact((trx) => trip(trx, { by: 'm', reason: 'r', mode: 'active' as 'off', at: 3 }));
    expect((await newestSwitchEntry(database.db))!.mode).toBe('off');
  });

  test('only an admin may, with a reason of three characters', async () => {
    const gate = await startGate();
    await gate.app.database.transact((trx) => trip(trx, { by: 'm', reason: 'r', at: 1 }));
    const path = '/settings/kill-switch/reset';
    for (const role of ['reviewer', 'auditor'] as const) {
      const person = await signIn(gate, { role });
      expect((await person.send('POST', path, { reason: 'I want it back' })).status).toBe(403);
    }
    const admin = await signIn(gate);
    expect((await admin.send('POST', path, { reason: ' x ' })).status).toBe(400);
    expect((await newestSwitchEntry(gate.app.database.db))!.mode).toBe('shadow');
    expect((await admin.send('POST', path, { reason: 'looked at' })).status).toBe(200);
    expect(await newestSwitchEntry(gate.app.database.db)).toMatchObject({
      mode: 'active',
      actor: 'admin@gate.test',
      reason: 'looked at',
    });
  });
});
