import { prospectFromContext } from '../evaluate/context.ts';
import type { Engine } from '../intake/engine-store.ts';
import type { Rubric } from '../judge/rubric.ts';
import type { Verdict } from '../judge/verdict.ts';
import type { ParsedMessage } from '../message/types.ts';
import { judgeMail } from '../off-loop/judge.ts';
import { parseMail } from '../off-loop/mail.ts';
import { type AdapterBench, consultNow } from './consult-adapter.ts';
import type { JudgeDelivery } from './process-message.ts';

/** Judges a mail to one recipient as the gate would, and stores nothing. */
export type DryRun = (
  engine: Engine,
  mail: { raw: Buffer; address: string /** In place of the CRM mirror's. */; record: unknown },
) => Promise<Verdict>;

/** @throws Error naming the field, for a record that is none */
export function createDryRun({
  judge,
  rubric,
  bench,
  now,
}: {
  judge: JudgeDelivery;
  rubric: () => Rubric;
  bench: AdapterBench | null;
  now: () => number;
}): DryRun {
  return async (engine, { raw, address, record }) => {
    const parsed = await parseMail(raw);
    const byRules =
      record === undefined
        ? await judge({ parsed, engine, address, now: now() })
        : await byRecord(parsed, record, rubric(), now());
    const verdict = await consultNow(bench, byRules, { failedBefore: false });
    return verdict ?? byRules.verdict;
  };
}

async function byRecord(
  { draft, headers, trouble }: ParsedMessage,
  record: unknown,
  rubric: Rubric,
  now: number,
): Promise<Pick<Awaited<ReturnType<JudgeDelivery>>, 'verdict' | 'input'>> {
  const began = performance.now();
  const today = new Date(now).toISOString().slice(0, 10);
  const prospect = prospectFromContext(record);
  const verdict = await judgeMail({ draft, headers, trouble, prospect, channel: 'email', today, rubric });
  return {
    verdict: { ...verdict, latency_ms: performance.now() - began },
    input: { draft, prospect, channel: 'email', today },
  };
}
