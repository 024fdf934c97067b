/**
 * The long form of the fuzz tests: `npm run test:fuzz -- [--runs N] [--seed S] [--bytes B] [--only bombs|fuzz]`. Throws every bomb
 * at a real gate and prints what it cost, then says for each reader how many inputs it withstood. Exit code 1 when a limit is
 * broken or an input was not withstood; fast-check prints it in its smallest form, with seed and path.
 */
import { parseArgs } from 'node:util';
import { type Blast, BombedGate } from './bombed-gate.ts';
import { BOMBS } from './bombs.ts';
import { gateTargets } from './gate-targets.ts';
import { HTTP_BOMBS } from './http-bombs.ts';
import { broken } from './limits.ts';
import { mailTargets } from './mail-targets.ts';
import { readerTargets } from './reader-targets.ts';
import { REVIEW_BOMBS } from './review-bombs.ts';
import { SES_BOMBS, WEBHOOK_BOMBS } from './signed-bombs.ts';
import { fuzz } from './target.ts';
import { webhookTargets } from './webhook-targets.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    bytes: { type: 'string', default: '10000000' },
    only: { type: 'string', default: '' },
    match: { type: 'string', default: '' },
  },
});
const [runs, seed, bytes] = [values.runs, values.seed, values.bytes].map(Number) as [number, number, number];
const print = (line: string): void => void process.stdout.write(`${line}\n`);
let failures = 0;

print(`seed ${seed}, ${runs} runs, bombs of ${(bytes / 1e6).toFixed(1)} MB`);
const gate = await BombedGate.start();
try {
  if (values.only !== 'fuzz') await bombs();
  if (values.only !== 'bombs') await targets();
} finally {
  await gate.stop();
}
print(failures === 0 ? 'all withstood' : `${failures} not withstood`);
process.exitCode = failures === 0 ? 0 : 1;

async function bombs(): Promise<void> {
  print(
    `\n${'bomb'.padEnd(68)} ${'busy ms'.padStart(8)} ${'stall ms'.padStart(8)} ${'RSS MB'.padStart(7)} ${'heap'.padStart(5)} ${'buffers'.padStart(7)} ${'others ms'.padStart(9)}  outcome`,
  );
  const worst = { busyMs: 0, stallMs: 0, rssMb: 0, slowestMs: 0 };
  const one = async (name: string, submit: () => Promise<string>, submits = true): Promise<void> => {
    if (!name.includes(values.match)) return;
    const blast = await gate.blast(submit);
    for (const key of Object.keys(worst) as (keyof typeof worst)[]) {
      worst[key] = Math.max(worst[key], blast[key] ?? 0);
    }
    print(row(name, blast));
    for (const why of broken(blast, submits)) {
      failures += 1;
      print(`  NOT WITHSTOOD: ${why}`);
    }
  };
  for (const { name, make } of BOMBS) {
    const raw = make(bytes);
    await one(`${name} (${(raw.length / 1e6).toFixed(1)} MB)`, () => gate.smtp(raw));
  }
  for (const { name, throwAt } of [...HTTP_BOMBS, ...SES_BOMBS]) {
    await one(`HTTP: ${name}`, () => throwAt(gate, bytes));
  }
  for (const { name, throwAt } of [...WEBHOOK_BOMBS, ...REVIEW_BOMBS]) {
    await one(`HTTP: ${name}`, () => throwAt(gate, bytes), false);
  }
  print(
    `most: ${worst.busyMs.toFixed(0)} ms busy, ${worst.stallMs.toFixed(0)} ms stalled, ${worst.rssMb.toFixed(0)} MB, another mail waited ${worst.slowestMs.toFixed(0)} ms`,
  );
}

function row(name: string, blast: Blast): string {
  const { busyMs, stallMs, rssMb, heapMb, buffersMb, slowestMs, answer, outcome } = blast;
  const figures = [(busyMs ?? Number.NaN).toFixed(0), stallMs.toFixed(0)].map((text) => text.padStart(8));
  const became = outcome === 'refused' ? answer.replaceAll(/\s+/g, ' ') : outcome;
  return `${name.slice(0, 68).padEnd(68)} ${figures.join(' ')} ${rssMb.toFixed(0).padStart(7)} ${heapMb.toFixed(0).padStart(5)} ${buffersMb.toFixed(0).padStart(7)} ${slowestMs.toFixed(0).padStart(9)}  ${became.slice(0, 90)}`;
}

async function targets(): Promise<void> {
  print('');
  for (const target of [...mailTargets(), ...readerTargets(), ...webhookTargets(), ...gateTargets(gate)]) {
    const began = performance.now();
    try {
      const done = await fuzz(target, { runs, seed });
      const seconds = ((performance.now() - began) / 1000).toFixed(0);
      print(`${target.name}: ${done} withstood in ${seconds} s. ${target.figures?.() ?? ''}`);
    } catch (error) {
      failures += 1;
      const { message, cause } = error as Error;
      print(`${target.name}: NOT WITHSTOOD\n${message}\n${String(cause)}`);
    }
  }
}
