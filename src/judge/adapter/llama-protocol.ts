import type { Decision } from '../../message/types.ts';
import type { AdapterInput, AdapterTrouble, Classification } from './adapter.ts';
import type { Profile } from './profile.ts';

/** Conversations kept at once: one for classifications, one for the explanation that goes on between them. */
export const SEQUENCES = 2;

/** What the judge process needs to load a model. Everything here crosses a process border, so it is plain data. */
export interface LlamaModelOptions {
  modelPath: string;
  loraPath: string | null;
  loraScale: number;
  profile: Profile;
  /** Tokens of rubric, record, draft and answer together. */
  contextSize: number;
  gpu: 'auto' | 'cuda' | 'vulkan' | false;
  threads: number;
}

export type Call =
  | { type: 'classify'; input: AdapterInput }
  | { type: 'explain'; input: AdapterInput; decision: Decision };

/** From the gate to the judge process. */
export type ToWorker =
  | { type: 'load'; options: LlamaModelOptions }
  | { type: 'call'; id: number; call: Call }
  | { type: 'close' };

/** What was loaded, for the log. */
export interface LoadedFacts {
  gpu: string | false;
  threads: number;
  contextSize: number;
  prefixTokens: number;
}

/** From the judge process to the gate. `progress`: still at work. */
export type FromWorker =
  | { type: 'progress' }
  | { type: 'ready'; facts: LoadedFacts }
  | { type: 'failed'; reason: string }
  | { type: 'answer'; id: number; value: Classification | string }
  | { type: 'refused'; id: number; trouble: AdapterTrouble; message: string };
