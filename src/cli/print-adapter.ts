import type { AdapterRecord } from '../judge/verdict.ts';
import { DECISIONS } from '../message/types.ts';
import { printLine } from './output.ts';

/** The adapter's reading for people: all five probabilities, what it could not see, and its sentence. */
export function printAdapter(record: AdapterRecord, indent = '  '): void {
  const { version, mode, decision, probabilities, mass, latency_ms, trimmed, rationale } = record;
  const shares = DECISIONS.map((name) => `${name} ${probabilities[name].toFixed(3)}`).join(', ');
  const left = trimmed.length > 0 ? `, without ${trimmed.join(', ')}` : '';
  printLine(
    `${indent}adapter ${version}${mode === 'shadow' ? ' (in shadow)' : ''}: ${decision ?? 'not sure enough'}`,
  );
  printLine(`${indent}    ${shares}`);
  printLine(
    `${indent}    ${(mass * 100).toFixed(0)} % on the five labels, in ${latency_ms.toFixed(0)} ms${left}`,
  );
  if (rationale !== null) printLine(`${indent}    "${rationale}"`);
}
