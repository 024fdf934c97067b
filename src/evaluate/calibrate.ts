import { UserError } from '../config/user-error.ts';
import type { Adapter } from '../judge/adapter/adapter.ts';
import { type Calibration, UNCALIBRATED, readClassification } from '../judge/adapter/reading.ts';
import { askAdapter } from './ask-adapter.ts';
import type { Case } from './cases.ts';
import { type CaseResult, type Summary, resultOf, summarise } from './evaluate.ts';
import { type AnsweredCase, type ProfileScore, labelledReading, scoreProfile } from './profile-score.ts';
import type { Progress } from './progress.ts';
import { splitInHalves } from './split.ts';
import { fitScaling } from './scaling.ts';
import { meanLoss } from './temperature.ts';
import { fitThresholds } from './thresholds.ts';

/** One way of asking the model. */
export interface ProfileCandidate {
  profile: string;
  /** Opens the model with this profile; the caller of `open` releases it. */
  open: () => Promise<Adapter>;
}

export interface CalibrateOptions {
  splitSeed: number;
  /** Largest share of good drafts that may be stopped on the half it is fitted on. */
  targetGoodStopped: number;
  /** ISO time, for the notes. */
  now: string;
  /** Told before each part of the work, which reports how far it is to what it gets. */
  onPart?: (what: string, total: number) => Progress;
  signal?: AbortSignal;
}

export interface CalibrateResult {
  calibration: Calibration;
  /** Best first. */
  profiles: ProfileScore[];
  /** Name of the best. */
  profile: string;
  fit: Summary;
  /** On the half that nothing was fitted on. */
  report: Summary;
  /** The same half without temperature and thresholds. */
  uncalibrated: Summary;
}

const MIN_CASES = 100;
const MIN_OF_EACH_KIND = 20;
/** A model that does not answer more cases than this cannot be judged by the others. */
const MAX_UNANSWERED = 0.05;
/** Precision from which on the likeliest stop is named instead of doubted. */
const NAMING_PRECISION = 0.8;

/**
 * Picks the profile under which known labels are likeliest, fits temperature, biases and thresholds on one half of the cases and
 * measures on the other.
 *
 * @returns null when the signal was aborted
 * @throws UserError for too few cases or too many without an answer; AdapterError when a model cannot be opened
 */
export async function calibrate(
  candidates: readonly ProfileCandidate[],
  cases: readonly Case[],
  options: CalibrateOptions,
): Promise<CalibrateResult | null> {
  requireEnough(cases, 'these files hold', 1);
  const halves = splitInHalves(cases, options.splitSeed);
  for (const half of [halves.fit, halves.report]) {
    requireEnough(half, 'with all versions of one mail on the same side, one half holds', 2);
  }

  const tried: { candidate: ProfileCandidate; score: ProfileScore; answers: Answers }[] = [];
  for (const candidate of candidates) {
    const answers = await askAll(candidate, halves.fit, 'half to fit on', options);
    if (answers === null) return null;
    const score = scoreProfile(candidate.profile, answers.answered, answers.unanswered.length);
    tried.push({ candidate, score, answers });
  }
  // One that mostly gets no answer may have got a few likely ones.
  tried.sort(
    (a, b) =>
      +answersEnough(b.answers) - +answersEnough(a.answers) ||
      b.score.meanLogLikelihood - a.score.meanLogLikelihood,
  );
  const best = tried[0];
  if (!best) throw new UserError('name at least one profile');
  requireAnswers(best.answers);
  const rest = await askAll(best.candidate, halves.report, 'other half', options);
  if (rest === null) return null;
  requireAnswers(rest);
  const fitted = fitCalibration(best.answers.answered, options.targetGoodStopped, rest.version);
  const result = {
    profiles: tried.map(({ score }) => score),
    profile: best.candidate.profile,
    fit: summarise(best.answers.answered.map((one) => read(one, fitted))),
    report: summarise(rest.answered.map((one) => read(one, fitted))),
    uncalibrated: summarise(rest.answered.map((one) => read(one, UNCALIBRATED))),
  };
  const readings = rest.answered.map(labelledReading);
  const notes = {
    fitted_at: options.now,
    profile: result.profile,
    profiles: result.profiles,
    split_seed: options.splitSeed,
    target_good_stopped: options.targetGoodStopped,
    naming_precision: NAMING_PRECISION,
    fitted_on: figures(result.fit),
    other_half: {
      ...figures(result.report),
      mean_loss: meanLoss(readings, fitted.temperature, fitted.bias),
      mean_loss_uncalibrated: meanLoss(readings, 1),
      ece_uncalibrated: result.uncalibrated.calibration?.top.ece ?? null,
    },
  };
  return { ...result, calibration: { ...fitted, notes } };
}

