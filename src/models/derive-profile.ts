import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { UserError } from '../config/user-error.ts';
import { type Profile, profileSchema } from '../judge/adapter/profile.ts';
import { DECISIONS, type Decision } from '../message/types.ts';
import { deriveAnswer } from './derive-answer.ts';
import { type ContextBlock, findContext } from './find-context.ts';

export interface DerivedProfile {
  profile: Profile;
  /** Cases in the file, and those whose prompt the profile rebuilds exactly from its record and draft. */
  cases: number;
  rebuilt: number;
  /** How often each spelling was the wanted answer. */
  seen: Record<string, number>;
  notes: string[];
}

const MAX_BYTES = 512 * 1024 * 1024;

const turn = z.object({ role: z.string(), content: z.string() });
const said = z.union([z.string(), z.array(turn).min(1)]);
const lineSchema = z.object({
  prompt: said,
  chosen: said.optional(),
  completion: said.optional(),
  rejected: said.optional(),
});

interface Case {
  prompt: string;
  wanted: string;
  unwanted: string | null;
}

/**
 * Derives how a model wants to be asked from the file it was trained on: JSON lines with `prompt` and `chosen` (or
 * `completion`), and `rejected` where there is one, as texts or as chat turns.
 *
 * @param meanings which decision a label of the file stands for, beyond the ones that are known
 * @throws UserError when the prompts have no common form, or a label is not known
 */
export function deriveProfile(path: string, meanings: Record<string, Decision> = {}): DerivedProfile {
  const cases = readCases(path);
  const notes: string[] = [];
  const found = cases.map(({ prompt }) => findContext(prompt));
  const [before, alike] = largestGroup(
    found.filter((block) => block !== null),
    (block) => block.before,
  );
  if (before === null || alike.length < 2) {
    throw new UserError(
      `${path}: its prompts hold no JSON record after the same text, so no profile can be derived`,
    );
  }
  if (alike.length < cases.length) {
    notes.push(
      `${cases.length - alike.length} of ${cases.length} prompts have another form and were left out`,
    );
  }
  const [indent, sameStyle] = largestGroup(alike, (block) => String(block.indent));
  if (indent === 'unknown') {
    notes.push(
      'its records are written in a way that no profile can say (spaces or numbers); the nearest was taken',
    );
  } else if (sameStyle.length < alike.length) {
    notes.push(`${alike.length - sameStyle.length} records are written in another style and were left out`);
  }
  const { middle, end, same } = frameOf(sameStyle, path);
  if (same)
    notes.push('the drafts may begin or end alike: check where the draft begins and ends in the template');
  const { labels, answer_prefix, rationale, seen } = deriveAnswer(cases, meanings, path, notes);
  const profile = profileSchema.parse({
    template: `${before}{context}${middle}{draft}${end}`,
    context: {
      style: 'json',
      indent: indent === 'unknown' || indent === 'null' ? null : Number(indent),
      ascii: !sameStyle.some(({ beyondAscii }) => beyondAscii),
    },
    labels,
    answer_prefix,
    rationale,
  });
  const rebuilt = sameStyle.filter(
    ({ indent, after }) =>
      indent !== 'unknown' &&
      after.startsWith(middle) &&
      after.endsWith(end) &&
      after.length >= middle.length + end.length,
  ).length;
  return { profile, cases: cases.length, rebuilt, seen, notes };
}

function readCases(path: string): Case[] {
  const bytes = readFileSync(path);
  if (bytes.length > MAX_BYTES) throw new UserError(`${path}: larger than 512 MiB; take a part of it`);
  const cases = bytes
    .toString('utf8')
    .split('\n')
    .flatMap((line, i): Case[] => {
      if (line.trim() === '') return [];
      let json: unknown;
      try {
        json = JSON.parse(line);
      } catch {
        throw new UserError(`${path}:${i + 1}: this is not JSON; the file must hold one JSON object a line`);
      }
      const parsed = lineSchema.safeParse(json);
      const wanted = parsed.data?.chosen ?? parsed.data?.completion;
      if (!parsed.success || wanted === undefined) {
        throw new UserError(`${path}:${i + 1}: a line must have "prompt", and "chosen" or "completion"`);
      }
      const { prompt, rejected } = parsed.data;
      return [
        {
          prompt: promptText(prompt),
          wanted: answerText(wanted),
          unwanted: rejected ? answerText(rejected) : null,
        },
      ];
    });
  if (cases.length < 2) throw new UserError(`${path}: at least two cases are needed to tell what they share`);
  return cases;
}

/** Chat turns as ChatML, which Qwen and many others are trained with, up to where the answer begins. */
function promptText(prompt: z.infer<typeof said>): string {
  if (typeof prompt === 'string') return prompt;
  return `${prompt.map(({ role, content }) => `<|im_start|>${role}\n${content}<|im_end|>\n`).join('')}<|im_start|>assistant\n`;
}

const answerText = (answer: z.infer<typeof said>): string =>
  typeof answer === 'string' ? answer : (answer.at(-1)?.content ?? '');

function largestGroup<T>(items: T[], keyOf: (item: T) => string): [key: string | null, items: T[]] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return [...groups].toSorted(([, a], [, b]) => b.length - a.length)[0] ?? [null, []];
}

/** What stands between record and draft and after the draft, in all prompts. */
function frameOf(blocks: ContextBlock[], path: string): { middle: string; end: string; same: boolean } {
  const rests = blocks.map(({ after }) => after);
  if (new Set(rests).size < 2) {
    throw new UserError(`${path}: all its drafts are the same, so where a draft begins cannot be told`);
  }
  const shared = rests.reduce(commonStart);
  const middle = shared.slice(0, draftStart(shared));
  const sharedEnd = rests.map((rest) => rest.slice(middle.length)).reduce(commonEnd);
  // The drafts' own last words may be shared; the frame begins with a line or a special token.
  const end = /(?:\n|<\||<\/)[^]*$/.exec(sharedEnd)?.[0] ?? '';
  const paragraphs = (end.split('<|')[0] ?? '').split('\n\n').filter((text) => text.trim() !== '');
  const same =
    shared.length - middle.length > 12 || sharedEnd.length - end.length > 12 || paragraphs.length > 1;
  return { middle, end, same };
}

/** Where the drafts begin in what follows every record: after the last "Draft:" or "<draft>" that all share. */
function draftStart(shared: string): number {
  const labels = [...shared.matchAll(/^(?:[^\n:]{1,60}:(?:[ \t]*\n|[ \t]+)|<[\w-]+>\n?)/gm)];
  // Drafts that all have a subject line share that too.
  const label = labels.findLast(([text]) => !/^subject:/i.test(text));
  return label ? label.index + label[0].length : shared.lastIndexOf('\n') + 1;
}

function commonStart(one: string, other: string): string {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return one.slice(0, length);
}

function commonEnd(one: string, other: string): string {
  let length = 0;
  while (length < one.length && length < other.length && one.at(-1 - length) === other.at(-1 - length))
    length++;
  return one.slice(one.length - length);
}

/** For `--label SEND=PASS`. @throws UserError */
export function parseMeaning(text: string): [label: string, decision: Decision] {
  const [label = '', named = ''] = text.split('=');
  const decision = DECISIONS.find((known) => known === named);
  if (label && decision) return [label, decision];
  throw new UserError(`"${text}" must look like APPROVE=PASS, with one of ${DECISIONS.join(', ')}`);
}
