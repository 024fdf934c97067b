import { type Command, InvalidArgumentError } from 'commander';
import type { Config } from '../config/config.ts';
import { UserError } from '../config/user-error.ts';
import { type ProfileCandidate, calibrate } from '../evaluate/calibrate.ts';
import { calibrateReport } from '../evaluate/calibrate-report.ts';
import { readCases } from '../evaluate/cases.ts';
import { interruptible } from '../evaluate/interrupt.ts';
import { progressOn } from '../evaluate/progress.ts';
import { AdapterError } from '../judge/adapter/adapter.ts';
import { openModel } from '../judge/adapter/open.ts';
import { writeWhole } from '../models/files.ts';
import { type Model, type Registry, loadRegistry, modelFolders, requireModel } from '../models/registry.ts';
import { createLogger } from '../observability/logger.ts';
import { count } from './arguments.ts';
import { configFor } from './context.ts';
import { printJson, printLine } from './output.ts';

interface Options {
  cases: string[];
  profiles?: string;
  splitSeed: number;
  targetGoodStopped: number;
  out?: string;
  json?: boolean;
}

/** `presend models calibrate`: makes a model's probabilities true, and finds from where on to act on them. */
export function register(models: Command): void {
  models
    .command('calibrate <model>')
    .description('fit temperature and thresholds of a model on labelled cases, and measure them on others')
    .requiredOption('--cases <files...>', 'labelled cases (JSON lines), at least 100; no test set')
    .option(
      '--profiles <names>',
      'ways of asking to choose from, with commas (default: the one in the registry)',
    )
    .option('--split-seed <number>', 'which half is fitted on', count, 1)
    .option('--target-good-stopped <share>', 'share of good drafts that may be stopped', share, 0.02)
    .option('--out <file>', 'where the calibration is written (default: beside the model)')
    .option('--json', 'print the calibration and all figures as JSON')
    .action(run);
}

async function run(name: string, options: Options, command: Command): Promise<void> {
  const config = configFor(command);
  const registry = loadRegistry(modelFolders(config));
  const model = requireModel(registry, name);
  const today = new Date().toISOString();
  const cases = options.cases.flatMap((path) => readCases(path, today.slice(0, 10)));
  const { signal, done } = interruptible();
  try {
    const result = await calibrate(candidates(config, registry, model, options.profiles), cases, {
      splitSeed: options.splitSeed,
      targetGoodStopped: options.targetGoodStopped,
      now: today,
      onPart: (what, total) => progressOn(process.stderr, what, total),
      signal,
    });
    if (result === null) {
      process.stderr.write('ended early; nothing was written\n');
      process.exitCode = 130;
      return;
    }
    const path = options.out ?? model.calibrationTarget;
    writeWhole(path, `${JSON.stringify(result.calibration, null, 2)}\n`);
    if (options.json) printJson({ path, ...result });
    else printLine(`${calibrateReport(result)}written to ${path}`);
    if (result.profile !== model.profileName) {
      process.stderr.write(
        `the registry asks ${name} by the profile ${model.profileName}; this calibration counts once it says "profile: ${result.profile}"\n`,
      );
    }
  } catch (error) {
    if (error instanceof AdapterError) throw new UserError(`${name}: ${error.message}`);
    throw error;
  } finally {
    done();
  }
}

/** The model under each of the named profiles. The version, and so the calibration, depends on the profile too. */
function candidates(
  config: Config,
  { profiles }: Registry,
  model: Model,
  names: string | undefined,
): ProfileCandidate[] {
  const wanted = names === undefined ? [model.profileName] : names.split(',').map((name) => name.trim());
  return [...new Set(wanted)].map((profileName) => {
    const profile = profiles.get(profileName);
    if (!profile) {
      const known = [...profiles.keys()].join(', ') || 'none yet';
      throw new UserError(`there is no profile "${profileName}"; known are: ${known}`);
    }
    return {
      profile: profileName,
      open: async () => {
        // What it would be warned of is the calibration that is about to be replaced.
        const uncalibrated = { ...model, profileName, profile, calibration: null };
        const options = { warn: () => {}, log: createLogger('error') };
        return (await openModel(config, uncalibrated, options)).adapter;
      },
    };
  });
}

function share(value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !(number >= 0 && number <= 1)) {
    throw new InvalidArgumentError('write a share from 0 to 1.');
  }
  return number;
}
