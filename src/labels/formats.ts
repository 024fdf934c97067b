import { publishedContext } from '../judge/adapter/context-json.ts';
import type { Profile } from '../judge/adapter/profile.ts';
import { escapeSpecial, promptDraft, renderPrompt } from '../judge/adapter/prompt.ts';
import type { Example, JudgeAnswer } from './example.ts';

/** `pairs`: the published schema. `cases`: what `presend eval` and the training scripts read. `prompt`: rendered prompts. */
export const FORMATS = ['pairs', 'cases', 'prompt'] as const;
export type Format = (typeof FORMATS)[number];

/** One row of an export; null where the format needs a rejected answer and there is none. */
export function rowOf(example: Example, format: Format, profile: Profile): Record<string, unknown> | null {
  switch (format) {
    case 'pairs':
      return pairRow(example);
    case 'cases':
      return caseRow(example);
    case 'prompt':
      return promptRow(example, profile);
  }
}

const written = ({ decision, rationale }: JudgeAnswer): string => `${decision}\n${oneLine(rationale)}`;

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

function pairRow({ prospect, draft, chosen, rejected, rule, probe, meta }: Example) {
  return (
    rejected && {
      context: publishedContext(prospect),
      draft: promptDraft(draft),
      chosen: written(chosen),
      rejected: written(rejected),
      rationale: oneLine(chosen.rationale),
      meta: { ...meta, rule, probe },
    }
  );
}

/** A row of `evaluate/cases.ts`. The record is whole: the published fields, and what the snapshot holds besides. */
function caseRow({ id, as_of, prospect, draft, chosen, rejected, rule, probe, meta }: Example) {
  const { suppressions: _, ...context } = prospect;
  return {
    id,
    gold: chosen.decision,
    rule,
    probe,
    as_of,
    subject: draft.subject,
    draft: draft.body,
    context,
    why: oneLine(chosen.rationale),
    ...(rejected && { wrong: { gold: rejected.decision, why: oneLine(rejected.rationale) } }),
    meta,
  };
}

/** As the gate renders it, untrimmed; the answers in the profile's own spelling. */
function promptRow({ as_of, prospect, draft, chosen, rejected }: Example, profile: Profile) {
  const { prefix, suffix } = renderPrompt(profile, { prospect, draft, channel: 'email', today: as_of }, 0);
  const parts = suffix.map(({ text, trusted }) => (trusted ? text : escapeSpecial(text)));
  const answer = ({ decision, rationale }: JudgeAnswer): string =>
    profile.labels[decision][0]! + profile.rationale.separator + oneLine(rationale);
  return rejected && { prompt: prefix + parts.join(''), chosen: answer(chosen), rejected: answer(rejected) };
}
