import type { Classification } from './adapter.ts';
import type { Served } from './pool/served.ts';
import type { Bounds } from './remote-host.ts';
import { type Readings, type SpelledLabel, branches, likelihoods, pathKey } from './labels.ts';

/** What a host says after a prompt. */
export type RemoteReading = Omit<Classification, 'trimmed'>;

/** A model on another host, asked in its host's own words. Prompts are raw text in which special tokens count. */
export interface RemoteModel {
  /** Checks that the host answers, and learns from it what reading the labels takes. @throws AdapterError */
  open(bounds: Bounds): Promise<void>;
  /** Checks that it answers; what it says it runs. @throws AdapterError */
  served(bounds: Bounds): Promise<Served>;
  /** @throws AdapterError */
  read(prompt: string, bounds: Bounds): Promise<RemoteReading>;
  /** Text that goes on after the prompt, up to one of `stop`, most likely token first. @throws AdapterError */
  write(
    prompt: string,
    limits: { stop: readonly string[]; maxTokens: number },
    bounds: Bounds,
  ): Promise<string>;
}

/** Probabilities of the next token: those asked for, as far as the host tells. */
export interface NextToken {
  /** ln p by token id. */
  logProbabilities: ReadonlyMap<number, number>;
  /** ln p that a token which was not told does not exceed. */
  ceiling: number;
  promptTokens: number;
}

/**
 * Whole-label likelihoods from a host that knows token ids: `next` is asked at every place where labels part, all at
 * once; when every label is one token that is one request.
 */
export async function readByTokens(
  labels: readonly SpelledLabel[],
  next: (path: readonly number[], wanted: readonly number[]) => Promise<NextToken>,
): Promise<RemoteReading> {
  const places = branches(labels);
  const answers = await Promise.all(places.map(({ path, next: wanted }) => next(path, wanted)));
  let exact = true;
  const readings: Readings = new Map(
    places.map(({ path, next: wanted }, i) => {
      const told = answers[i];
      const values = wanted.map((token): [number, number] => {
        const value = told?.logProbabilities.get(token);
        exact &&= value !== undefined;
        return [token, value ?? told?.ceiling ?? NaN];
      });
      return [pathKey(path), new Map(values)];
    }),
  );
  return { ...likelihoods(labels, readings), exact, promptTokens: answers[0]?.promptTokens ?? 0 };
}