function fitCalibration(
  answered: readonly AnsweredCase[],
  goodStopped: number,
  version: string,
): Calibration {
  const scaled: Calibration = { ...UNCALIBRATED, version, ...fitScaling(answered.map(labelledReading)) };
  const scored = answered.map((one) => ({
    probabilities: readClassification(one.classification, scaled).probabilities,
    gold: one.case.gold,
  }));
  const thresholds = fitThresholds(scored, { goodStopped, precision: NAMING_PRECISION });
  return { ...scaled, thresholds };
}

/** Each answered case as an evaluation's result. */
function read({ case: one, classification }: AnsweredCase, calibration: Calibration): CaseResult {
  const { decision, probabilities } = readClassification(classification, calibration);
  const hold_reason = decision === null ? 'low_confidence' : null;
  return resultOf(one, { decision, hold_reason, findings: [], probabilities }, 0);
}

interface Answers {
  /** The adapter's. */
  version: string;
  answered: AnsweredCase[];
  /** Why each of the others got none. */
  unanswered: string[];
}

/** @returns null when aborted */
async function askAll(
  { profile, open }: ProfileCandidate,
  cases: readonly Case[],
  what: string,
  { onPart, signal }: CalibrateOptions,
): Promise<Answers | null> {
  const adapter = await open();
  try {
    await adapter.warmup();
    const part = onPart?.(`${profile}: ${what}`, cases.length);
    const ask = askAdapter(adapter);
    const answers: Answers = { version: adapter.version, answered: [], unanswered: [] };
    for (const [index, one] of cases.entries()) {
      if (signal?.aborted) break;
      const { classification, trouble } = await ask(one);
      if (classification === null) answers.unanswered.push(trouble?.detail ?? 'no answer');
      else answers.answered.push({ case: one, classification });
      part?.at(index + 1);
    }
    part?.end();
    return signal?.aborted ? null : answers;
  } finally {
    await adapter.release();
  }
}

const answersEnough = ({ answered, unanswered }: Answers): boolean =>
  unanswered.length <= MAX_UNANSWERED * (answered.length + unanswered.length);

function requireAnswers(answers: Answers): void {
  if (answersEnough(answers)) return;
  const { answered, unanswered } = answers;
  const share = `${unanswered.length} of ${answered.length + unanswered.length} cases`;
  throw new UserError(`the model gave no answer to ${share}; the first: ${unanswered[0]}`);
}

/** Of the least cases, and of each kind, about half must be on either side. */
function requireEnough(cases: readonly Case[], where: string, sides: 1 | 2): void {
  const good = cases.filter(({ gold }) => gold === 'PASS').length;
  const bad = cases.length - good;
  // Halves are never quite equal.
  const share = sides === 1 ? 1 : 0.4;
  const ofEach = MIN_OF_EACH_KIND * share;
  if (cases.length >= MIN_CASES * share && good >= ofEach && bad >= ofEach) return;
  throw new UserError(
    `${where} ${cases.length} cases (${bad} bad, ${good} good), too few to calibrate: ` +
      `give at least ${MIN_CASES} cases, with ${MIN_OF_EACH_KIND} bad and ${MIN_OF_EACH_KIND} good`,
  );
}

function figures({ cases, stopped, exact, goodStopped, calibration }: Summary) {
  return {
    cases,
    bad_stopped: stopped,
    bad_exact: exact,
    good_stopped: goodStopped,
    ece: calibration?.top.ece ?? null,
    ece_pass: calibration?.pass.ece ?? null,
    brier: calibration?.brier ?? null,
  };
}
