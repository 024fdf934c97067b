import { judgeByRules } from '../judge/judge.ts';
import type { JudgeInput } from '../judge/judge.ts';
import type { Verdict } from '../judge/verdict.ts';
import { isPlainlyEnglish } from '../judge/language/english.ts';
import { newText } from '../message/new-text.ts';
import { unreadMessage } from '../message/parse.ts';
import type { Draft } from '../message/types.ts';
import { JobLimitError } from './job-limit-error.ts';
import { SHORT_TEXT_CHARS } from './limits.ts';
import type { Workers } from './pool.ts';
import { judges } from './shared-pool.ts';

/**
 * `judgeByRules` without holding up the event loop: a worker judges where there is much text, in the draft or in the threads it
 * is compared with, and what may be in another language.
 *
 * @returns for text beyond a worker's limits what the record alone decides; `too_complex` if that is nothing
 */
export async function judgeMail(input: JudgeInput, workers: () => Workers = judges): Promise<Verdict> {
  if (charactersOf(input) <= SHORT_TEXT_CHARS && isEnglish(input.draft)) return judgeByRules(input);
  try {
    return await workers().run('judge', input);
  } catch (error) {
    if (!(error instanceof JobLimitError)) throw error;
    const { draft, trouble } = unreadMessage({
      kind: 'too_complex',
      detail: `judging it ${error.message}`,
    });
    return judgeByRules({ ...input, draft, trouble: [...trouble, ...(input.trouble ?? [])] });
  }
}

/** Otherwise the rules would ask the language detector, and the event loop is not held up to load it. */
function isEnglish(draft: Draft): boolean {
  return isPlainlyEnglish(newText(draft)) && isPlainlyEnglish(draft.subject ?? '');
}

function charactersOf({ draft, prospect }: JudgeInput): number {
  const texts = [
    draft.body,
    draft.subject ?? '',
    ...draft.hidden.map(({ text }) => text),
    ...draft.attachments.map(({ text }) => text ?? ''),
    ...(prospect?.thread ?? []).map(({ text }) => text),
    ...(prospect?.foreign ?? []).map(({ text }) => text),
  ];
  return texts.reduce((sum, text) => sum + text.length, 0);
}
