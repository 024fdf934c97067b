import { UserError } from '../config/user-error.ts';
import type { AdapterInput, AdapterTrouble } from '../judge/adapter/adapter.ts';
import { UNCALIBRATED, readClassification } from '../judge/adapter/reading.ts';
import type { JudgeModel } from '../judge/adapter-judge.ts';
import { modelLimit } from '../judge/adapter-mode.ts';
import type { CombineOptions, Opinion } from '../judge/combine.ts';
import type { Rubric } from '../judge/rubric.ts';
import { answerTo } from './ask-adapter.ts';
import type { Read } from './backtest-types.ts';
import { opinionOf } from './judges.ts';

/** What a candidate said of one mail. */
export interface Asked {
  opinion: Opinion;
  read: Read;
  trouble: Exclude<AdapterTrouble, 'busy'> | null;
  /** Milliseconds. */
  took_ms: number;
}

/** Another adapter on trial. */
export interface CandidateModel {
  name: string;
  version: string;
  /** `shadow` for one that was never calibrated: it decides nothing. */
  mode: 'active' | 'shadow';
  /** @throws UserError when it has failed on too many mails in a row to go on */
  ask(input: AdapterInput): Promise<Asked>;
  /** What its opinion is weighed by under a rubric. */
  weighing(rubric: Rubric): CombineOptions;
}

/** So many failures in a row are no matter of the mails. */
const GIVE_UP_AFTER = 10;

export function candidateModel(model: JudgeModel): CandidateModel {
  const { name, adapter, validatedVerticals } = model;
  const calibration = model.calibration ?? UNCALIBRATED;
  const mode = modelLimit(model) === 'active' ? 'active' : 'shadow';
  let failures = 0;
  return {
    name,
    version: adapter.version,
    mode,
    ask: async (input) => {
      const answer = await answerTo(adapter, input);
      const { classification, trouble, took_ms } = answer;
      failures = trouble?.kind === 'unavailable' ? failures + 1 : 0;
      if (failures >= GIVE_UP_AFTER) {
        throw new UserError(
          `the model ${name} could not be asked ${GIVE_UP_AFTER} times in a row: ${trouble?.detail ?? ''}`,
        );
      }
      const read: Read =
        classification === null
          ? 'none'
          : (readClassification(classification, calibration).decision ?? 'unsure');
      return { opinion: opinionOf(answer), read, trouble: trouble?.kind ?? null, took_ms };
    },
    weighing: (rubric) => ({
      version: adapter.version,
      mode,
      calibration,
      validatedVerticals,
      verticals: rubric.regulated,
      // What could not be asked about is left out of the comparison.
      whenUnavailable: 'rules',
    }),
  };
}
