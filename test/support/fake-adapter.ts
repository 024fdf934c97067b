import {
  type Adapter,
  AdapterError,
  type AdapterHealth,
  type AdapterInput,
  type AdapterTrouble,
  type Classification,
} from '../../src/judge/adapter/adapter.ts';
import type { Calibration } from '../../src/judge/adapter/reading.ts';
import type { JudgeModel } from '../../src/judge/adapter-judge.ts';
import { DECISIONS, type Decision } from '../../src/message/types.ts';

export const CALIBRATION: Calibration = {
  format: 1,
  version: 'fake@1',
  temperature: 1,
  bias: { SUPPRESS: 0, ESCALATE: 0, BLOCK: 0, PENALISE: 0, PASS: 0 },
  thresholds: { SUPPRESS: 0.7, ESCALATE: 0.7, BLOCK: 0.7, PENALISE: 0.7, PASS: 0.7 },
  notes: {},
};

type Shares = Partial<Record<Decision, number>>;
/** What the model makes of a draft: shares of the decisions, trouble, or a wait for either. */
export type Script = (input: AdapterInput) => Shares | AdapterTrouble | Promise<Shares | AdapterTrouble>;

/** A judge model that answers what the test tells it to. It is ready once `warmup` was called, unless told otherwise. */
export class FakeAdapter implements Adapter {
  readonly version = 'fake@1';
  /** Drafts it was asked about, the gate's own trial mail left out. */
  readonly asked: string[] = [];
  readonly explained: string[] = [];
  script: Script;
  state: AdapterHealth = { state: 'loading' };
  /** Whether loading works. */
  loads = true;
  explanation: () => Promise<string> = async () => 'It names a rumour as fact.';
  released = false;
  /** As of a pool whose hosts come and go; undefined: it says nothing of that. */
  capacity?: () => number;

  constructor(script: Script = () => ({ PASS: 0.98 })) {
    this.script = script;
  }

  async warmup(): Promise<void> {
    if (!this.loads) {
      this.fail();
      throw new AdapterError('unavailable', 'the model file is missing');
    }
    this.state = { state: 'ready' };
  }

  fail(): void {
    this.state = { state: 'failed', reason: 'the model file is missing', retryAt: null };
  }

  health(): AdapterHealth {
    return this.state;
  }

  async classify(input: AdapterInput): Promise<Classification> {
    if (input.prospect.prospect_id !== 'known-mail') this.asked.push(input.draft.body.trim());
    if (this.state.state !== 'ready') throw new AdapterError('unavailable', 'the model is not loaded');
    const said = input.prospect.prospect_id === 'known-mail' ? { PASS: 0.99 } : await this.script(input);
    if (typeof said === 'string') throw new AdapterError(said, `the model is ${said}`);
    const logLikelihood = Object.fromEntries(
      DECISIONS.map((decision) => [decision, Math.log(said[decision] ?? 0.001)]),
    ) as Classification['logLikelihood'];
    return { logLikelihood, mass: 0.99, exact: true, promptTokens: 500, trimmed: [] };
  }

  explain(input: AdapterInput): Promise<string> {
    this.explained.push(input.draft.body.trim());
    return this.explanation();
  }

  async release(): Promise<void> {
    this.released = true;
  }
}

/** The model as the registry would describe it. */
export function modelOf(adapter: Adapter, over: Partial<JudgeModel> = {}): JudgeModel {
  return {
    name: 'fake',
    adapter,
    calibration: CALIBRATION,
    shadowOnly: false,
    validatedVerticals: 'all',
    concurrency: 1,
    ...over,
  };
}
