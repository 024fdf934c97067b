import { DECISIONS } from '../message/types.ts';
import type { CalibrateResult } from './calibrate.ts';
import type { StatedProbabilities, Summary } from './evaluate.ts';
import type { ProfileScore } from './profile-score.ts';
import { calibration as reliability, shown } from './report.ts';

/** What was fitted and what it gives, for people. */
export function calibrateReport({
  calibration,
  profiles,
  profile,
  fit,
  report,
  uncalibrated,
}: CalibrateResult) {
  const { temperature, bias, thresholds } = calibration;
  return [
    'profile, by mean log likelihood of the right label on the half to fit on:',
    ...profileTable(profiles),
    '',
    `profile ${profile}, temperature ${temperature.toFixed(3)}, bias ${DECISIONS.map((decision) => `${decision} ${bias[decision].toFixed(2)}`).join(', ')}`,
    `passes from P(PASS) = ${thresholds.PASS.toFixed(4)}; below, a stop is named from:`,
    ...DECISIONS.filter((decision) => decision !== 'PASS').map(
      (decision) => `  ${decision.padEnd(10)}${named(thresholds[decision])}`,
    ),
    '',
    `on the ${fit.cases} cases it was fitted on`,
    ...figures(fit),
    '',
    `on the other ${report.cases} cases, which no number was fitted on (95 % Clopper–Pearson intervals)`,
    ...figures(report),
    ...(uncalibrated.calibration === null
      ? []
      : [`  before calibration     ${errors(uncalibrated.calibration)}`]),
    '',
    ...(report.calibration === null ? [] : reliability(report.calibration)),
    '',
  ].join('\n');
}

function profileTable(profiles: readonly ProfileScore[]): string[] {
  const width = Math.max(...profiles.map(({ profile }) => profile.length), 7) + 2;
  const number = (value: number | null): string => (value === null ? '-' : value.toFixed(3)).padStart(10);
  return [
    `  ${'profile'.padEnd(width)}${['mean', 'bad', 'good', 'right', 'mass', 'no answer'].map((head) => head.padStart(10)).join('')}`,
    ...profiles.map(
      ({ profile, meanLogLikelihood, bad, good, right, mass, unanswered }) =>
        `  ${profile.padEnd(width)}${[meanLogLikelihood, bad, good, right, mass].map(number).join('')}${String(unanswered).padStart(10)}`,
    ),
  ];
}

const named = (threshold: number): string =>
  threshold >= 1 ? 'never (seldom seen or too often wrong): held as doubt' : `p = ${threshold.toFixed(4)}`;

function figures({ stopped, exact, goodStopped, calibration }: Summary): string[] {
  return [
    `  bad stopped at all     ${shown(stopped)}`,
    `  with the right label   ${shown(exact)}`,
    `  good stopped           ${shown(goodStopped)}`,
    ...(calibration === null ? [] : [`  calibration            ${errors(calibration)}`]),
  ];
}

function errors({ top, pass, brier }: StatedProbabilities): string {
  const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;
  return `error of the likeliest label ${percent(top.ece.value)}, of P(PASS) ${percent(pass.ece.value)}, Brier ${brier.toFixed(3)}`;
}
