import type { judgeByRules } from '../judge/judge.ts';
import type { TemplateRecord } from '../insight/template.ts';
import type { readReply } from '../feedback/read-reply.ts';
import { attachedMails } from '../message/attached-mails.ts';
import { EditError, replaceBody } from '../message/edit.ts';
import type { BodyEdit } from '../message/edit.ts';
import { textsOf } from '../message/edited-text.ts';
import { renderHtml } from '../message/html.ts';
import { PARSE_LIMITS } from '../message/limits.ts';
import { parseMessage } from '../message/parse.ts';
import { readMail } from '../message/reading.ts';
import type { Draft } from '../message/types.ts';

/** What a worker can be asked to do: pure functions of what is sent to them, so that any of them may be ended at any time. */
export const JOBS = {
  parse: (raw: Uint8Array) => parseMessage(asBuffer(raw)),
  read: (raw: Uint8Array) => readMail(asBuffer(raw)),
  texts: (raw: Uint8Array) => textsOf(asBuffer(raw)),
  edit: async ({ raw, edit }: { raw: Uint8Array; edit: BodyEdit }) => {
    try {
      return { edited: await replaceBody(asBuffer(raw), edit) };
    } catch (error) {
      // Classes do not survive the way between threads.
      if (error instanceof EditError) return { refused: error.message };
      throw error;
    }
  },
  attached: async (raw: Uint8Array) => attachedMails(asBuffer(raw)),
  render: async (html: string) => renderHtml(html, PARSE_LIMITS).text,
  /** Imported only where it is asked for: a worker that reads mail needs no rules. */
  judge: async (input: Parameters<typeof judgeByRules>[0]) =>
    (await import('../judge/judge.ts')).judgeByRules(input),
  reply: async ({ text, companyNames }: { text: string; companyNames: Parameters<typeof readReply>[1] }) =>
    (await import('../feedback/read-reply.ts')).readReply(text, companyNames),
  clues: async (draft: Draft) => (await import('../judge/clues.ts')).cluesOf(draft),
  keys: async ({ text, records }: { text: string; records: readonly TemplateRecord[] }) =>
    (await import('../insight/draft-text.ts')).textKeys(text, records),
} satisfies Record<string, (input: never) => Promise<unknown>>;

export type JobName = keyof typeof JOBS;
export type JobInput<N extends JobName> = Parameters<(typeof JOBS)[N]>[0];
export type JobResult<N extends JobName> = Awaited<ReturnType<(typeof JOBS)[N]>>;

/** The same bytes; buffers cross threads as plain arrays. */
export function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
