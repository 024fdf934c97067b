#!/usr/bin/env node
import { createProgram } from './cli/program.ts';
import { UserError } from './config/user-error.ts';

/** Reader of our output went away (`presend … | head`): not an error. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await createProgram().parseAsync();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`presend: ${error.message}\n`);
  process.exitCode = 1;
}
