import { appendFileSync } from 'node:fs';
import type { Reporter } from 'vitest/node';

/** Lines of an error that are kept: what was expected and what came. */
const ERROR_LINES = 12;

/**
 * Writes what failed to the file that PRESEND_TEST_FAILURES names, for `npm test` to say once more at its very end: it runs two lists
 * of tests one after the other, and of a long log often only the end is kept.
 */
export class FailureReport implements Reporter {
  /** Tests, files that could not be run, and errors that belong to no test. */
  onTestRunEnd(...[modules, unhandled]: Parameters<NonNullable<Reporter['onTestRunEnd']>>): void {
    const file = process.env['PRESEND_TEST_FAILURES'];
    if (file === undefined) return;
    const say = (what: string, errors: readonly { message: string }[]): void =>
      appendFileSync(
        file,
        [`FAIL ${what}`, ...errors.flatMap(({ message }) => shortened(message)), ''].join('\n'),
      );
    for (const module of modules) {
      const name = module.relativeModuleId;
      if (module.errors().length > 0) say(name, module.errors());
      for (const suite of module.children.allSuites()) {
        if (suite.errors().length > 0) say(`${name} > ${suite.fullName}`, suite.errors());
      }
      for (const test of module.children.allTests('failed')) {
        say(`${name} > ${test.fullName}`, test.result().errors ?? []);
      }
    }
    for (const error of unhandled) say('outside of any test', [error]);
  }
}

function shortened(message: string): string[] {
  return message
    .split('\n')
    .slice(0, ERROR_LINES)
    .map((line) => `  ${line}`);
}
