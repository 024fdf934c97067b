import { judgeByRules } from '../judge/judge.ts';
import type { JudgeInput } from '../judge/judge.ts';
import type { Verdict } from '../judge/verdict.ts';
import { isPlainlyEnglish } from '../judge/language/english.ts';
import { newText } from '../message/new-text.ts';
import { unreadMessage } from '../message/parse.ts';
import { inCrowd } from './crowd.ts';
import { JobLimitError } from './job-limit-error.ts';
import { SHORT_TEXT_CHARS } from './limits.ts';
import type { Workers } from './pool.ts';
import { judges } from './shared-pool.ts';

/**
 * `judgeByRules` without holding up the event loop: a worker judges where there is much text, in the draft or in the threads it
 * is compared with, what may be in another language, and in a crowd everything.
 *
 * @returns for text beyond a worker's limits what the record alone decides; `too_complex` if that is nothing
 */
export async function judgeMail(input: JudgeInput, workers: () => Workers = judges): Promise<Verdict> {
  if (!inCrowd() && isShort(input)) return judgeByRules(input);
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

/**
 * The event loop judges it itself: there is little text, and no language detector to load for it, which would hold the loop up.
 */
export function isShort(input: JudgeInput): boolean {
  const { draft, trouble = [] } = input;
  if (charactersOf(input) > SHORT_TEXT_CHARS) return false;
  return trouble.length > 0 || (isPlainlyEnglish(newText(draft)) && isPlainlyEnglish(draft.subject ?? ''));
}

function charactersOf({ draft, prospect }: JudgeInput): number {
  const texts = [
    draft.body,
    draft.subject ?? '',
    ...draft.hidden.map(({ text }) => text),
    ...draft.attachments.map(({ text }) => text ?? ''),
    ...(draft.versions ?? []).map(({ text }) => text),
    ...(prospect?.thread ?? []).map(({ text }) => text),
    ...(prospect?.foreign ?? []).map(({ text }) => text),
  ];
  return texts.reduce((sum, text) => sum + text.length, 0);
}
