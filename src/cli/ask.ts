import { createInterface } from 'node:readline';

/** Asks a person at the terminal, or reads a script's answers, line by line. */
export interface Asker {
  /** @returns the line without blanks around it; null at the end of the input */
  ask(prompt: string): Promise<string | null>;
  close(): void;
}

/** On standard input; prompts go to standard error, so that what is printed stays clean. */
export function askerOn(
  input: NodeJS.ReadableStream = process.stdin,
  output: Pick<NodeJS.WritableStream, 'write'> = process.stderr,
): Asker {
  const reader = createInterface({ input });
  // Taken at once: lines that come before anybody asks are kept.
  const lines = reader[Symbol.asyncIterator]();
  return {
    ask: async (prompt) => {
      output.write(prompt);
      const line = await lines.next();
      return line.done ? null : line.value.trim();
    },
    close: () => reader.close(),
  };
}
