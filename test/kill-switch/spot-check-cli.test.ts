import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { actorName } from '../../src/cli/actor.ts';
import type { Labelled } from '../../src/cli/spot-check-label.ts';
import type { TestGate } from '../support/gate.ts';
import { judgeEachKind, spotGate } from './spot-check-setup.ts';

/** The built command beside the running gate, with what is typed. */
async function presend(gate: TestGate, args: string[], typed = '') {
  const child = spawn(process.execPath, [
    join(PROJECT_ROOT, 'dist/main.js'),
    '--data',
    gate.dataDir,
    'spot-check',
    ...args,
  ]);
  child.stdin.end(typed);
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await ended, stdout, stderr };
}

test('from the terminal a check is drawn, answered blind from standard input, changed, and its results shown', async () => {
  const gate = await spotGate();
  const before = await presend(gate, ['status']);
  expect(before.stdout).toMatch(/Drawn next: .* 20 decisions\.\nNone was drawn yet/);
  expect(await presend(gate, ['draw'])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/nothing was judged since the last draw/),
  });
  await judgeEachKind(gate);
  expect((await presend(gate, ['draw'])).stdout).toMatch(/Spot check 1: 7 of 7 decisions drawn/);

  // Skips one, is not sure of one, then mistypes, then blocks one by a rule's key; the input ends there.
  const first = await presend(gate, ['label', '--json'], 's\n0\n\nperhaps\nblock\nd\na leak, I think\n');
  expect(first.code).toBe(0);
  const result = JSON.parse(first.stdout) as Labelled;
  expect(result.answered).toMatchObject([
    { decision: 'not_sure', rule: null, right: null },
    { decision: 'BLOCK', rule: 'thread_leak' },
  ]);
  expect(result).toMatchObject({ skipped: 1, waiting: 5 });
  expect(first.stderr).toContain('"perhaps" is none of these.');
  // What is shown before the first answer tells nothing of the verdict.
  const shown = first.stderr.split('What should the decision have been?')[0];
  expect(shown).toMatch(/Subject {2}To vp@/);
  expect(shown).toMatch(/prospect_id: /);
  const [, blind] = shown.split('── CRM record as it was judged ──');
  expect(blind.split('\n1 SUPPRESS')[0]).not.toMatch(
    /SUPPRESS|ESCALATE|BLOCK|PENALISE|PASS|HOLD|adapter|verdict/,
  );
  expect(first.stderr).toMatch(/The judge: \w+/);

  const { item } = result.answered[1];
  const again = await presend(gate, ['label', '--again', String(item)], 'pass\n\n');
  expect(again.stdout).toMatch(/1 answer kept, 0 skipped/);
  const kept = await gate.app.database.db
    .selectFrom('spot_check_answers')
    .select(['person_key', 'decision', 'rule', 'note'])
    .where('item_id', '=', item)
    .execute();
  expect(kept).toEqual([{ person_key: actorName().toLowerCase(), decision: 'PASS', rule: null, note: null }]);

  const results = await presend(gate, ['results']);
  expect(results.stdout).toMatch(/Probe E01 .*not enough labels: 0 of 10/);
  expect(results.stdout).toMatch(/Spot check 1, drawn .* 7 of 7: the judge was right in [01] of 1/);
  const details = await presend(gate, ['results', '1']);
  expect(details.stdout).toMatch(/5 are not shown: you have not answered them yet/);
  expect((await presend(gate, ['results', '9'])).stderr).toMatch(/there is no spot check 9/);
  const status = await presend(gate, ['status', '--json']);
  expect(JSON.parse(status.stdout)).toMatchObject({
    adapter: 'fake@1',
    waiting: 5,
    check: { id: 1, items: 7 },
  });
}, 120_000);
