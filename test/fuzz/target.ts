import { readdirSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';

/** Something that is to withstand any input. */
export interface Target {
  name: string;
  /** Fails, with the smallest input found, where it does not. */
  property: fc.IAsyncPropertyWithHooks<unknown[]>;
  /** What the runs told beside that they passed. */
  figures?: () => string;
  /** Runs in proportion to those asked for, for what takes long; default 1. */
  share?: number;
}

export interface FuzzRuns {
  runs: number;
  seed: number;
}

/** @throws fast-check's error with seed, path and counterexample */
export async function fuzz({ property, share = 1 }: Target, { runs, seed }: FuzzRuns): Promise<number> {
  const numRuns = Math.max(1, Math.round(runs * share));
  await fc.assert(property, { numRuns, seed });
  return numRuns;
}

const CORPUS = new URL('corpus/', import.meta.url);

/** The committed seeds that end in `suffix`. */
export function corpus(suffix: string): Buffer[] {
  return readdirSync(CORPUS)
    .filter((name) => name.endsWith(suffix))
    .sort()
    .map((name) => readFileSync(new URL(name, CORPUS)));
}
