import type { judgeByRules } from '../judge/judge.ts';
import { EditError, replaceBody } from '../message/edit.ts';
import type { BodyEdit } from '../message/edit.ts';
import { textsOf } from '../message/edited-text.ts';
import { parseMessage } from '../message/parse.ts';
import { readMail } from '../message/reading.ts';

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
  /** Imported only where it is asked for: a worker that reads mail needs no rules. */
  judge: async (input: Parameters<typeof judgeByRules>[0]) =>
    (await import('../judge/judge.ts')).judgeByRules(input),
} satisfies Record<string, (input: never) => Promise<unknown>>;

export type JobName = keyof typeof JOBS;
export type JobInput<N extends JobName> = Parameters<(typeof JOBS)[N]>[0];
export type JobResult<N extends JobName> = Awaited<ReturnType<(typeof JOBS)[N]>>;

/** The same bytes; buffers cross threads as plain arrays. */
export function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
