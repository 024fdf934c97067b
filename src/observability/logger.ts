import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger };

/**
 * JSON logs, one line an event, with the message id in every stage. Mail text and addresses never go
 * in: callers log ids, and these paths are redacted should one slip through.
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      redact: {
        paths: [
          'raw',
          'text',
          'draft',
          'password',
          'secret',
          'address',
          'recipient',
          '*.password',
          '*.recipient',
        ],
        censor: '[redacted]',
      },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    destination ?? pino.destination({ fd: 2, sync: true }),
  );
}
