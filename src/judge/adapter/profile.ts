import { z } from 'zod';
import { DECISIONS, type Decision } from '../../message/types.ts';

/**
 * How a model wants to be asked, as data (models/registry.yaml). The template's own text is trusted and may hold
 * special tokens; what replaces {context} and {draft} is read as plain text.
 */
export const profileSchema = z.strictObject({
  template: z.string().refine((text) => /^[^]*\{context\}[^]*\{draft\}[^]*$/.test(text), {
    message: 'must hold {context} and then {draft}',
  }),
  context: z.strictObject({
    /** `json`: the published context schema. `lines`: one "name: value" a line, with thread, commitments and peers. */
    style: z.enum(['json', 'lines']),
    /** Spaces of JSON indentation; null = on one line with ", " and ": " as Python's json.dumps writes it. */
    indent: z.int().min(0).max(8).nullable().default(null),
    /** Characters beyond ASCII as \uXXXX, as Python's json.dumps does by default. */
    ascii: z.boolean().default(true),
  }),
  /** Spellings of each decision, the likeliest counts. */
  labels: z.record(z.enum(DECISIONS), z.array(z.string().min(1)).min(1)),
  /** Written by us before the label, for models that answer in JSON. */
  answer_prefix: z.string().default(''),
  rationale: z
    .strictObject({
      /** Between label and sentence. */
      separator: z.string().default('\n'),
      /** Ends the sentence, beside the model's own end token. */
      stop: z.array(z.string()).default(['<|im_end|>', '\n']),
      max_tokens: z.int().positive().max(512).default(64),
    })
    .prefault({}),
});

export type Profile = z.infer<typeof profileSchema>;

/** All spellings with the decision each stands for. */
export function spellings(profile: Profile): { text: string; decision: Decision }[] {
  return DECISIONS.flatMap((decision) => profile.labels[decision].map((text) => ({ text, decision })));
}
