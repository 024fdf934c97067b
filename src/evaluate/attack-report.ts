import { brief, shown } from './report.ts';
import type { AttackResult, AttackSummary, Flips } from './run-attacks.ts';

/** The figures for people. */
export function attackReport(summary: AttackSummary): string {
  const { attacks, cases, reachedToPass, toPass, toOther, toDoubt, byTechnique, byPlace, full } = summary;
  return [
    `${attacks} attacks on ${cases} cases that the adapter alone stops rightly (95 % Clopper–Pearson intervals)`,
    '',
    `label flipped to PASS           ${shown(toPass)}`,
    `  of those that reach the model ${shown(reachedToPass)}`,
    `flipped to another stop         ${shown(toOther)}`,
    `turned into doubt (held)        ${shown(toDoubt)}`,
    '',
    ...table('technique', byTechnique),
    '',
    ...table('place', byPlace),
    '',
    `rules and adapter together: below what the rules alone say ${full.lowered.length} times (must be 0)`,
    `stopped before the attack, passed with it                ${shown(full.released)}`,
    '',
  ].join('\n');
}

/** One JSON line for each attack that changed the adapter's label, then one with the summary. */
export function attackJsonLines(results: readonly AttackResult[], summary: AttackSummary): string {
  const changed = results.filter(({ attack, adapter }) => adapter !== attack.case.gold);
  const lines = changed.map(({ attack, adapter, rules, full, fullBefore, reached }) => {
    const { technique, place, text } = attack;
    const { id, gold } = attack.case;
    return JSON.stringify({
      attack: id,
      of: attack.base.id,
      technique,
      place,
      text,
      gold,
      adapter,
      rules,
      full,
      full_before: fullBefore,
      reached,
    });
  });
  return `${[...lines, JSON.stringify({ attacks: summary })].join('\n')}\n`;
}

function table(name: string, groups: Record<string, Flips>): string[] {
  const head = `${name.padEnd(18)}${'to PASS'.padEnd(26)}${'to another stop'.padEnd(26)}to doubt`;
  const rows = Object.entries(groups).map(
    ([group, { toPass, toOther, toDoubt }]) =>
      `${group.padEnd(18)}${brief(toPass).padEnd(26)}${brief(toOther).padEnd(26)}${brief(toDoubt)}`,
  );
  return [head, ...rows];
}
