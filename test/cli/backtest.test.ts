import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import type os from 'node:os';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { register as backtest } from '../../src/cli/backtest.ts';
import { register as evaluation } from '../../src/cli/eval.ts';
import { register as labels } from '../../src/cli/labels.ts';
import { register as start } from '../../src/cli/start.ts';
import { PROJECT_ROOT } from '../../src/config/config.ts';
import { type TestGate, addProspect, startGate } from '../support/gate.ts';
import { startJudgeHost } from '../support/judge-host.ts';

// The command takes the lowest priority, which would be this process's and its other tests' too.
vi.mock('node:os', async (original) => ({ ...(await original<typeof os>()), setPriority: () => {} }));

const shipped = readFileSync(join(PROJECT_ROOT, 'config/rubric.yaml'), 'utf8');

/** Runs one command in this process. */
async function presend(dataDir: string, ...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      written[name] += String(text);
      return true;
    });
  }
  const program = new Command('presend').option('--config <file>').option('--data <folder>').exitOverride();
  for (const register of [backtest, evaluation, labels, start]) register(program);
  try {
    await program.parseAsync(['--data', dataDir, ...args], { from: 'user' });
  } finally {
    vi.restoreAllMocks();
  }
  return written;
}

function file(name: string, text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'presend-cli-')), name);
  writeFileSync(path, text);
  return path;
}

/** Two mails held for a funding rumour, one of them labelled. */
async function labelledGate(): Promise<TestGate> {
  const gate = await startGate();
  for (const name of ['one', 'two']) {
    await addProspect(gate, `low@${name}.example`, { company: { funding_confidence: 'low' } });
    await gate.send({ to: `low@${name}.example`, text: 'Congratulations on closing your $20M Series B!' });
  }
  const [first] = await gate.deliveries();
  await gate.app.review.reject(first.id, { actor: 'kim', label: 'right', reason: 'It is a rumour.' });
  return gate;
}

afterEach(() => {
  process.exitCode = undefined;
});

