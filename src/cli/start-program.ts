import type { Command } from 'commander';
import { bareProgram } from './bare-program.ts';
import { register as start } from './start.ts';

/** The command line with `start` alone: a gate that starts loads nothing of what only the other commands need. */
export function createStartProgram(): Command {
  const program = bareProgram();
  start(program);
  return program;
}

/** Whether these words start the gate and ask for nothing else. */
export function startsGate(words: readonly string[]): boolean {
  const rest = words.filter(
    (word, i) => !/^--(?:config|data)(?:=|$)/.test(word) && !/^--(?:config|data)$/.test(words[i - 1] ?? ''),
  );
  return rest.length === 1 && rest[0] === 'start';
}
