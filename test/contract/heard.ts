import type { Told } from '../../src/intake/answer.ts';
import type { Heard } from './intake.case.ts';

export const FROM = 'ann@sender.example';
export const SUBJECT = 'Hiring plans';

/** What an HTTP client is told: the gate's own header on success, the status and the sentence otherwise. */
export function heardOf(
  status: number,
  headers: { get(name: string): string | null },
  sentence: string,
): Heard {
  if (status >= 200 && status < 300) return { told: headers.get('x-presend-disposition') as Told };
  if (status === 503) return { refused: headers.get('retry-after') === null ? 'other' : 'later', sentence };
  if (/Suppressed/i.test(sentence)) return { refused: 'suppressed', sentence };
  return { refused: /may not send as/.test(sentence) ? 'sender' : 'other', sentence };
}