describe('presend backtest', () => {
  test('tells per rule what would be released, with the reviewers’ labels', async () => {
    const gate = await labelledGate();
    const rubric = file('new.yaml', shipped.replace(/(low_confidence_funding:) enforce/, '$1 off'));
    const { stdout } = await presend(gate.dataDir, 'backtest', '--rubric', rubric);
    expect(stdout).toMatch(/^2 deliveries of 2 messages judged again \(/);
    expect(stdout).toMatch(/2 × hold → relay; reviewers had called the judge: 1 right/);
    expect(stdout).toMatch(/low_confidence_funding +2 \(1 rightly stopped\) +– +–/);
    const json = JSON.parse((await presend(gate.dataDir, 'backtest', '--rubric', rubric, '--json')).stdout);
    expect(json).toMatchObject({
      partial: false,
      adapter: null,
      rule_changes: [{ released: { count: 2, right: 1 } }],
    });
    expect(json.changes).toHaveLength(2);
  });

  test('asks a model of the registry again', async () => {
    const gate = await startGate();
    await addProspect(gate, 'vp@fine.example');
    await gate.send({ to: 'vp@fine.example' });
    await startJudgeHost(gate.dataDir, () => 'BLOCK');
    const { stdout } = await presend(gate.dataDir, 'backtest', '--adapter', 'far', '--show');
    expect(stdout).toMatch(/far@\w+ was asked about 1 delivery; p50 \d+ ms, p95 \d+ ms\./);
    expect(stdout).toMatch(/None of them had been read by an adapter before/);
    expect(stdout).toMatch(/1 × relay → hold/);
    expect(stdout).toMatch(/adapter +– +1 \(none labelled\)/);
    expect(stdout).toMatch(/vp@fine\.example +relay +hold adapter/);
  });

  test('says what to try, and which models there are', async () => {
    const gate = await startGate();
    await expect(presend(gate.dataDir, 'backtest')).rejects.toThrow(
      /--rubric <file>, --adapter <model>, or both/,
    );
    await expect(presend(gate.dataDir, 'backtest', '--adapter', 'nobody')).rejects.toThrow(
      /there is no model "nobody"; known are: .*presend-judge-1/,
    );
  });
});

describe('a rubric with an unknown rule', () => {
  const path = file('odd.yaml', shipped.replace('  c_level: enforce', '  clevel: off\n  c_level: enforce'));
  const line = shipped.split('\n').findIndex((one) => one.startsWith('  c_level: enforce')) + 1;
  const refusal = `${path}:${line}: unknown rule "clevel"; did you mean c_level?`;

  test('is refused with its line by backtest, eval and start', async () => {
    const gate = await startGate();
    await expect(presend(gate.dataDir, 'backtest', '--rubric', path)).rejects.toThrow(refusal);
    const cases = file('cases.jsonl', '{"id":1,"gold":"PASS","draft":"Hi","context":{}}\n');
    await expect(presend(gate.dataDir, 'eval', cases, '--rubric', path)).rejects.toThrow(refusal);
    const config = file('presend.yaml', `rubric: ${path}\nsmtp: {port: 0}\nhttp: {port: 0}\n`);
    const folder = mkdtempSync(join(tmpdir(), 'presend-start-'));
    await expect(presend(folder, '--config', config, 'start')).rejects.toThrow(refusal);
  });
});

describe('presend labels', () => {
  test('exports pairs as JSON lines, with a summary beside them', async () => {
    const gate = await labelledGate();
    const { stdout, stderr } = await presend(gate.dataDir, 'labels', 'export');
    expect(
      stdout
        .trim()
        .split('\n')
        .map((row) => JSON.parse(row)),
    ).toMatchObject([{ chosen: 'BLOCK\nIt is a rumour.', rejected: 'PASS\nNo rule applies.' }]);
    expect(stderr).toMatch(
      /^1 row from 1 delivery that people decided about\.\nChosen: BLOCK 1\..*\nNot scrubbed/,
    );
    const out = join(gate.dataDir, 'pairs.jsonl');
    const scrubbed = await presend(gate.dataDir, 'labels', 'export', '--scrub', '--json', '--out', out);
    expect(scrubbed.stdout).toBe('');
    expect(JSON.parse(scrubbed.stderr)).toMatchObject({ rows: 1, scrubbed: true, by_decision: { BLOCK: 1 } });
    expect(readFileSync(out, 'utf8')).not.toMatch(/one\.example/);
    const none = await presend(gate.dataDir, 'labels', 'export', '--since', '2099-01-01');
    expect(none.stderr).toMatch(/^No labels in that time/);
  });

  test('tells counts, and that nobody labelled the same mail', async () => {
    const gate = await labelledGate();
    const { stdout } = await presend(gate.dataDir, 'labels', 'stats');
    expect(stdout).toMatch(/low_confidence_funding +1 +0 +0 +1\n/);
    expect(stdout).toMatch(/kim +1 +0 +0 +1\n/);
    expect(stdout).toMatch(/No two reviewers labelled the same mail/);
    const json = JSON.parse((await presend(gate.dataDir, 'labels', 'stats', '--json')).stdout);
    expect(json).toMatchObject({ labels: { right: 1, total: 1 }, agreement: { pairs: [] } });
  });

  test('tells how far two people agree who answered the same items of a spot check', async () => {
    const gate = await labelledGate();
    const [delivery] = await gate.deliveries();
    await gate.app.database.transact(async (trx) => {
      const check = { drawn_at: 1, actor: 'timer', since: 0, until: 1, population: 12, seed: 1 };
      await trx.insertInto('spot_checks').values(check).execute();
      for (let i = 1; i <= 12; i += 1) {
        const item = { id: i, check_id: 1, delivery_id: delivery.id, verdict_id: i, judged_at: 1 };
        await trx
          .insertInto('spot_check_items')
          .values({ ...item, decision: 'PASS', rule: null, adapter_version: null })
          .execute();
        for (const person of ['ann', 'bob']) {
          const decision = i <= 6 && !(i === 6 && person === 'bob') ? 'PASS' : 'BLOCK';
          const answer = { item_id: i, person_key: person, person_name: person, at: gate.now() - 1 };
          await trx
            .insertInto('spot_check_answers')
            .values({ ...answer, decision, rule: null, note: null })
            .execute();
        }
      }
    });
    const { stdout } = await presend(gate.dataDir, 'labels', 'stats');
    // 11 of 12 agreed on, 6/12 × 5/12 + 6/12 × 7/12 = 1/2 by chance: (11/12 − 1/2) ÷ (1/2) = 0.83.
    expect(stdout).toMatch(/ON SPOT CHECKS.*\n.*\nann and bob +12 +92 % +0\.83 /);
  });

  test('refuses a time and a profile that are none', async () => {
    const gate = await startGate();
    await expect(presend(gate.dataDir, 'labels', 'export', '--since', 'soon')).rejects.toThrow(
      /how long ago/,
    );
    await expect(presend(gate.dataDir, 'labels', 'export', '--profile', 'odd')).rejects.toThrow(
      /no prompt profile "odd"; known are: tenacious-card, presend-lines/,
    );
  });
});
