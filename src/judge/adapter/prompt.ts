import type { AdapterInput } from './adapter.ts';
import { contextJson } from './context-json.ts';
import { contextLines } from './context-lines.ts';
import type { Profile } from './profile.ts';

/** A stretch of the prompt. Special tokens are read in trusted text only. */
export interface PromptPart {
  text: string;
  trusted: boolean;
}

export interface Prompt {
  /** The rubric, the same for every mail: evaluated once and kept. */
  prefix: string;
  /** What follows it for this mail. */
  suffix: PromptPart[];
  trimmed: string[];
}

/** How much of the record is shown: 0 = all that is useful … 3 = the facts alone. Tried in turn until the prompt fits. */
export const TRIM_LEVELS = [0, 1, 2, 3] as const;
export type TrimLevel = (typeof TRIM_LEVELS)[number];

/** The raw prompt for one mail (ChatML and the like are part of the template). Pure. */
export function renderPrompt(profile: Profile, input: AdapterInput, level: TrimLevel): Prompt {
  const [prefix, middle, end] = split(profile.template);
  const { style } = profile.context;
  const { text, trimmed } =
    style === 'lines' ? contextLines(input, level) : contextJson(input, profile.context, level);
  const shown = draftText(input, level);
  return {
    prefix,
    suffix: [
      { text, trusted: false },
      { text: middle, trusted: true },
      { text: shown.text, trusted: false },
      { text: end + profile.answer_prefix, trusted: true },
    ],
    trimmed: [...trimmed, ...shown.trimmed],
  };
}

/**
 * What any family of models has as a special token, by its form: `<|im_end|>`, DeepSeek's `<｜…｜>`, `<end_of_turn>`, `</s>`,
 * `<<SYS>>`, `[/INST]`. A mail hardly ever holds one.
 */
const SPECIAL = /<(?=[|｜<]|\/?[\p{L}_][\w-]{0,40}>|\/[\p{L}_<])|\[(?=\/?[A-Z_]{2,30}\])/gu;

/** Special tokens in a mail are text; where a host reads them everywhere, they are taken apart first. */
export function escapeSpecial(text: string): string {
  return text.replace(SPECIAL, '$& ');
}

function split(template: string): [string, string, string] {
  const [prefix, rest] = cut(template, '{context}');
  const [middle, end] = cut(rest, '{draft}');
  return [prefix, middle, end];
}

function cut(text: string, at: string): [string, string] {
  const index = text.indexOf(at);
  return [text.slice(0, index), text.slice(index + at.length)];
}

/** Subject and visible text, as every prompt shows them. */
export const promptDraft = (draft: AdapterInput['draft']): string => draftText({ draft }, 0).text;

/** Subject and visible text. What was quoted from earlier mail goes first when room is short. */
function draftText(
  { draft }: Pick<AdapterInput, 'draft'>,
  level: TrimLevel,
): { text: string; trimmed: string[] } {
  const quotes = draft.segments.some(({ kind }) => kind === 'quote');
  const drop = level >= 2 && quotes;
  const body = drop
    ? draft.segments
        .filter(({ kind }) => kind !== 'quote')
        .map(({ start, end }) => draft.body.slice(start, end))
        .join('\n')
    : draft.body;
  const subject = draft.subject?.trim();
  return {
    text: (subject ? `Subject: ${subject}\n\n` : '') + body.trim(),
    trimmed: drop ? ['quotes'] : [],
  };
}
