import type { Command } from 'commander';
import { bareProgram } from './bare-program.ts';
import { register as start } from './start.ts';

/** The command line with `start` alone: a gate that starts loads nothing of what only the other commands need. */
export function createStartProgram(): Command {
  const program = bareProgram();
  start(program);
  return program;
}
