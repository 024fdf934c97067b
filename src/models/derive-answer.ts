import { UserError } from '../config/user-error.ts';
import type { Profile } from '../judge/adapter/profile.ts';
import { DECISIONS, type Decision } from '../message/types.ts';

/** Labels of other rubrics that say the same. */
const MEANINGS: Record<string, Decision> = {
  SEND: 'PASS',
  PASS: 'PASS',
  ALLOW: 'PASS',
  APPROVE: 'PASS',
  PENALIZE: 'PENALISE',
};

interface Answer {
  /** What is written before the label: nothing, or the beginning of a JSON object. */
  prefix: string;
  label: string;
  /** Between the label and the sentence. */
  separator: string;
}

export interface DerivedAnswer {
  labels: Profile['labels'];
  answer_prefix: string;
  rationale: { separator: string; stop?: string[] };
  seen: Record<string, number>;
}

/**
 * How a model answers: the labels it was trained to give, each decision's likeliest spelling first, and what stands
 * before and after. Labels of rejected answers count as spellings, but not as wanted.
 *
 * @throws UserError when a label's decision is not known
 */
export function deriveAnswer(
  cases: readonly { wanted: string; unwanted: string | null }[],
  meanings: Record<string, Decision>,
  path: string,
  notes: string[],
): DerivedAnswer {
  const wanted = cases.map((one) => parseAnswer(one.wanted)).filter((answer) => answer !== null);
  if (wanted.length < cases.length / 2) {
    throw new UserError(`${path}: most of its answers do not begin with a label`);
  }
  if (wanted.length < cases.length) {
    notes.push(`${cases.length - wanted.length} answers do not begin with a label and were left out`);
  }
  const unwanted = cases.map((one) => one.unwanted && parseAnswer(one.unwanted)).filter((answer) => !!answer);
  const seen: Record<string, number> = {};
  for (const { label } of wanted) seen[label] = (seen[label] ?? 0) + 1;
  for (const { label } of unwanted) seen[label] ??= 0;

  const labels = Object.fromEntries(
    DECISIONS.map((decision) => [decision, [] as string[]]),
  ) as Profile['labels'];
  for (const [label] of Object.entries(seen).toSorted(([, a], [, b]) => b - a)) {
    const known: Record<string, Decision | undefined> = { ...MEANINGS, ...meanings };
    const decision =
      known[label] ?? DECISIONS.find((name) => name === label.toUpperCase()) ?? known[label.toUpperCase()];
    if (!decision) {
      throw new UserError(
        `${path}: its answers use the label "${label}"; say which decision it stands for with --label ${label}=BLOCK or another`,
      );
    }
    labels[decision].push(label);
  }
  for (const decision of DECISIONS) {
    if (labels[decision].every((label) => seen[label] === 0)) {
      notes.push(`${decision} is never the wanted answer in this file: the model may not have learnt it`);
    }
    if (labels[decision].length === 0) labels[decision].push(decision);
  }
  const separator = commonest(wanted.map((answer) => answer.separator)) ?? '\n';
  const json = separator.endsWith('"');
  return {
    labels,
    answer_prefix: commonest(wanted.map(({ prefix }) => prefix)) ?? '',
    rationale: { separator, ...(json ? { stop: ['<|im_end|>', '"'] } : {}) },
    seen,
  };
}

const JSON_ANSWER = /^(\{\s*"(?:decision|label|verdict)"\s*:\s*")([A-Za-z_]+)"/;
const REASON = /,(\s*)"(?:reason|rationale)"(\s*:\s*)"/;

function parseAnswer(answer: string): Answer | null {
  const text = answer.trimStart();
  const [start, prefix, inJson] = JSON_ANSWER.exec(text) ?? [];
  if (start !== undefined && prefix !== undefined && inJson !== undefined) {
    // Fields between the label and the reason differ by case; the reason may as well follow at once.
    const [reason] = REASON.exec(text.slice(start.length)) ?? [', "reason": "'];
    return { prefix, label: inJson, separator: `"${reason}` };
  }
  const [, label, separator] = /^([A-Z][A-Z_]+)(?![A-Za-z_])([^A-Za-z0-9]*)/.exec(text) ?? [];
  return label === undefined ? null : { prefix: '', label, separator: separator || '\n' };
}

function commonest(values: string[]): string | null {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? null;
}
