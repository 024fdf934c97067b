import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Case } from '../../src/evaluate/cases.ts';
import type { AdapterInput } from '../../src/judge/adapter/adapter.ts';
import { PROBE_FOLDER, readProbes } from '../../src/kill-switch/canary/cases.ts';
import { PROBES } from '../../src/kill-switch/probes.ts';
import type { Decision } from '../../src/message/types.ts';

/** A folder with the first few mails (both sides of each) of every probe, removed when the test ends. */
export function someProbes(mails: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'presend-probes-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const probe of PROBES) {
    const lines = readFileSync(join(PROBE_FOLDER, `${probe}.jsonl`), 'utf8')
      .split('\n')
      .filter(Boolean);
    const pairs = new Map<string, string[]>();
    for (const line of lines) {
      const { pair } = JSON.parse(line) as { pair: string };
      pairs.set(pair, [...(pairs.get(pair) ?? []), line]);
    }
    const kept = [...pairs.values()].slice(0, mails).flat();
    writeFileSync(join(folder, `${probe}.jsonl`), `${kept.join('\n')}\n`);
  }
  return folder;
}

const keyOf = ({ draft, prospect }: Pick<Case, 'draft' | 'prospect'>): string =>
  JSON.stringify([draft.subject, draft.body, prospect]);

/** Knows the probe cases of a folder by what an adapter is shown of them. */
export function answerKey(folder: string): (input: AdapterInput) => { id: string; gold: Decision } | null {
  const known = new Map(
    readProbes(folder).map(({ case: one }) => [keyOf(one), { id: one.id, gold: one.gold }]),
  );
  return (input) => known.get(keyOf(input)) ?? null;
}
