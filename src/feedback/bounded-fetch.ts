import { FeedbackTroubleError } from './errors.ts';

/** GETs a text of bounded size; follows no redirect. Passed in, so that tests need no network. */
export type FetchText = (
  url: string,
  options: { maxBytes: number; headers?: Record<string, string> },
) => Promise<{ status: number; text: string }>;

const TIMEOUT_MS = 10_000;

/** @throws FeedbackTroubleError when there is no answer within ten seconds, or one that is too large */
export const fetchText: FetchText = async (url, { maxBytes, headers = {} }) => {
  const host = new URL(url).host;
  try {
    const answer = await fetch(url, { headers, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of answer.body ?? []) {
      size += chunk.length;
      if (size > maxBytes) throw new FeedbackTroubleError(`the answer of ${host} is too large`);
      chunks.push(chunk);
    }
    return { status: answer.status, text: Buffer.concat(chunks).toString('utf8') };
  } catch (error) {
    if (error instanceof FeedbackTroubleError) throw error;
    throw new FeedbackTroubleError(`${host} did not answer`, { cause: error });
  }
};
