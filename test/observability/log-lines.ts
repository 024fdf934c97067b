import { createLogger, type Logger, type LoggerOptions } from '../../src/observability/logger.ts';

export interface CapturedLog {
  log: Logger;
  /** Lines as written. */
  lines: string[];
  /** Parsed, those that hold `text` only. */
  about(text: string): Record<string, unknown>[];
}

/** A gate's own logger, at its most talkative, that writes into memory. */
export function captureLog(options: LoggerOptions = {}): CapturedLog {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return {
    log: createLogger('trace', { ...options, destination }),
    lines,
    about: (text) =>
      lines.filter((line) => line.includes(text)).map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}
